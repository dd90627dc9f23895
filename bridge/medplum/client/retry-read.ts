import { setTimeout as sleep } from 'node:timers/promises';
import { LostReplyError } from './lost-reply-error.ts';

/** Outlasts a server's restart. */
const PATIENCE_MS = 120_000;
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 60_000;

/** For what a queue or a person repeats anyway: one reply that is lost should not cost them an attempt. */
export const BRIEF_WAITS_MS: readonly number[] = [100, 300, 900];

let backoffMs = waitsWithin(PATIENCE_MS);

/** Says once, when the process starts, how long it goes on asking a Medplum that does not answer. Default two minutes. */
export function setPatience(patienceMs: number): void {
  backoffMs = waitsWithin(patienceMs);
}

/** Waits between the tries of a read, in milliseconds. */
export function readBackoffMs(): readonly number[] {
  return backoffMs;
}

/** Repeats a read, or any other request that is safe to repeat, for as long as its reply is lost. Rethrows the last loss. */
export async function retryRead<T>(
  read: () => Promise<T>,
  signal?: AbortSignal,
  waitsMs: readonly number[] = backoffMs,
): Promise<T> {
  for (const waitMs of waitsMs) {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof LostReplyError)) throw error;
    }
    const jittered = waitMs * (0.75 + Math.random() / 2);
    await sleep(jittered, undefined, signal ? { signal } : {});
  }
  return read();
}

/** Each wait is three times the one before, up to a minute, as many as fit. */
export function waitsWithin(patienceMs: number): number[] {
  const waits: number[] = [];
  let left = patienceMs;
  for (let waitMs = FIRST_WAIT_MS; waitMs <= left; waitMs = Math.min(3 * waitMs, LONGEST_WAIT_MS)) {
    waits.push(waitMs);
    left -= waitMs;
  }
  return waits;
}
