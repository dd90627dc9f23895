import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';

/** A process says this often that its workers run, and counts as gone after missing three signs. */
const SIGN_EVERY_MS = 10_000;
const GONE_AFTER_S = 35;

/** Redis's own clock, so that the clocks of several machines need not agree. */
const SIGN = `local now = tonumber(redis.call('time')[1])
redis.call('zadd', KEYS[1], now, ARGV[1])
redis.call('zremrangebyscore', KEYS[1], '-inf', now - ARGV[2])
return now`;
const COUNT = `local now = tonumber(redis.call('time')[1])
return redis.call('zcount', KEYS[1], now - ARGV[1], '+inf')`;

/** The processes that run jobs, as Redis hears of them. */
export interface WorkerSigns {
  /** Gives signs as long as `isRunning` says so; `close` ends that, and says that this process is gone. */
  show(isRunning: () => boolean): Promise<{ close(): Promise<void> }>;
  /** How many processes have given a sign lately. */
  count(): Promise<number>;
}

/**
 * Lets processes that run jobs be counted. BullMQ's own list asks every client of Redis by name, which a managed Redis forbids
 * and a cluster answers for one node only.
 */
export function openWorkerSigns(redis: Redis, prefix: string): WorkerSigns {
  const key = `${prefix}:workers`;
  return {
    show: async (isRunning) => {
      const me = randomUUID();
      const sign = async () => {
        if (isRunning()) await redis.eval(SIGN, 1, key, me, GONE_AFTER_S);
      };
      await sign();
      // A Redis that is away is told of by whoever asks it; the next sign is another try.
      const timer = setInterval(() => void sign().catch(() => undefined), SIGN_EVERY_MS);
      timer.unref();
      return {
        close: async () => {
          clearInterval(timer);
          await redis.zrem(key, me);
        },
      };
    },
    count: async () => Number(await redis.eval(COUNT, 1, key, GONE_AFTER_S)),
  };
}
