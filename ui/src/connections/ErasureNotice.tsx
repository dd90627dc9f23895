import type { Connection } from '@fasten-medplum/bridge/contract/connection';
import { type Erasure, erasureSchema } from '@fasten-medplum/bridge/contract/erasure';
import { Alert, Progress } from '@mantine/core';
import { useCallback, useEffect } from 'react';
import { useBridge } from '../bridge/use-bridge.ts';
import { formatCount } from '../imports/format.ts';
import { usePolled } from '../imports/use-polled.ts';
import { nameOf } from './connection-words.ts';

const RUNNING_PAUSE_MS = 1_500;
const DONE_PAUSE_MS = 60 * 60 * 1000;

interface ErasureNoticeProps {
  readonly erasureId: string;
  /** Among them the one that it is about. */
  readonly connections: readonly Connection[];
  /** It has come to an end while it was watched. */
  readonly onEnd: () => void;
}

/** The receipt of an erasure, as it grows. */
export function ErasureNotice({ erasureId, connections, onEnd }: ErasureNoticeProps) {
  const bridge = useBridge();
  const load = useCallback(() => bridge.ask('GET', `/erasures/${erasureId}`, erasureSchema), [bridge, erasureId]);
  const { value } = usePolled(load, pauseFor);
  const connection = connections.find(({ consentId }) => consentId === value?.consentId);
  const { title, text, color } = describeErasure(value, connection && ` from ${nameOf(connection)}`);
  const hasEnded = value !== undefined && !isUnderWay(value);

  useEffect(() => {
    if (hasEnded) onEnd();
  }, [hasEnded, onEnd]);

  return (
    <Alert color={color} title={title} role="status">
      {text}
      {!hasEnded && <Progress value={100} animated mt="xs" aria-label="Erasing" />}
    </Alert>
  );
}

/** @param from - Where the records came from, if that is known. */
function describeErasure(erasure: Erasure | undefined, from = ''): { title: string; text: string; color: string } {
  if (erasure === undefined || isUnderWay(erasure)) {
    return { title: 'Erasing the records', text: `${sumOf(erasure)}${from} erased so far.`, color: 'blue' };
  }
  if (erasure.status !== 'completed') {
    return {
      title: 'Not everything could be erased',
      text: `${sumOf(erasure)}${from} erased so far. Ask for it again in a few minutes.`,
      color: 'red',
    };
  }
  const kept =
    erasure.kept.length > 0 ? ` ${formatCount(erasure.kept.length)} that people here wrote or changed stay.` : '';
  const history =
    erasure.outcome === 'history-kept' ? ' Earlier versions can still be read by those who may read the history.' : '';
  return { title: 'The records are erased', text: `${sumOf(erasure)}${from} erased.${kept}${history}`, color: 'green' };
}

function isUnderWay({ status }: Erasure): boolean {
  return status === 'requested' || status === 'in-progress';
}

function sumOf(erasure: Erasure | undefined): string {
  const sum = Object.values(erasure?.erased ?? {}).reduce((total, count) => total + count, 0);
  return sum === 1 ? '1 entry' : `${formatCount(sum)} entries`;
}

function pauseFor(erasure: Erasure | undefined): number {
  return erasure === undefined || isUnderWay(erasure) ? RUNNING_PAUSE_MS : DONE_PAUSE_MS;
}
