import type { LatestImport as Latest } from '@fasten-medplum/bridge/contract/connection';
import { REDRIVING } from '@fasten-medplum/bridge/contract/import-redrive';
import { type ImportStatus, isAtRest, type NextStep } from '@fasten-medplum/bridge/contract/import-status';
import { Anchor, Stack, Text } from '@mantine/core';
import { useMedplumProfile } from '@medplum/react-hooks';
import { useEffect } from 'react';
import { Link } from 'react-router';
import { useImportStatus } from '../bridge/use-import-status.ts';
import { formatMoment } from '../format-when.ts';
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
function describe(status: Pick<ImportStatus, 'status' | 'phase'>, isPatient: boolean): string {
  if (status.status === 'on-hold' && isPatient)
    return 'A member of staff first makes sure that these records are yours';
  return status.status === 'completed' && status.phase !== REDRIVING ? 'The records are here' : describeStatus(status);
}

/** The newest import of a connection, live while it runs. */
export function LatestImport({ latest, onEnd }: LatestImportProps) {
  const isPatient = useMedplumProfile()?.resourceType === 'Patient';
  const isRunning = !isAtRest(latest);
  // Nobody knows yet whose records these are, so that the one who connected may not look into them.
  const isHidden = latest.status === 'on-hold' && isPatient;
  const live = useImportStatus(isRunning ? latest.taskId : undefined);
  const next = isRunning ? undefined : latest.nextStep;
  const hasEnded = isRunning && live !== undefined && isAtRest(live);

  useEffect(() => {
    if (hasEnded) onEnd();
  }, [hasEnded, onEnd]);

  return (
    <Stack gap={4}>
      <Text size="sm">
        {isHidden ? (
          describe(latest, isPatient)
        ) : (
          <Anchor component={Link} to={`/imports/${latest.taskId}`} inherit underline="always">
            {describe(live ?? latest, isPatient)}
          </Anchor>
        )}
        {!isRunning && latest.lastUpdated && (
          <Text span inherit c="dimmed">
            {' '}
            · {formatMoment(latest.lastUpdated)}
          </Text>
        )}
      </Text>
      {isHidden && (
        <Text size="sm">
          Some details in them differ from yours, so nothing has been added to your record yet. You need not do
          anything.
        </Text>
      )}
      {next !== undefined && <Text size="sm">{NEXT_STEP_WORDS[next]}</Text>}
      {live && !isAtRest(live) && <ImportProgressBar status={live} />}
    </Stack>
  );
}
