import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { startRedis } from '../../sandbox/redis/start-redis.ts';

export interface TestRedis {
  readonly url: string;
  /** Random, so that nothing of another test is found. */
  readonly prefix: string;
  readonly redis: Redis;
  /** Every value under the prefix as one text, for tests that look for what must not be kept. */
  dump(): Promise<string>;
  /** Stops the server as a SIGTERM does and starts it on the same port: what was written to its disk is there again. */
  restart(): Promise<void>;
  /** The two halves of it. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Stops the server. Throws when a worker was left running on it. */
  close(): Promise<void>;
}

/** Starts a real Redis for one test file, on a free port, without a disk unless it is to be restarted. */
export async function withRedis({ persistent = false } = {}): Promise<TestRedis> {
  const dir = await mkdtemp(join(tmpdir(), 'bridge-redis-'));
  let server = await startRedis({ dir, persistent });
  const redis = new Redis(server.url, { maxRetriesPerRequest: null });
  const start = async () => {
    server = await startRedis({ dir, persistent, port: Number(new URL(server.url).port) });
  };
  return {
    url: server.url,
    prefix: `test-${randomUUID()}`,
    redis,
    dump: () => dumpAll(redis),
    restart: async () => {
      await server.close();
      await start();
    },
    stop: () => server.close(),
    start,
    close: async () => {
      const clients = String(await redis.client('LIST')).match(/ cmd=bzpopmin /g);
      redis.disconnect();
      await server.close();
      await rm(dir, { recursive: true, force: true });
      if (clients) {
        throw new Error(`${clients.length} workers were left running`);
      }
    },
  };
}

async function dumpAll(redis: Redis): Promise<string> {
  const texts: string[] = [];
  for (const key of await redis.keys('*')) {
    texts.push(String(key), JSON.stringify(await readValue(redis, String(key))));
  }
  return texts.join('\n');
}

async function readValue(redis: Redis, key: string): Promise<unknown> {
  switch (await redis.type(key)) {
    case 'string':
      return redis.get(key);
    case 'hash':
      return redis.hgetall(key);
    case 'list':
      return redis.lrange(key, 0, -1);
    case 'set':
      return redis.smembers(key);
    case 'zset':
      return redis.zrange(key, '0', '-1');
    case 'stream':
      return redis.xrange(key, '-', '+');
    default:
      return undefined;
  }
}
