import { Button, Group } from '@mantine/core';

interface PageButtonsProps {
  /** Absent on the first page. */
  readonly onNewer: (() => void) | undefined;
  /** Absent on the last page. */
  readonly onOlder: (() => void) | undefined;
}

/** Leafs through what is listed newest first; nothing where there is one page only. */
export function PageButtons({ onNewer, onOlder }: PageButtonsProps) {
  if (!onNewer && !onOlder) return null;
  return (
    <Group gap="xs">
      <Button size="xs" variant="default" disabled={!onNewer} onClick={onNewer}>
        Newer
      </Button>
      <Button size="xs" variant="default" disabled={!onOlder} onClick={onOlder}>
        Older
      </Button>
    </Group>
  );
}
