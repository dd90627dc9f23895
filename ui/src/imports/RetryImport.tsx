import { importRetrySchema } from '@fasten-medplum/bridge/contract/import-decision';
import { IconRefresh } from '@tabler/icons-react';
import { useBridge } from '../bridge/use-bridge.ts';
import { ActionButton } from '../states/ActionButton.tsx';
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
  const retry = useAction(async () => {
    await bridge.ask('POST', `/imports/${taskId}/retry`, importRetrySchema);
    onQueued();
  }, WORDS);
  return <ActionButton action={retry} icon={<IconRefresh size={16} aria-hidden />} label="Run it again" />;
}
