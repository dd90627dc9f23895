import { type Connection, type ConnectionList, connectionListSchema } from '@fasten-medplum/bridge/contract/connection';
import { useCallback } from 'react';
import { useBridge } from '../bridge/use-bridge.ts';
import { usePolled } from '../imports/use-polled.ts';

const BUSY_PAUSE_MS = 3_000;
const IDLE_PAUSE_MS = 20_000;

/** A Patient's connections, read again while something is about to change. */
export function useConnections(patientId: string) {
  const bridge = useBridge();
  const load = useCallback(
    () => bridge.ask('GET', `/connections/${encodeURIComponent(patientId)}`, connectionListSchema),
    [bridge, patientId],
  );
  return usePolled(load, pauseFor);
}

function pauseFor(list: ConnectionList | undefined): number {
  return list?.connections.some(isBusy) ? BUSY_PAUSE_MS : IDLE_PAUSE_MS;
}

/** Whether an export is under way, or one is about to be asked for: a new connection has none yet. */
export function isBusy({ status, latestImport }: Connection): boolean {
  if (status !== 'active') return false;
  return latestImport === undefined || ['requested', 'in-progress'].includes(latestImport.status);
}
