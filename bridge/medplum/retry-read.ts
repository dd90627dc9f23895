import { setTimeout as sleep } from 'node:timers/promises';
import { LostReplyError } from './lost-reply-error.ts';

/** Waits between the tries of a read, in milliseconds: about two minutes in all, which outlasts a server's restart. */
export const READ_BACKOFF_MS: readonly number[] = [100, 300, 1_000, 3_000, 10_000, 30_000, 60_000];

/** Repeats a read, or any other request that is safe to repeat, for as long as its reply is lost. Rethrows the last loss. */
export async function retryRead<T>(
  read: () => Promise<T>,
  signal?: AbortSignal,
  backoffMs: readonly number[] = READ_BACKOFF_MS,
): Promise<T> {
  for (const waitMs of backoffMs) {
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
