import { type ImportStatus, importStatusSchema } from '@fasten-medplum/bridge/contract/import-status';
import { useDocumentVisibility } from '@mantine/hooks';
import { useEffect, useState } from 'react';
import { useBridge } from './use-bridge.ts';

const AGAIN_AFTER_MS = 5_000;
/** Of what ended long ago nobody looks at the bar any more. */
const MAX_KEPT = 200;

export type LiveImports = ReadonlyMap<string, ImportStatus>;

/**
 * How imports go on, by Task, told by the server in one stream for all of them. A stream that breaks is opened again; a
 * hidden tab listens to nothing.
 *
 * @param onChange - Called when an import has begun, ended or gone on to another phase. Must keep its identity between renders.
 */
export function useLiveImports(onChange: () => void): LiveImports {
  const bridge = useBridge();
  const visible = useDocumentVisibility() === 'visible';
  const [live, setLive] = useState<LiveImports>(new Map());

  useEffect(() => {
    if (!visible) return undefined;
    const gone = new AbortController();
    const phases = new Map<string, string>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    async function listen(): Promise<void> {
      try {
        for await (const { event, data } of bridge.follow('/imports/events', gone.signal)) {
          if (event !== 'import' || gone.signal.aborted) continue;
          const told = importStatusSchema.parse(JSON.parse(data));
          setLive((from) => keep(from, told));
          const phase = `${told.status} ${told.phase}`;
          if (phases.get(told.taskId) !== phase) onChange();
          phases.set(told.taskId, phase);
        }
      } catch {
        // The list is read now and then all the same, and says what is wrong when that fails too.
      }
      if (!gone.signal.aborted) timer = setTimeout(() => void listen(), AGAIN_AFTER_MS);
    }
    void listen();
    return () => {
      gone.abort();
      clearTimeout(timer);
    };
  }, [bridge, visible, onChange]);

  return live;
}

function keep(from: LiveImports, told: ImportStatus): LiveImports {
  const others = [...from].filter(([id]) => id !== told.taskId);
  return new Map([...others.slice(-MAX_KEPT), [told.taskId, told]]);
}
