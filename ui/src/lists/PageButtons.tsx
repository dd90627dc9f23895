import { Button, Group } from '@mantine/core';

interface PageButtonsProps {
  /** Absent on the first page. */
  readonly onBack: (() => void) | undefined;
  /** Absent on the last page. */
  readonly onForth: (() => void) | undefined;
  /** What lies there; of most lists what is newer comes first. */
  readonly labels?: readonly [back: string, forth: string];
}

/** Leafs through a list page by page; nothing where there is one page only. */
export function PageButtons({ onBack, onForth, labels: [back, forth] = ['Newer', 'Older'] }: PageButtonsProps) {
  if (!onBack && !onForth) return null;
  return (
    <Group gap="xs">
      <Button size="xs" variant="default" disabled={!onBack} onClick={onBack}>
        {back}
      </Button>
      <Button size="xs" variant="default" disabled={!onForth} onClick={onForth}>
        {forth}
      </Button>
    </Group>
  );
}
