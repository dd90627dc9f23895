import { boardSchema } from '@fasten-medplum/bridge/contract/dead-letter';
import { Button, Stack, Text } from '@mantine/core';
import { IconLayoutDashboard } from '@tabler/icons-react';
import { useState } from 'react';
import { useBridge } from '../bridge/use-bridge.ts';
import { explainRefusal } from '../states/explain-refusal.ts';

/** Leads to Bull Board, every job of every queue for looking. The bridge gives this browser a cookie for it first. */
export function OpenBoard() {
  const bridge = useBridge();
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<string>();

  async function open(): Promise<void> {
    setIsBusy(true);
    setProblem(undefined);
    try {
      const { url } = await bridge.ask('POST', '/queues/board', boardSchema);
      // In this tab: a new one that opens only after an answer is taken for a pop-up and blocked.
      window.open(url, '_self');
    } catch (error) {
      setProblem(explainRefusal(error));
    } finally {
      setIsBusy(false);
    }
  }

  return (
    <Stack gap={4} align="flex-start" mt="md">
      <Button
        size="xs"
        variant="default"
        loading={isBusy}
        onClick={() => void open()}
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
