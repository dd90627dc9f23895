import type { ImportStatus, JobProgressNow } from '@fasten-medplum/bridge/contract/import-status';
import { Progress, Stack, Text } from '@mantine/core';
import { formatBytes, formatCount, formatDuration } from './format.ts';

/** How far the running job of an import is, with its rate and the time that is left. */
export function ImportProgressBar({ status }: { readonly status: ImportStatus | undefined }) {
  const progress = status?.progress;
  // As high as with it, so that nothing jumps when the job begins to tell.
  if (!progress) return <Bar value={undefined} text={'\u00a0'} />;
  const { done, total, text } = describeProgress(progress);
  const isKnown = total !== undefined && total > 0;
  const value = isKnown ? Math.min(100, (100 * done) / total) : undefined;
  return <Bar value={value} text={[text, ...rateOf(progress)].join(' · ')} />;
}

/** @param props.value - Per cent; undefined where nobody knows how much there is. */
function Bar({ value, text }: { readonly value: number | undefined; readonly text: string }) {
  return (
    <Stack gap={4} mt={4}>
      <Progress value={value ?? 100} animated={value === undefined} aria-label="Progress of the import" />
      <Text size="sm" c="dimmed">
        {text}
      </Text>
    </Stack>
  );
}

function describeProgress(progress: JobProgressNow): { done: number; total: number | undefined; text: string } {
  const { phase, bytes = 0, totalBytes, lines = 0, totalLines } = progress;
  if (phase === 'write') {
    const of = totalLines === undefined ? '' : ` of ${formatCount(totalLines)}`;
    return { done: lines, total: totalLines, text: `${formatCount(lines)}${of} lines loaded` };
  }
  const of = totalBytes === undefined ? '' : ` of ${formatBytes(totalBytes)}`;
  const act = phase === 'scan' ? 'read' : 'downloaded';
  return { done: bytes, total: totalBytes, text: `${formatBytes(bytes)}${of} ${act}` };
}

function rateOf({ phase, rate, etaSeconds }: JobProgressNow): string[] {
  return [
    ...(rate
      ? [phase === 'write' ? `${formatCount(Math.round(rate))} a second` : `${formatBytes(rate)} a second`]
      : []),
    ...(etaSeconds ? [`${formatDuration(etaSeconds)} left`] : []),
  ];
}
