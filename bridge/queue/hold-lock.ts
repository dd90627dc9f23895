import { randomUUID } from 'node:crypto';
import { setInterval } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { jobIdOf } from './open-queues.ts';
import { TryLater } from './try-later.ts';

export interface LockOptions {
  /** First part of the key in Redis. */
  readonly prefix: string;
  /** After this long without renewal (a killed process) the lock is free. Default 30,000. */
  readonly ttlMs?: number;
  /** How long whoever finds it taken waits. Default 5,000. */
  readonly retryMs?: number;
}

/** Runs work alone of its name in the whole installation. */
export type HoldLock = <T>(name: string, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>) => Promise<T>;

const RENEW = `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('pexpire', KEYS[1], ARGV[2]) end return 0`;
const RELEASE = `if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0`;

/**
 * A lock by name in Redis, renewed while the work runs. BullMQ has groups of one in its paid edition only, and its
 * deduplication would drop the second export of a connection instead of keeping it waiting.
 *
 * It keeps two imports of one namespace from doing each other's work. That nothing is stored twice does not depend on it:
 * the lanes of writing are fenced in Medplum, since no lock outlives a process that stood still.
 *
 * @param redis - An open connection.
 * @param options - Where, and how long.
 * @returns A function that runs work under the lock, or throws TryLater when it is taken. The signal given to the work is
 *   aborted when the caller's is, or when the lock was lost.
 */
export function createLock(redis: Redis, options: LockOptions): HoldLock {
  const { prefix, ttlMs = 30_000, retryMs = 5_000 } = options;
  return async (name, signal, work) => {
    const key = `${prefix}:lock:${jobIdOf([name])}`;
    const token = randomUUID();
    if ((await redis.set(key, token, 'PX', ttlMs, 'NX')) === null) {
      throw new TryLater(retryMs, 'locked');
    }
    const lost = new AbortController();
    const done = new AbortController();
    const renewing = renew(redis, key, token, ttlMs, lost, done.signal);
    try {
      return await work(AbortSignal.any([signal, lost.signal]));
    } catch (error) {
      throw lost.signal.aborted ? new TryLater(retryMs, 'lock-lost') : error;
    } finally {
      done.abort();
      await renewing;
      await redis.eval(RELEASE, 1, key, token);
    }
  };
}

async function renew(
  redis: Redis,
  key: string,
  token: string,
  ttlMs: number,
  lost: AbortController,
  done: AbortSignal,
): Promise<void> {
  try {
    for await (const _ of setInterval(ttlMs / 3, undefined, { signal: done })) {
      if ((await redis.eval(RENEW, 1, key, token, ttlMs)) !== 1) {
        lost.abort();
        return;
      }
    }
  } catch {
    // Done, or Redis is gone: then the lock is as good as lost.
    if (!done.aborted) {
      lost.abort();
    }
  }
}
