import type { Connection } from '@fasten-medplum/bridge/contract/connection';
import type { SyncAnswer } from '@fasten-medplum/bridge/contract/sync';
import { Stack, Title } from '@mantine/core';
import { IconPlugConnected } from '@tabler/icons-react';
import { useFocusOnArrival } from '../shell/use-focus-on-arrival.ts';
import { EmptyState } from '../states/EmptyState.tsx';
import { ConnectionCard } from './ConnectionCard.tsx';
import { useNamed } from './use-named.ts';

interface ConnectionSectionsProps {
  readonly connections: readonly Connection[];
  readonly patientId: string;
  readonly synced: SyncAnswer['connections'];
  readonly onChanged: () => void;
  readonly onErasing: (erasureIds: readonly string[]) => void;
}

/** In use first; what has ended below, without those that a later connection continues. */
export function ConnectionSections({ connections: told, synced, ...rest }: ConnectionSectionsProps) {
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
