import type { Connection } from '@fasten-medplum/bridge/contract/connection';
import type { SyncAnswer } from '@fasten-medplum/bridge/contract/sync';
import { Avatar, Badge, Button, Group, Paper, Stack, Text } from '@mantine/core';
import { IconBuildingHospital, IconPlugConnectedX, IconRefreshDot } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'react-router';
import { useBridgeConfig } from '../bridge/use-bridge.ts';
import { formatMoment } from '../format-when.ts';
import { formatDay } from '../imports/format.ts';
import { logoOf, nameOf, STANDING_WORDS, standingOf } from './connection-words.ts';
import { EndConnection } from './EndConnection.tsx';
import { LatestImport } from './LatestImport.tsx';
import { ScheduleSelect } from './ScheduleSelect.tsx';

interface ConnectionCardProps {
  readonly connection: Connection;
  readonly patientId: string;
  /** What became of the wish for new records, once there was one. */
  readonly answer: SyncAnswer['connections'][number] | undefined;
  readonly onChanged: () => void;
  readonly onErasing: (erasureIds: readonly string[]) => void;
}

/** One connection: whose, how it stands, what comes in, and what can be done. */
export function ConnectionCard({ connection, patientId, answer, onChanged, onErasing }: ConnectionCardProps) {
  const { logosUrl } = useBridgeConfig();
  const [isEnding, setIsEnding] = useState(false);
  const standing = standingOf(connection, new Date());
  const name = nameOf(connection);
  const isActive = connection.status === 'active';
  return (
    <Paper withBorder p="md" role="listitem" aria-label={name}>
      <Stack gap="sm">
        <Group wrap="nowrap" align="flex-start">
          <Avatar src={logoOf(connection, logosUrl) ?? null} alt="" radius="md" size={44}>
            <IconBuildingHospital aria-hidden />
          </Avatar>
          <div style={{ flex: 1, minWidth: 0 }}>
            <Group gap="xs">
              <Text fw={600} style={{ overflowWrap: 'anywhere' }}>
                {name}
              </Text>
              <Badge variant="light" color={STANDING_WORDS[standing].color} miw="max-content">
                {STANDING_WORDS[standing].label}
              </Badge>
              {connection.facts.mode === 'test' && (
                <Badge variant="outline" color="gray" miw="max-content">
                  Test data
                </Badge>
              )}
            </Group>
            <Text size="sm" c="dimmed">
              {describePeriod(connection)}
            </Text>
          </div>
        </Group>
        {connection.latestImport && <LatestImport latest={connection.latestImport} onEnd={onChanged} />}
        {isActive && connection.latestImport === undefined && <Text size="sm">No records have come in yet.</Text>}
        {isActive && answer && (
          <Text size="sm" role="status">
            {answer.text}
            {answer.availableAt && ` From ${formatMoment(answer.availableAt)} on.`}
          </Text>
        )}
        <Group gap="xs" align="flex-end">
          {isActive && <ScheduleSelect connection={connection} patientId={patientId} onChanged={onChanged} />}
          {(standing !== 'connected' || connection.latestImport?.nextStep === 'reconnect') && (
            <Button
              component={Link}
              to={`/connections/${patientId}/connect?reconnect=${connection.consentId}`}
              variant="light"
              leftSection={<IconRefreshDot size={18} aria-hidden />}
            >
              Connect again
            </Button>
          )}
          <Button
            variant="subtle"
            color="red"
            onClick={() => setIsEnding(true)}
            leftSection={<IconPlugConnectedX size={18} aria-hidden />}
          >
            {isActive ? 'Disconnect' : 'Erase records'}
          </Button>
        </Group>
      </Stack>
      <EndConnection
        isOpen={isEnding}
        connection={connection}
        patientId={patientId}
        onClose={() => setIsEnding(false)}
        onEnded={(ids) => {
          onErasing(ids);
          onChanged();
        }}
      />
    </Paper>
  );
}

function describePeriod({ connectedAt, expiresAt, nextResync, status }: Connection): string {
  const parts = [
    connectedAt && `${status === 'active' ? 'Since' : 'Connected'} ${formatDay(connectedAt)}`,
    status === 'active' && expiresAt && `permission until ${formatDay(expiresAt)}`,
    nextResync && `next look for new records ${formatDay(nextResync)}`,
  ];
  return parts.filter(Boolean).join(' · ');
}
