import { join } from 'node:path';
import { startRedis } from './start-redis.ts';

/** The private Redis under a process of ours: SANDBOX_REDIS_PORT (8106), data in DATA_DIR/redis (.data/redis). */
const { SANDBOX_REDIS_PORT = '8106', DATA_DIR = '.data' } = process.env;

try {
  const redis = await startRedis({ dir: join(DATA_DIR, 'redis'), port: Number(SANDBOX_REDIS_PORT) });
  process.stdout.write(`Redis at ${redis.url}\n`);
  let isStopping = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      isStopping = true;
      void redis.close();
    });
  }
  await redis.exited;
  process.exitCode = isStopping ? 0 : 1;
} catch (error) {
  process.stderr.write(`Redis could not start: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
