import type { Connection } from '@fasten-medplum/bridge/contract/connection';
import { type SyncAnswer, syncAnswerSchema } from '@fasten-medplum/bridge/contract/sync';
import { Alert, Button, Container, Group, Stack, Text, Title } from '@mantine/core';
import { useMedplumProfile } from '@medplum/react-hooks';
import { IconPlugConnected, IconPlus, IconRefresh } from '@tabler/icons-react';
import { useState } from 'react';
import { Link, useParams, useSearchParams } from 'react-router';
import { useBridge } from '../bridge/use-bridge.ts';
import { BackToList } from '../lists/BackToList.tsx';
import { useFocusOnArrival } from '../shell/use-focus-on-arrival.ts';
import { usePageTitle } from '../shell/use-page-title.ts';
import { EmptyState } from '../states/EmptyState.tsx';
import { ErrorState } from '../states/ErrorState.tsx';
import { explainError } from '../states/explain-error.ts';
import { LoadingState } from '../states/LoadingState.tsx';
import { ReferenceName } from '../states/ReferenceName.tsx';
import { useAction } from '../states/use-action.ts';
import { ConnectionCard } from './ConnectionCard.tsx';
import { ErasureNotice } from './ErasureNotice.tsx';
import { ReturnNotice } from './ReturnNotice.tsx';
import { isBusy, useConnections } from './use-connections.ts';
import { useNamed } from './use-named.ts';

/** A Patient's connections: what is connected, how it stands, and everything that can be done about it. */
export function ConnectionsPage() {
  const { patientId = '' } = useParams();
  const [params] = useSearchParams();
  usePageTitle('Connections');
  const outcome = params.get('connection');
  const profile = useMedplumProfile();
  const isOwn = profile?.resourceType === 'Patient' && profile.id === patientId;
  const isStaff = profile?.resourceType !== 'Patient';
  const { value, error, reload } = useConnections(patientId);
  const [erasures, setErasures] = useState<readonly string[]>([]);
  const { synced, problem, isSyncing, sync } = useSync(patientId, reload);
  const active = value?.connections.filter(({ status }) => status === 'active') ?? [];

  return (
    <Container size="md" px={0}>
      <Stack>
        {isStaff && <BackToList to="/connections">All patients</BackToList>}
        <Group justify="space-between" align="flex-end">
          <div>
            <Title order={1} size="h2">
              {isOwn ? 'My connections' : 'Connections'}
            </Title>
            <Text c="dimmed" size="sm">
              {isOwn ? (
                'Where my health records come from'
              ) : (
                <>
                  Where the records of{' '}
                  <ReferenceName value={{ reference: `Patient/${patientId}` }} otherwise="this patient" /> come from
                </>
              )}
            </Text>
          </div>
          <Group gap="xs">
            {active.length > 0 && (
              <Button component={Link} to={`/patients/${patientId}`} variant="default">
                See the records
              </Button>
            )}
            {active.length > 0 && (
              <Button
                variant="default"
                loading={isSyncing}
                onClick={() => sync()}
                leftSection={<IconRefresh size={18} aria-hidden />}
              >
                Get new records
              </Button>
            )}
            <Button
              component={Link}
              to={`/connections/${patientId}/connect`}
              leftSection={<IconPlus size={18} aria-hidden />}
            >
              Connect
            </Button>
          </Group>
        </Group>
        {/* What has ended since, or brought its records already, is no news. */}
        {(outcome !== 'connected' || active.some(isBusy)) && <ReturnNotice outcome={outcome} />}
        {problem !== undefined && (
          <Alert color="red" role="alert" title="New records could not be asked for">
            {problem}
          </Alert>
        )}
        {erasures.map((id) => (
          <ErasureNotice key={id} erasureId={id} connections={value?.connections ?? []} onEnd={reload} />
        ))}
        {error !== undefined && (
          <ErrorState title="The connections could not be loaded" hint={explainError(error)} onRetry={reload} />
        )}
        {value === undefined && error === undefined && <LoadingState label="Loading the connections" />}
        {value && (
          <ConnectionSections
            connections={value.connections}
            patientId={patientId}
            synced={synced}
            onChanged={reload}
            onErasing={(ids) => setErasures((from) => [...new Set([...from, ...ids])])}
          />
        )}
      </Stack>
    </Container>
  );
}

interface ConnectionSectionsProps {
  readonly connections: readonly Connection[];
  readonly patientId: string;
  readonly synced: SyncAnswer['connections'];
  readonly onChanged: () => void;
  readonly onErasing: (erasureIds: readonly string[]) => void;
}

/** In use first; what has ended below, without those that a later connection continues. */
function ConnectionSections({ connections: told, synced, ...rest }: ConnectionSectionsProps) {
  const connections = useNamed(rest.patientId, told);
  const active = connections.filter(({ status }) => status === 'active');
  const ended = connections.filter(({ status, continuedBy }) => status !== 'active' && continuedBy === undefined);
  const card = (connection: Connection) => (
    <ConnectionCard
      key={connection.consentId}
      connection={connection}
      answer={synced.find(({ consentId }) => consentId === connection.consentId)}
      {...rest}
    />
  );
  // The buttons of a connection go with it when it has ended.
  const arrived = useFocusOnArrival<HTMLDivElement>(active.map(({ consentId }) => consentId).join());
  return (
    <Stack ref={arrived} tabIndex={-1} style={{ outline: 'none' }}>
      {active.length === 0 && (
        <EmptyState icon={<IconPlugConnected />} title="Nothing is connected">
          Connect a hospital, a clinic or an insurer, and the records that it keeps appear here. It takes a few minutes
          and the user name and password that are used there.
        </EmptyState>
      )}
      {active.length > 0 && (
        <Stack role="list" aria-label="Connections">
          {active.map(card)}
        </Stack>
      )}
      {ended.length > 0 && (
        <>
          <Title order={2} size="h4" mt="md">
            Ended
          </Title>
          <Stack role="list" aria-label="Ended connections">
            {ended.map(card)}
          </Stack>
        </>
      )}
    </Stack>
  );
}

/** Asks for a new export of every connection, and keeps what became of each wish. */
function useSync(patientId: string, onChanged: () => void) {
  const bridge = useBridge();
  const [synced, setSynced] = useState<SyncAnswer['connections']>([]);
  const { act, isBusy, problem } = useAction(async () => {
    setSynced((await bridge.ask('POST', `/sync/${encodeURIComponent(patientId)}`, syncAnswerSchema)).connections);
    onChanged();
  });
  return { synced, problem, isSyncing: isBusy, sync: act };
}
