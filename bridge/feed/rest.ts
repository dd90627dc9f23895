import { setTimeout as wait } from 'node:timers/promises';

/** Longest rest between two runs. */
const MAX_REST_MS = 2_000;
/** How long an answer counts to the question whether an import is under way. */
const ANSWER_COUNTS_MS = 2_000;

/** Rests after a run that took so many milliseconds. Rejects when the signal is raised. */
export type Rest = (tookMs: number, signal: AbortSignal) => Promise<void>;

/**
 * Makes the rest between two runs of a bot. The server belongs to an import first: while one is under way a bot takes a quarter
 * of the time, else four fifths, so that there are gaps for people.
 *
 * @param isImporting - Whether any worker of the installation loads an export just now.
 */
export function createRest(isImporting: () => Promise<boolean>): Rest {
  let [isBusy, askedAt] = [false, Number.NEGATIVE_INFINITY];
  return async (tookMs, signal) => {
    if (performance.now() - askedAt > ANSWER_COUNTS_MS) {
      isBusy = await isImporting();
      askedAt = performance.now();
    }
    await wait(restMs(tookMs, isBusy), undefined, { signal });
  };
}

/** How long after a run of so many milliseconds. */
export function restMs(tookMs: number, isImporting: boolean): number {
  return Math.min(isImporting ? 3 * tookMs : tookMs / 4, MAX_REST_MS);
}
