import { type ImportStatus, importStatusSchema, isAtRest } from '@fasten-medplum/bridge/contract/import-status';
import { useDocumentVisibility } from '@mantine/hooks';
import { useEffect, useState } from 'react';
import { useBridge } from './use-bridge.ts';

const AGAIN_AFTER_MS = 5_000;

/**
 * How an import stands, told by the server as it happens; undefined until it has told something. A stream that breaks is
 * opened again; a hidden tab listens to nothing.
 *
 * @param taskId - Undefined: nothing is listened to.
 */
export function useImportStatus(taskId: string | undefined): ImportStatus | undefined {
  const bridge = useBridge();
  const visible = useDocumentVisibility() === 'visible';
  const [status, setStatus] = useState<ImportStatus>();

  useEffect(() => {
    if (taskId === undefined || !visible) return undefined;
    const gone = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    async function listen(): Promise<void> {
      let rests = false;
      try {
        for await (const { event, data } of bridge.follow(`/imports/${taskId}/events`, gone.signal)) {
          if (event !== 'status' || gone.signal.aborted) continue;
          const told = importStatusSchema.parse(JSON.parse(data));
          rests = isAtRest(told);
          setStatus(told);
        }
      } catch {
        // The page still asks for the Task now and then, and says what is wrong when that fails too.
      }
      if (!gone.signal.aborted && !rests) timer = setTimeout(() => void listen(), AGAIN_AFTER_MS);
    }
    void listen();
    return () => {
      gone.abort();
      clearTimeout(timer);
    };
  }, [bridge, taskId, visible]);

  return status?.taskId === taskId ? status : undefined;
}
