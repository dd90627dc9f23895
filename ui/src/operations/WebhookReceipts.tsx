import { type WebhookOutcome, webhookPageSchema } from '@fasten-medplum/bridge/contract/operations';
import { Badge, Code, Stack, Table, Text } from '@mantine/core';
import { useCallback, useState } from 'react';
import { useBridge } from '../bridge/use-bridge.ts';
import { formatTime } from '../imports/format.ts';
import { usePolled } from '../imports/use-polled.ts';
import { PageButtons } from '../lists/PageButtons.tsx';
import { ErrorState } from '../states/ErrorState.tsx';
import { explainError } from '../states/explain-error.ts';
import { LoadingState } from '../states/LoadingState.tsx';

const PAGE_SIZE = 20;
const PAUSE_MS = 10_000;

const OUTCOME_WORDS: Readonly<Record<WebhookOutcome, { readonly label: string; readonly color: string }>> = {
  accepted: { label: 'Accepted', color: 'green' },
  duplicate: { label: 'Known already', color: 'gray' },
  ignored: { label: 'Of an unknown type', color: 'gray' },
  'wrong-mode': { label: 'Of the other mode', color: 'yellow' },
  unreadable: { label: 'Refused: not readable', color: 'orange' },
  forged: { label: 'Refused: not signed', color: 'red' },
};

/** What Fasten delivered and what became of it, the latest first. */
export function WebhookReceipts() {
  const bridge = useBridge();
  /** Where the pages begin that were shown before this one. */
  const [cursors, setCursors] = useState<readonly string[]>([]);
  const load = useCallback(() => {
    const cursor = cursors.at(-1);
    const query = new URLSearchParams({ _count: `${PAGE_SIZE}`, ...(cursor !== undefined && { cursor }) });
    return bridge.ask('GET', `/webhooks?${query}`, webhookPageSchema);
  }, [bridge, cursors]);
  const { value, error, reload } = usePolled(load, PAUSE_MS);
  const next = value?.next ? new URL(value.next, window.location.origin).searchParams.get('cursor') : null;
  if (value === undefined && error === undefined) return <LoadingState label="Loading the webhooks" blocks={2} />;
  return (
    <Stack>
      {error !== undefined && (
        <ErrorState title="The webhooks could not be loaded" hint={explainError(error)} onRetry={reload} />
      )}
      {value?.receipts.length === 0 && (
        <Text c="dimmed">
          Fasten has delivered nothing in the last 15 days. If it should have, look whether the webhook’s address is set
          in Fasten’s portal.
        </Text>
      )}
      {value && value.receipts.length > 0 && (
        <Table.ScrollContainer minWidth={520}>
          <Table verticalSpacing={6} aria-label="Webhooks">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>When</Table.Th>
                <Table.Th>What</Table.Th>
                <Table.Th>Outcome</Table.Th>
                <Table.Th>Id</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {value.receipts.map(({ receivedAt, outcome, eventType, eventId }, index) => (
                <Table.Tr key={`${receivedAt} ${eventId ?? index}`}>
                  <Table.Td>{formatTime(receivedAt)}</Table.Td>
                  <Table.Td style={{ overflowWrap: 'anywhere' }}>{eventType ?? 'not said by Fasten'}</Table.Td>
                  <Table.Td>
                    <Badge variant="light" miw="max-content" color={OUTCOME_WORDS[outcome].color}>
                      {OUTCOME_WORDS[outcome].label}
                    </Badge>
                  </Table.Td>
                  <Table.Td style={{ overflowWrap: 'anywhere' }}>{eventId && <Code>{eventId}</Code>}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      <PageButtons
        onBack={cursors.length > 0 ? () => setCursors(cursors.slice(0, -1)) : undefined}
        onForth={next ? () => setCursors([...cursors, next]) : undefined}
      />
    </Stack>
  );
}
