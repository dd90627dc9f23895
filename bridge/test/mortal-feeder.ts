import { Redis } from 'ioredis';
import { createFeedBotJob } from '../feed/feed-bot.job.ts';
import { createMedplum } from '../medplum/client/create-medplum.ts';
import { createLog } from '../observe/log.ts';
import { createMetrics } from '../observe/metrics.ts';
import { createLock } from '../queue/hold-lock.ts';
import { queueNames } from '../queue/open-queues.ts';
import { rememberFeed } from '../queue/remember-feed.ts';
import { type JobHandlers, startWorkers } from '../queue/start-workers.ts';
import { BRIDGE_CLIENT } from './import-world.ts';

/**
 * A worker process that feeds bots, for tests that kill it: `mortal-feeder.ts REDIS PREFIX MEDPLUM`. As in production, but
 * that a lock of the dead is free at once, and a run that was under way is taken for ended after a second.
 */
const [url = '', prefix = '', baseUrl = ''] = process.argv.slice(2);
const redis = new Redis(url, { maxRetriesPerRequest: null });
const { client } = await createMedplum({ baseUrl, ...BRIDGE_CLIENT });
const unused = { run: () => Promise.reject(new Error('not for this test')) };
const [log, metrics] = [createLog('silent'), createMetrics()];
const handlers = {
  ...Object.fromEntries(queueNames().map((name) => [name, unused])),
  'bot-feed': {
    run: createFeedBotJob({
      medplum: client,
      ownReference: `ClientApplication/${BRIDGE_CLIENT.clientId}`,
      remember: (key) => rememberFeed(redis, prefix, key),
      holdLock: createLock(redis, { prefix, ttlMs: 600, retryMs: 100 }),
      rest: async () => undefined,
      log,
      metrics,
      settleMs: 1_000,
    }),
  },
} as unknown as JobHandlers;
const timing = { lockMs: 600, stalledCheckMs: 200, maxStalls: 100 };
startWorkers({ redis, prefix, handlers, log, metrics, timing });
