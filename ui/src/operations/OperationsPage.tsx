import { Container, Stack, Text, Title } from '@mantine/core';
import { useMedplum } from '@medplum/react-hooks';
import { IconLock } from '@tabler/icons-react';
import { PageSection } from '../shell/PageSection.tsx';
import { usePageTitle } from '../shell/use-page-title.ts';
import { EmptyState } from '../states/EmptyState.tsx';
import { AuditTrail } from './AuditTrail.tsx';
import { BotRuns } from './BotRuns.tsx';
import { DeadLetters } from './DeadLetters.tsx';
import { Health } from './Health.tsx';
import { OpenBoard } from './OpenBoard.tsx';
import { QueueTable } from './QueueTable.tsx';
import { Servers } from './Servers.tsx';
import { WebhookReceipts } from './WebhookReceipts.tsx';

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
        <PageSection title="Health">
          <Health />
        </PageSection>
        <PageSection title="Medplum and Fasten">
          <Servers />
        </PageSection>
        <PageSection title="Given up">
          <DeadLetters />
        </PageSection>
        <PageSection title="Queues">
          <QueueTable />
          <OpenBoard />
        </PageSection>
        <PageSection title="Webhooks">
          <WebhookReceipts />
        </PageSection>
        <PageSection title="Bots">
          <BotRuns />
        </PageSection>
        <PageSection title="Who did what">
          <AuditTrail />
        </PageSection>
      </Stack>
    </Container>
  );
}
