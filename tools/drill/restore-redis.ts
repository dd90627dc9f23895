import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { openRedis } from '../../bridge/queue/open-redis.ts';
import { startRedis } from '../../sandbox/redis/start-redis.ts';
import { assertSame } from './restore-postgres.ts';

type Connection = ReturnType<typeof openRedis>;

/**
 * Backs a Redis up as operations.md says: its append-only file is written anew, then the folder is copied. Starts another
 * one on the copy and compares every key.
 *
 * @param fill - Puts something worth keeping into the first one.
 * @returns How many keys there are.
 */
export async function drillRedis(folder: string, fill: (url: string) => Promise<void>): Promise<number> {
  const [from, to] = [join(folder, 'redis'), join(folder, 'redis-restored')];
  const first = await startRedis({ dir: from });
  let expected: string[];
  try {
    await fill(first.url);
    expected = await withClient(first.url, async (redis) => {
      await redis.bgrewriteaof();
      while (/aof_rewrite_in_progress:1|aof_rewrite_scheduled:1/.test(await redis.info('persistence'))) {
        await redis.ping();
      }
      await cp(join(from, 'appendonlydir'), join(to, 'appendonlydir'), { recursive: true });
      return describeKeys(redis);
    });
  } finally {
    await first.close();
  }
  const second = await startRedis({ dir: to });
  try {
    const found = await withClient(second.url, describeKeys);
    assertSame(expected, found);
    return found.length;
  } finally {
    await second.close();
  }
}

/** Each key with a digest of its value; what is counted down is left out. */
async function describeKeys(redis: Connection): Promise<string[]> {
  const keys = (await redis.keys('*')).map(String).toSorted();
  return Promise.all(
    keys.map(async (key) => `${key} ${await redis.call('DEBUG', 'DIGEST-VALUE', key).catch(() => redis.type(key))}`),
  );
}

async function withClient<T>(url: string, work: (redis: Connection) => Promise<T>): Promise<T> {
  const redis = openRedis({ url });
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}
