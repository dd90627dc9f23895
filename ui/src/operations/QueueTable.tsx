import { type QueueList, queueListSchema } from '@fasten-medplum/bridge/contract/dead-letter';
import { Table, Text } from '@mantine/core';
import { useCallback } from 'react';
import { useBridge } from '../bridge/use-bridge.ts';
import { formatCount } from '../imports/format.ts';
import { usePolled } from '../imports/use-polled.ts';
import { ErrorState } from '../states/ErrorState.tsx';
import { explainError } from '../states/explain-error.ts';
import { LoadingState } from '../states/LoadingState.tsx';

const PAUSE_MS = 5_000;

/** How many jobs wait, run, wait for their time and were given up, by queue. */
export function QueueTable() {
  const bridge = useBridge();
  const load = useCallback(() => bridge.ask('GET', '/queues', queueListSchema), [bridge]);
  const { value, error, reload } = usePolled(load, PAUSE_MS);
  if (value === undefined && error === undefined) return <LoadingState label="Loading the queues" blocks={2} />;
  return (
    <>
      {error !== undefined && (
        <ErrorState title="The queues could not be loaded" hint={explainError(error)} onRetry={reload} />
      )}
      {value && (
        <>
          <BusyQueues queues={value.queues.filter(isBusy)} />
          <QuietQueues names={value.queues.filter((each) => !isBusy(each)).map(({ queue }) => queue)} />
        </>
      )}
    </>
  );
}

type QueueState = QueueList['queues'][number];

function isBusy({ waiting, active, delayed, failed }: QueueState): boolean {
  return waiting + active + delayed + failed > 0;
}

function BusyQueues({ queues }: { readonly queues: readonly QueueState[] }) {
  return (
    <Table.ScrollContainer minWidth={420}>
      <Table verticalSpacing={6} aria-label="Queues">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Queue</Table.Th>
            <Table.Th ta="right">Waiting</Table.Th>
            <Table.Th ta="right">Running</Table.Th>
            <Table.Th ta="right">Later</Table.Th>
            <Table.Th ta="right">Given up</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {queues.map(({ queue, waiting, active, delayed, failed }) => (
            <Table.Tr key={queue}>
              <Table.Th scope="row">{queue}</Table.Th>
              {Object.entries({ waiting, active, delayed, failed }).map(([state, count]) => (
                <Table.Td key={state} ta="right" {...(state === 'failed' && count > 0 && { fw: 700 })}>
                  {formatCount(count)}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

/** Those that hold nothing need no row each. */
function QuietQueues({ names }: { readonly names: readonly string[] }) {
  if (names.length === 0) return null;
  return (
    <Text size="sm" c="dimmed">
      Empty: {names.join(', ')}
    </Text>
  );
}
