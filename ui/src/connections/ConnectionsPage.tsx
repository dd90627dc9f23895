import { type SyncAnswer, syncAnswerSchema } from '@fasten-medplum/bridge/contract/sync';
import { Alert, Button, Container, Group, Stack, Text, Title } from '@mantine/core';
import { useMedplumProfile } from '@medplum/react-hooks';
import { IconPlus, IconRefresh } from '@tabler/icons-react';
import { useState } from 'react';
import { Link, useParams, useSearchParams } from 'react-router';
import { useBridge } from '../bridge/use-bridge.ts';
import { BackToList } from '../lists/BackToList.tsx';
import { usePageTitle } from '../shell/use-page-title.ts';
import { ErrorState } from '../states/ErrorState.tsx';
import { explainError } from '../states/explain-error.ts';
import { LoadingState } from '../states/LoadingState.tsx';
import { ReferenceName } from '../states/ReferenceName.tsx';
import { useAction } from '../states/use-action.ts';
import { ConnectionSections } from './ConnectionSections.tsx';
import { ErasureNotice } from './ErasureNotice.tsx';
import { ReturnNotice } from './ReturnNotice.tsx';
import { isBusy, useConnections } from './use-connections.ts';

/** A Patient's connections: what is connected, how it stands, and everything that can be done about it. */
export function ConnectionsPage() {
  const { patientId = '' } = useParams();
  const [params] = useSearchParams();
  usePageTitle('Connections');
  const outcome = params.get('connection');
  const isStaff = useMedplumProfile()?.resourceType !== 'Patient';
  const { value, error, reload } = useConnections(patientId);
  const [erasures, setErasures] = useState<readonly string[]>([]);
  const { synced, problem, isSyncing, sync } = useSync(patientId, reload);
  const active = value?.connections.filter(({ status }) => status === 'active') ?? [];

  return (
    <Container size="md" px={0}>
      <Stack>
        {isStaff && <BackToList to="/connections">All patients</BackToList>}
        <Group justify="space-between" align="flex-end">
          <Heading patientId={patientId} />
          <Group gap="xs">
            {active.length > 0 && (
              <>
                <Button component={Link} to={`/patients/${patientId}`} variant="default">
                  See the records
                </Button>
                <Button
                  variant="default"
                  loading={isSyncing}
                  onClick={() => sync()}
                  leftSection={<IconRefresh size={18} aria-hidden />}
                >
                  Get new records
                </Button>
              </>
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

/** Whose connections these are, said to the patient or to somebody else. */
function Heading({ patientId }: { readonly patientId: string }) {
  const profile = useMedplumProfile();
  const isOwn = profile?.resourceType === 'Patient' && profile.id === patientId;
  return (
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
