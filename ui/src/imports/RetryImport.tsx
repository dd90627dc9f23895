import { importRetrySchema } from '@fasten-medplum/bridge/contract/import-decision';
import { Button, Stack, Text } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useState } from 'react';
import { useBridge } from '../bridge/use-bridge.ts';
import { explainRefusal } from '../states/explain-refusal.ts';

interface RetryImportProps {
  readonly taskId: string;
  readonly onQueued: () => void;
}

/** Runs an import that failed once more. */
export function RetryImport({ taskId, onQueued }: RetryImportProps) {
  const bridge = useBridge();
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<string>();

  async function retry(): Promise<void> {
    setIsBusy(true);
    setProblem(undefined);
    try {
      await bridge.ask('POST', `/imports/${taskId}/retry`, importRetrySchema);
      onQueued();
    } catch (error) {
      setProblem(
        explainRefusal(error, {
          conflict:
            'This import cannot be run again: its job is no longer kept. Ask for new records of the connection instead.',
        }),
      );
    } finally {
      setIsBusy(false);
    }
  }

  return (
    <Stack gap={4} align="flex-start" mt="xs">
      <Button
        size="xs"
        variant="default"
        loading={isBusy}
        onClick={() => void retry()}
        leftSection={<IconRefresh size={16} aria-hidden />}
      >
        Run it again
      </Button>
      {problem !== undefined && (
        <Text size="sm" role="alert">
          {problem}
        </Text>
      )}
    </Stack>
  );
}
