import { Redis } from 'ioredis';
import { createLog } from '../observe/log.ts';
import { createMetrics } from '../observe/metrics.ts';
import { queueNames } from '../queue/open-queues.ts';
import { type JobHandlers, startWorkers } from '../queue/start-workers.ts';

/**
 * A worker process for tests that kill it: `mortal-worker.ts REDIS PREFIX RUNS [STALLS]`. A job of `connection-revoked` says
 * `begun` on standard output and hangs, until it was begun RUNS times; then it is done. One that stalled more than STALLS
 * times (without it, as often as in production) says `given-up` and its code.
 */
const [url = '', prefix = '', runs = '1', stalls] = process.argv.slice(2);
const say = (text: string) => process.stdout.write(`${text}\n`);
const redis = new Redis(url, { maxRetriesPerRequest: null });
const unused = { run: () => Promise.reject(new Error('not for this test')) };
const handlers = {
  ...Object.fromEntries(queueNames().map((name) => [name, unused])),
  'connection-revoked': {
    run: async () => {
      const begun = await redis.incr(`${prefix}:begun`);
      say('begun');
      if (begun <= Number(runs)) await new Promise(() => setInterval(() => undefined, 1_000));
      say('done');
    },
    gaveUp: async (_payload: unknown, { code }: { code: string }) => {
      say(`given-up ${code}`);
    },
  },
} as unknown as JobHandlers;
const timing = { lockMs: 1_000, stalledCheckMs: 300, ...(stalls && { maxStalls: Number(stalls) }) };
startWorkers({ redis, prefix, handlers, log: createLog('silent'), metrics: createMetrics(), timing });
