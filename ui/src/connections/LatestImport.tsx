import type { LatestImport as Latest } from '@fasten-medplum/bridge/contract/connection';
import { type ImportStatus, isAtRest, type NextStep } from '@fasten-medplum/bridge/contract/import-status';
import { Anchor, Stack, Text } from '@mantine/core';
import { useEffect } from 'react';
import { Link } from 'react-router';
import { useImportStatus } from '../bridge/use-import-status.ts';
import { formatTime } from '../imports/format.ts';
import { ImportProgressBar } from '../imports/ImportProgressBar.tsx';
import { describeStatus } from '../imports/import-words.ts';

interface LatestImportProps {
  readonly latest: Latest;
  /** The import has come to rest while it was watched. */
  readonly onEnd: () => void;
}

const NEXT_STEP_WORDS: Readonly<Record<NextStep, string>> = {
  retry: 'It is tried again by itself; nothing needs to be done.',
  reconnect: 'The health system no longer lets us in. Connect it again.',
  support: 'Trying again would not help. Ask the people who run this service.',
  'nothing-found': 'The health system found no record under this account.',
};

/** An operator counts lines; a patient wants to know whether the records are there. */
function describe(status: Pick<ImportStatus, 'status' | 'phase'>): string {
  return status.status === 'completed' ? 'The records are here' : describeStatus(status);
}

/** The newest import of a connection, live while it runs. */
export function LatestImport({ latest, onEnd }: LatestImportProps) {
  const isRunning = !isAtRest(latest);
  const live = useImportStatus(isRunning ? latest.taskId : undefined);
  const next = isRunning ? undefined : latest.nextStep;
  const hasEnded = isRunning && live !== undefined && isAtRest(live);

  useEffect(() => {
    if (hasEnded) onEnd();
  }, [hasEnded, onEnd]);

  return (
    <Stack gap={4}>
      <Text size="sm">
        <Anchor component={Link} to={`/imports/${latest.taskId}`} inherit underline="always">
          {describe(live ?? latest)}
        </Anchor>
        {!isRunning && latest.lastUpdated && (
          <Text span inherit c="dimmed">
            {' '}
            · {formatTime(latest.lastUpdated)}
          </Text>
        )}
      </Text>
      {next !== undefined && <Text size="sm">{NEXT_STEP_WORDS[next]}</Text>}
      {live && !isAtRest(live) && <ImportProgressBar status={live} />}
    </Stack>
  );
}
