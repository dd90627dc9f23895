import type { Redis } from 'ioredis';

const DAY_MS = 24 * 3600 * 1000;
/** As long as Fasten's own delivery log goes back. */
const KEPT_MS = 15 * DAY_MS;
const MAX_KEPT = 100_000;

/** What happened in the browser, for whoever helps: codes and ids without anything about a person. */
export type KeepReport = (report: Readonly<Record<string, string>>) => Promise<void>;

/** Keeps reports in a Redis stream `<prefix>:stitch-reports`; older ones go when a new one comes, the last with the key. */
export function createKeepReport(
  redis: Redis,
  prefix: string,
  now: () => number = Date.now,
  keptMs = KEPT_MS,
): KeepReport {
  const key = keyOf(prefix);
  return async (report) => {
    const at = now();
    await redis
      .multi()
      .xadd(key, 'MAXLEN', '~', MAX_KEPT, '*', ...Object.entries(report).flat())
      .xtrim(key, 'MINID', `${at - keptMs}`)
      .pexpire(key, keptMs)
      .exec();
  };
}

/** Removes reports that are older, also when no new one comes. Gives how many. */
export function trimReports(redis: Redis, prefix: string, oldest: number): Promise<number> {
  return redis.xtrim(keyOf(prefix), 'MINID', `${oldest}`);
}

function keyOf(prefix: string): string {
  return `${prefix}:stitch-reports`;
}
