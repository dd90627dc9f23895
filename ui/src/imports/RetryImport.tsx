import { importRetrySchema } from '@fasten-medplum/bridge/contract/import-decision';
import { Button, Stack, Text } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useBridge } from '../bridge/use-bridge.ts';
import { useAction } from '../states/use-action.ts';

interface RetryImportProps {
  readonly taskId: string;
  readonly onQueued: () => void;
}

const WORDS = {
  conflict:
    'This import cannot be run again: its job is no longer kept. Ask for new records of the connection instead.',
};

/** Runs an import that failed once more. */
export function RetryImport({ taskId, onQueued }: RetryImportProps) {
  const bridge = useBridge();
  const { act, isBusy, problem } = useAction(async () => {
    await bridge.ask('POST', `/imports/${taskId}/retry`, importRetrySchema);
    onQueued();
  }, WORDS);

  return (
    <Stack gap={4} align="flex-start" mt="xs">
      <Button
        size="xs"
        variant="default"
        loading={isBusy}
        onClick={() => act()}
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
