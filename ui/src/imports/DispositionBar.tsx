import {
  DISPOSITIONS,
  type Disposition,
  type ImportCounts,
  settledLines,
} from '@fasten-medplum/bridge/contract/import-task';
import { ColorSwatch, Group, Progress, Stack, Text } from '@mantine/core';
import { formatCount } from './format.ts';
import { DISPOSITION_WORDS } from './import-words.ts';

interface DispositionBarProps {
  readonly counts: ImportCounts;
  readonly size?: 'md' | 'xl';
}

/** How the lines of an export ended, as a bar and in words. The empty part is what has not ended yet. */
export function DispositionBar({ counts, size = 'md' }: DispositionBarProps) {
  const present = DISPOSITIONS.filter((disposition) => counts[disposition] > 0);
  const whole = Math.max(counts.lines, settledLines(counts), 1);
  return (
    <Stack gap={6}>
      <Progress.Root size={size} aria-hidden>
        {present.map((disposition) => (
          <Progress.Section
            key={disposition}
            value={(100 * counts[disposition]) / whole}
            color={colorOf(disposition)}
            withAria={false}
          />
        ))}
      </Progress.Root>
      <Group gap="2px 12px">
        {present.map((disposition) => (
          <Group key={disposition} gap={6} wrap="nowrap">
            <ColorSwatch size={10} color={colorOf(disposition)} withShadow={false} />
            <Text size="sm">
              {formatCount(counts[disposition])} {DISPOSITION_WORDS[disposition].label.toLowerCase()}
            </Text>
          </Group>
        ))}
      </Group>
    </Stack>
  );
}

function colorOf(disposition: Disposition): string {
  const { color, shade } = DISPOSITION_WORDS[disposition];
  return `var(--mantine-color-${color}-${shade})`;
}
