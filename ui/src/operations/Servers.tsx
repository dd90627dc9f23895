import { type ServerList, type ServerReplies, serverListSchema } from '@fasten-medplum/bridge/contract/operations';
import { Progress, Stack, Table, Text } from '@mantine/core';
import { useCallback } from 'react';
import { useBridge } from '../bridge/use-bridge.ts';
import { formatCount, formatTime } from '../imports/format.ts';
import { usePolled } from '../imports/use-polled.ts';
import { ErrorState } from '../states/ErrorState.tsx';
import { explainError } from '../states/explain-error.ts';
import { LoadingState } from '../states/LoadingState.tsx';

const PAUSE_MS = 5_000;
const NAMES: Readonly<Record<ServerReplies['server'], string>> = { medplum: 'Medplum', fasten: 'Fasten' };

/** How the servers that everything depends on answer, and what is left of the quota. */
export function Servers() {
  const bridge = useBridge();
  const load = useCallback(() => bridge.ask('GET', '/servers', serverListSchema), [bridge]);
  const { value, error, reload } = usePolled(load, PAUSE_MS);
  if (value === undefined && error === undefined) return <LoadingState label="Loading how they answer" blocks={1} />;
  return (
    <Stack>
      {error !== undefined && <ErrorState title="It could not be loaded" hint={explainError(error)} onRetry={reload} />}
      {value && <Replies {...value} />}
      {value && <QuotaLeft quota={value.quota} />}
    </Stack>
  );
}

function Replies({ servers, minutes }: ServerList) {
  return (
    <Table.ScrollContainer minWidth={520}>
      <Table verticalSpacing={6} aria-label={`Replies of the last ${minutes} minutes`}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Last {minutes} minutes</Table.Th>
            <Table.Th ta="right">Replies</Table.Th>
            <Table.Th ta="right">Half within</Table.Th>
            <Table.Th ta="right">95 % within</Table.Th>
            <Table.Th ta="right">No reply</Table.Th>
            <Table.Th ta="right">Faults</Table.Th>
            <Table.Th ta="right">Asked to wait</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {servers.map(({ server, replies, medianMs, ms95, lost, faults, throttled }) => (
            <Table.Tr key={server}>
              <Table.Th scope="row">{NAMES[server]}</Table.Th>
              <Table.Td ta="right">{formatCount(replies)}</Table.Td>
              <Table.Td ta="right">{formatSpan(medianMs)}</Table.Td>
              <Table.Td ta="right">{formatSpan(ms95)}</Table.Td>
              {Object.entries({ lost, faults, throttled }).map(([what, count]) => (
                <Table.Td key={what} ta="right" {...(count > 0 && { fw: 700 })}>
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

function QuotaLeft({ quota }: Pick<ServerList, 'quota'>) {
  if (!quota) {
    return (
      <Text size="sm" c="dimmed">
        Medplum has named no limit lately: either it sets none, or nothing was asked of it.
      </Text>
    );
  }
  const { left, most, toldAt } = quota;
  return (
    <div>
      <Text size="sm" mb={4}>
        {formatCount(left)} of {formatCount(most)} units of Medplum’s quota were left in its minute,{' '}
        {formatTime(toldAt)}
      </Text>
      <Progress
        value={(100 * left) / Math.max(1, most)}
        color={left < most / 10 ? 'orange' : 'teal'}
        aria-label="Quota left"
      />
    </div>
  );
}

function formatSpan(ms: number | undefined): string {
  if (ms === undefined) return '–';
  const [value, unit] = ms < 1000 ? [ms, 'millisecond'] : [ms / 1000, 'second'];
  return new Intl.NumberFormat(undefined, { style: 'unit', unit, maximumFractionDigits: 1 }).format(value);
}
