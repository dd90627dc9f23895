import { type QueueList, queueListSchema } from '@fasten-medplum/bridge/contract/dead-letter';
import { Container, Paper, Stack, Table, Text, Title } from '@mantine/core';
import { useMedplum } from '@medplum/react-hooks';
import { IconLock } from '@tabler/icons-react';
import { type ReactNode, useCallback } from 'react';
import { useBridge } from '../bridge/use-bridge.ts';
import { formatCount } from '../imports/format.ts';
import { usePolled } from '../imports/use-polled.ts';
import { usePageTitle } from '../shell/use-page-title.ts';
import { EmptyState } from '../states/EmptyState.tsx';
import { ErrorState } from '../states/ErrorState.tsx';
import { explainError } from '../states/explain-error.ts';
import { LoadingState } from '../states/LoadingState.tsx';
import { AuditTrail } from './AuditTrail.tsx';
import { BotRuns } from './BotRuns.tsx';
import { DeadLetters } from './DeadLetters.tsx';
import { Health } from './Health.tsx';
import { OpenBoard } from './OpenBoard.tsx';
import { Servers } from './Servers.tsx';
import { WebhookReceipts } from './WebhookReceipts.tsx';

const PAUSE_MS = 5_000;

/** For whoever runs the service: whether it is well, what waits, what was given up, and who did what. */
export function OperationsPage() {
  const isAdmin = useMedplum().isProjectAdmin();
  usePageTitle('Operations');
  if (!isAdmin) {
    return (
      <EmptyState icon={<IconLock />} title="For administrators">
        This page shows how the service runs. Ask an administrator of the Medplum project if you should see it.
      </EmptyState>
    );
  }
  return (
    <Container size="lg" px={0}>
      <Stack>
        <div>
          <Title order={1} size="h2">
            Operations
          </Title>
          <Text c="dimmed" size="sm">
            How the service runs
          </Text>
        </div>
        <Section title="Health">
          <Health />
        </Section>
        <Section title="Medplum and Fasten">
          <Servers />
        </Section>
        <Section title="Given up">
          <DeadLetters />
        </Section>
        <Section title="Queues">
          <Queues />
          <OpenBoard />
        </Section>
        <Section title="Webhooks">
          <WebhookReceipts />
        </Section>
        <Section title="Bots">
          <BotRuns />
        </Section>
        <Section title="Who did what">
          <AuditTrail />
        </Section>
      </Stack>
    </Container>
  );
}

function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <Paper withBorder p="md" component="section" aria-label={title}>
      <Title order={2} size="h4" mb="md">
        {title}
      </Title>
      {children}
    </Paper>
  );
}

function Queues() {
  const bridge = useBridge();
  const load = useCallback(() => bridge.ask('GET', '/queues', queueListSchema), [bridge]);
  const { value, error, reload } = usePolled(load, pauseFor);
  if (value === undefined && error === undefined) return <LoadingState label="Loading the queues" blocks={2} />;
  return (
    <>
      {error !== undefined && (
        <ErrorState title="The queues could not be loaded" hint={explainError(error)} onRetry={reload} />
      )}
      {value && (
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
              {value.queues.filter(isBusy).map(({ queue, waiting, active, delayed, failed }) => (
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
      )}
      {value && <QuietQueues names={value.queues.filter((each) => !isBusy(each)).map(({ queue }) => queue)} />}
    </>
  );
}

type QueueState = QueueList['queues'][number];

function isBusy({ waiting, active, delayed, failed }: QueueState): boolean {
  return waiting + active + delayed + failed > 0;
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

function pauseFor(): number {
  return PAUSE_MS;
}
