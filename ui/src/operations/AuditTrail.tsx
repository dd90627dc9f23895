import { isRetentionText } from '@fasten-medplum/bridge/contract/retention-text';
import { Stack, Table, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import type { AuditEvent } from '@medplum/fhirtypes';
import { useMedplum } from '@medplum/react-hooks';
import { useCallback, useState } from 'react';
import { formatTime } from '../imports/format.ts';
import { usePolled } from '../imports/use-polled.ts';
import { PageButtons } from '../lists/PageButtons.tsx';
import { ErrorState } from '../states/ErrorState.tsx';
import { explainError } from '../states/explain-error.ts';
import { LoadingState } from '../states/LoadingState.tsx';
import { ReferenceName } from '../states/ReferenceName.tsx';

const PAGE_SIZE = 20;
const PAUSE_MS = 30_000;
const TYPING_MS = 400;
/** AuditEvent.outcome: success; the others (4, 8, 12) are failures. */
const DONE = '0';
const ID = /^[A-Za-z0-9-]{1,64}$/;

/** AuditEvents, the newest first; narrowed to what concerns one patient. */
export function AuditTrail() {
  const medplum = useMedplum();
  const [typed, setTyped] = useState('');
  const [patient] = useDebouncedValue(typed.trim().replace(/^Patient\//, ''), TYPING_MS);
  const [page, setPage] = useState(0);
  const load = useCallback(async () => {
    const query = {
      _sort: '-_lastUpdated',
      _count: PAGE_SIZE,
      _offset: page * PAGE_SIZE,
      ...(ID.test(patient) && { entity: `Patient/${patient}` }),
    };
    return [...(await medplum.searchResources('AuditEvent', query, { cache: 'reload' }))];
  }, [medplum, page, patient]);
  const { value, error, reload } = usePolled(load, PAUSE_MS);
  return (
    <Stack>
      <TextInput
        label="Patient"
        description="Id of the patient that it concerns; empty for everyone"
        value={typed}
        maw={420}
        onChange={({ currentTarget }) => {
          setTyped(currentTarget.value);
          setPage(0);
        }}
      />
      {error !== undefined && (
        <ErrorState
          title="The record of who did what could not be loaded"
          hint={explainError(error)}
          onRetry={reload}
        />
      )}
      {value === undefined && error === undefined && <LoadingState label="Loading who did what" blocks={2} />}
      {value?.length === 0 && <Text c="dimmed">Nothing is recorded here.</Text>}
      {value && value.length > 0 && <EventTable events={value} />}
      <PageButtons
        onBack={page > 0 ? () => setPage(page - 1) : undefined}
        onForth={value?.length === PAGE_SIZE ? () => setPage(page + 1) : undefined}
      />
    </Stack>
  );
}

function EventTable({ events }: { readonly events: readonly AuditEvent[] }) {
  return (
    <Table.ScrollContainer minWidth={480}>
      <Table verticalSpacing={6} aria-label="Who did what">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>When</Table.Th>
            <Table.Th>What</Table.Th>
            <Table.Th>Who</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {events.map((event) => (
            <Table.Tr key={event.id}>
              <Table.Td>{formatTime(event.recorded)}</Table.Td>
              <Table.Td>{describeEvent(event)}</Table.Td>
              <Table.Td>
                <Who event={event} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Who({ event }: { readonly event: AuditEvent }) {
  const agent = event.agent.find(({ requestor }) => requestor) ?? event.agent[0];
  if (!agent?.who?.reference) return agent?.who?.display ?? agent?.name ?? '';
  return <ReferenceName value={agent.who} otherwise="Somebody who is gone" />;
}

/**
 * Codes, types and whether it was done. Other free text is left out: a bot's run keeps what the bot logged or threw, which
 * may quote the record.
 */
function describeEvent({ type, subtype, entity, outcome, outcomeDesc }: AuditEvent): string {
  const [first] = subtype ?? [];
  const act = first?.display ?? first?.code ?? type.display ?? type.code ?? '';
  const types = entity?.flatMap(({ what: about }) => about?.reference?.split('/')[0] ?? []) ?? [];
  const what = types.length > 0 ? `${act} (${[...new Set(types)].join(', ')})` : act;
  if (isRetentionText(outcomeDesc)) return `${what}: ${outcomeDesc}`;
  return outcome && outcome !== DONE ? `${what}: not done` : what;
}
