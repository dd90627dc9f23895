import { boardSchema } from '@fasten-medplum/bridge/contract/dead-letter';
import { Button, Stack, Text } from '@mantine/core';
import { IconLayoutDashboard } from '@tabler/icons-react';
import { useBridge } from '../bridge/use-bridge.ts';
import { useAction } from '../states/use-action.ts';

/** Leads to Bull Board, every job of every queue for looking. The bridge gives this browser a cookie for it first. */
export function OpenBoard() {
  const bridge = useBridge();
  const { act, isBusy, problem } = useAction(async () => {
    const { url } = await bridge.ask('POST', '/queues/board', boardSchema);
    // In this tab: a new one that opens only after an answer is taken for a pop-up and blocked.
    window.open(url, '_self');
  });

  return (
    <Stack gap={4} align="flex-start" mt="md">
      <Button
        size="xs"
        variant="default"
        loading={isBusy}
        onClick={() => act()}
        leftSection={<IconLayoutDashboard size={16} aria-hidden />}
      >
        See every job
      </Button>
      <Text size="sm" c="dimmed">
        Opens the board of all queues, for a quarter of an hour.
      </Text>
      {problem !== undefined && (
        <Text size="sm" role="alert">
          {problem}
        </Text>
      )}
    </Stack>
  );
}
