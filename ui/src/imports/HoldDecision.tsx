import { type ImportDecision, importDecisionSchema } from '@fasten-medplum/bridge/contract/import-decision';
import { holdFromTask } from '@fasten-medplum/bridge/contract/import-hold';
import { importPatientsSchema } from '@fasten-medplum/bridge/contract/import-patients';
import { Alert, Button, Group, Modal, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import type { Task } from '@medplum/fhirtypes';
import { useMedplumProfile } from '@medplum/react-hooks';
import { useCallback, useState } from 'react';
import { useBridge } from '../bridge/use-bridge.ts';
import { ErrorState } from '../states/ErrorState.tsx';
import { explainRefusal } from '../states/explain-refusal.ts';
import { LoadingState } from '../states/LoadingState.tsx';
import { useAction } from '../states/use-action.ts';
import { describeTrait } from './import-words.ts';
import { PersonTable } from './PersonTable.tsx';
import { NEVER_AGAIN_MS, usePolled } from './use-polled.ts';

interface HoldDecisionProps {
  readonly task: Task;
  readonly onDecided: () => void;
}

/** An import that waits for a person: why, both persons side by side, and the two ways on. */
export function HoldDecision({ task, onDecided }: HoldDecisionProps) {
  const profile = useMedplumProfile();
  const { differences } = holdFromTask(task);
  return (
    <Alert color="orange" role="region" title="Do these records belong to this patient?">
      <Stack align="stretch">
        <Text size="sm">
          The person in the records and the person of the chart differ in: {differences.map(describeTrait).join(', ')}.
          Nothing has been put into the chart.
        </Text>
        {profile?.resourceType === 'Patient' ? (
          <Text size="sm">Somebody here will look at it. You need not do anything.</Text>
        ) : (
          <Choice task={task} differences={differences} onDecided={onDecided} />
        )}
      </Stack>
    </Alert>
  );
}

const OUTCOME_WORDS: Readonly<Record<ImportDecision['outcome'], string>> = {
  queued: 'Accepted. The records are being loaded.',
  'import-again': 'Accepted. Import the file again, and it is loaded.',
  rejected: 'Rejected. Nothing of these records is loaded.',
};

const REFUSAL_WORDS = { conflict: 'Somebody else has decided about it meanwhile.' };

function Choice({ task, differences, onDecided }: HoldDecisionProps & { readonly differences: readonly string[] }) {
  const bridge = useBridge();
  const { id = '' } = task;
  const load = useCallback(() => bridge.ask('GET', `/imports/${id}/patients`, importPatientsSchema), [bridge, id]);
  const { value, error, reload } = usePolled(load, NEVER_AGAIN_MS);
  const [asked, setAsked] = useState<'accept' | 'reject'>();
  const { act, isBusy, problem } = useAction(async (decision: 'accept' | 'reject') => {
    try {
      const { outcome } = await bridge.ask('POST', `/imports/${id}/${decision}`, importDecisionSchema);
      notifications.show({ message: OUTCOME_WORDS[outcome] });
      onDecided();
    } finally {
      setAsked(undefined);
    }
  }, REFUSAL_WORDS);

  if (error !== undefined) {
    return <ErrorState title="The two persons could not be loaded" hint={explainRefusal(error)} onRetry={reload} />;
  }
  if (value === undefined) return <LoadingState label="Loading the two persons" blocks={1} />;
  return (
    <>
      <PersonTable {...value} differences={differences} />
      {problem !== undefined && (
        <Text size="sm" role="alert" c="red">
          {problem}
        </Text>
      )}
      <Group gap="xs">
        <Button color="blue" onClick={() => setAsked('accept')}>
          Same person: load the records
        </Button>
        <Button variant="default" onClick={() => setAsked('reject')}>
          Somebody else: reject
        </Button>
      </Group>
      <Modal
        opened={asked !== undefined}
        onClose={() => setAsked(undefined)}
        title={asked === 'accept' ? 'Load these records into the chart?' : 'Reject these records?'}
      >
        <Stack>
          <Text size="sm">
            {asked === 'accept'
              ? 'Records of a wrong person in a chart can do harm. That it was you who decided is kept with the import.'
              : 'Nothing of them is loaded, now or at the next sync. That it was you who decided is kept with the import.'}
          </Text>
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={() => setAsked(undefined)}>
              Cancel
            </Button>
            <Button color={asked === 'accept' ? 'blue' : 'red'} loading={isBusy} onClick={() => asked && act(asked)}>
              {asked === 'accept' ? 'Load them' : 'Reject them'}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
