import { type Connection, connectionListSchema } from '@fasten-medplum/bridge/contract/connection';
import { endedConnectionsSchema } from '@fasten-medplum/bridge/contract/erasure';
import { Alert, Button, Checkbox, Group, Modal, Radio, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { Bridge } from '../bridge/create-bridge.ts';
import { useBridge } from '../bridge/use-bridge.ts';
import { useAction } from '../states/use-action.ts';
import { nameOf } from './connection-words.ts';

interface QuestionsProps {
  readonly connection: Connection;
  readonly patientId: string;
  readonly onClose: () => void;
  /** With the receipts of what is erased; none when the records stay. */
  readonly onEnded: (erasureIds: readonly string[]) => void;
}

interface EndConnectionProps extends QuestionsProps {
  readonly isOpen: boolean;
}

const WORDS = { forbidden: 'You are not allowed to erase these records.' };

/** Ends a connection after a question; whether its records go too is a second one. Closed, it gives the focus back. */
export function EndConnection({ isOpen, ...asked }: EndConnectionProps) {
  const { connection, onClose } = asked;
  const name = nameOf(connection);
  const title = connection.status === 'active' ? `Disconnect ${name}` : `Erase the records of ${name}`;
  return (
    <Modal opened={isOpen} onClose={onClose} title={title}>
      <Questions {...asked} />
    </Modal>
  );
}

/** Asked anew each time. */
function Questions({ connection, patientId, onClose, onEnded }: QuestionsProps) {
  const bridge = useBridge();
  const isActive = connection.status === 'active';
  const [choice, setChoice] = useState<'keep' | 'erase'>();
  const [isSure, setIsSure] = useState(false);
  const wish = isActive ? choice : 'erase';
  const isReady = wish === 'keep' || (wish === 'erase' && isSure);

  const { act, isBusy, problem } = useAction(async () => {
    onEnded(await endConnection(bridge, patientId, connection, wish === 'erase'));
    onClose();
  }, WORDS);

  return (
    <Stack>
      {isActive && (
        <>
          <Text size="sm">
            No new records are collected any more. The permission that was given at the health system itself ends there:
            in its own portal, under connected apps.
          </Text>
          <Radio.Group
            label="What happens to the records that were collected?"
            value={choice ?? null}
            onChange={(value) => setChoice(value === 'erase' ? 'erase' : 'keep')}
          >
            <Stack gap="xs" mt="xs">
              <Radio value="keep" label="Keep them" description="They stay in the chart and can still be read." />
              <Radio value="erase" label="Erase them" description="They are taken out of the chart for good." />
            </Stack>
          </Radio.Group>
        </>
      )}
      {wish === 'erase' && (
        <Checkbox
          checked={isSure}
          onChange={(event) => setIsSure(event.currentTarget.checked)}
          label="Erase everything that came from this health system. This cannot be undone."
        />
      )}
      {problem !== undefined && (
        <Alert color="red" role="alert">
          {problem}
        </Alert>
      )}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button color="red" disabled={!isReady} loading={isBusy} onClick={() => act()}>
          {wish === 'erase' ? (isActive ? 'Disconnect and erase' : 'Erase') : 'Disconnect'}
        </Button>
      </Group>
    </Stack>
  );
}

/** Gives the ids of the receipts. */
async function endConnection(
  bridge: Bridge,
  patientId: string,
  { consentId }: Connection,
  erases: boolean,
): Promise<readonly string[]> {
  const path = `/connections/${encodeURIComponent(patientId)}/${consentId}`;
  if (!erases) {
    await bridge.ask('DELETE', path, connectionListSchema);
    return [];
  }
  const { erasures } = await bridge.ask('DELETE', `${path}?erase=true`, endedConnectionsSchema);
  return erasures.map(({ erasureId }) => erasureId);
}
