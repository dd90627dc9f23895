import { importRedriveSchema } from '@fasten-medplum/bridge/contract/import-decision';
import { isRedriving, redriveFromTask } from '@fasten-medplum/bridge/contract/import-redrive';
import { countsFromTask } from '@fasten-medplum/bridge/contract/import-task';
import { Button, Group, Text } from '@mantine/core';
import type { Task } from '@medplum/fhirtypes';
import { useMedplumProfile } from '@medplum/react-hooks';
import { IconRefresh } from '@tabler/icons-react';
import { useBridge } from '../bridge/use-bridge.ts';
import { useAction } from '../states/use-action.ts';
import { formatCount, formatTime } from './format.ts';
import { describeRedriveFault } from './import-words.ts';

interface RedriveLinesProps {
  readonly task: Task;
  readonly onQueued: () => void;
}

const WORDS = { conflict: 'There is nothing to try again: its export is no longer kept.' };

/** Has the lines that were set aside tried again, and says what came of the last time. Not for patients. */
export function RedriveLines({ task, onQueued }: RedriveLinesProps) {
  const bridge = useBridge();
  const isPatient = useMedplumProfile()?.resourceType === 'Patient';
  const { quarantined } = countsFromTask(task);
  const { act, isBusy, problem } = useAction(async () => {
    await bridge.ask('POST', `/imports/${task.id}/redrive`, importRedriveSchema);
    onQueued();
  }, WORDS);

  return (
    <Group gap="sm" mb="md">
      {quarantined > 0 && task.status === 'completed' && !isPatient && (
        <Button
          size="xs"
          variant="light"
          loading={isBusy || isRedriving(task)}
          onClick={() => act()}
          leftSection={<IconRefresh size={16} aria-hidden />}
        >
          {quarantined === 1
            ? 'Try the line set aside again'
            : `Try the ${formatCount(quarantined)} lines set aside again`}
        </Button>
      )}
      <Text size="sm" role="status" c={problem ? 'red' : 'dimmed'}>
        {problem ?? describeLast(task)}
      </Text>
    </Group>
  );
}

function describeLast(task: Task): string {
  const redrive = redriveFromTask(task);
  if (isRedriving(task)) return 'They are being tried again; what is loaded stays as it is.';
  if (!redrive?.endedAt) {
    return countsFromTask(task).quarantined > 0
      ? 'Worth it after a fix in Medplum or here. What is loaded stays as it is.'
      : '';
  }
  const { endedAt, fault, lines } = redrive;
  const loaded = Math.max(0, lines - countsFromTask(task).quarantined);
  const outcome = fault ? `came to nothing: ${describeRedriveFault(fault)}` : `${formatCount(loaded)} loaded`;
  return `Last tried ${formatTime(endedAt)}: ${outcome}.`;
}
