import { setTimeout as wait } from 'node:timers/promises';
import { HttpError } from '../errors.ts';
import type { HoldLock } from './hold-lock.ts';
import { TryLater } from './try-later.ts';

/** Runs work alone of its name in the whole installation, after whoever was quicker. */
export type RunAlone = <T>(name: string, work: () => Promise<T>) => Promise<T>;

const ASK_AGAIN_MS = 100;
const MAX_ASKS = 100;

/**
 * A lock for work that a person waits for: it is asked for again instead of sent back to a queue.
 *
 * @param holdLock - See `createLock`.
 * @returns A function that throws HttpError 503 when the lock stays taken for ten seconds.
 */
export function waitForLock(holdLock: HoldLock): RunAlone {
  return async (name, work) => {
    for (let asks = 1; ; asks++) {
      try {
        return await holdLock(name, new AbortController().signal, work);
      } catch (error) {
        if (!(error instanceof TryLater)) throw error;
        if (asks === MAX_ASKS) throw new HttpError(503, 'transient', 'another request is still at work on this');
      }
      await wait(ASK_AGAIN_MS);
    }
  };
}
