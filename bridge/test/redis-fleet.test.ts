import type { Redis } from 'ioredis';
import { afterEach, expect, test } from 'vitest';
import { readRedisSettings } from '../config.ts';
import { createLog } from '../observe/log.ts';
import { createMetrics } from '../observe/metrics.ts';
import { createBoardSessions } from '../queue/board-sessions.ts';
import { createLock } from '../queue/hold-lock.ts';
import { createKeepReport, trimReports } from '../queue/keep-reports.ts';
import { openQueues, type Queues, queueNames } from '../queue/open-queues.ts';
import { openRedis } from '../queue/open-redis.ts';
import { rememberUploads } from '../queue/remember-uploads.ts';
import { openWorkerSigns } from '../queue/show-alive.ts';
import { type JobHandlers, startWorkers, type Workers } from '../queue/start-workers.ts';
import { ask, type ManyRedis, startCluster, startSentinel } from './start-many-redis.ts';
import { eventually } from './start-world.ts';

let fleet: ManyRedis;
let redis: Redis;
let queues: Queues;
let workers: Workers;
let done: string[];

afterEach(async () => {
  await workers.close();
  await queues.close();
  redis.disconnect();
  await fleet.close();
});

/** Queues and workers as the service has them; a job is done when its event's id is in `done`. */
function open(environment: Record<string, string>): string {
  const settings = readRedisSettings({ REDIS_PREFIX: 'fleet', ...environment });
  redis = openRedis(settings);
  redis.on('error', () => undefined);
  queues = openQueues(redis, settings.prefix);
  done = [];
  const run = async ({ eventId = '' }: { eventId?: string }) => {
    done.push(eventId);
  };
  const handlers = Object.fromEntries(queueNames().map((name) => [name, { run }])) as unknown as JobHandlers;
  const metrics = createMetrics();
  workers = startWorkers({ redis, prefix: settings.prefix, handlers, log: createLog('silent'), metrics });
  return settings.prefix;
}

const add = (eventId: string) =>
  queues.add('connection-revoked', [eventId], { eventId, orgConnectionId: 'c' }).catch(() => 'failed');

const isDone = (eventId: string) => eventually(async () => (done.includes(eventId) ? true : undefined));

test('a master that dies is followed by its replica: jobs that were added stay, and more can be added', {
  timeout: 180_000,
}, async () => {
  const sentinel = await startSentinel();
  fleet = sentinel;
  open({ REDIS_SENTINELS: `127.0.0.1:${sentinel.sentinel}` });
  await add('before');
  await isDone('before');
  await queues.add('connection-revoked', ['later'], { eventId: 'later', orgConnectionId: 'c' }, { delayMs: 15_000 });
  const [master = 0, replica = 0] = sentinel.ports;
  expect(await ask(master, 'WAIT', 1, 5_000)).toBe('1');
  await sentinel.kill(master);
  // The Sentinel cuts every connection of the one that it promotes.
  const role = () => ask(replica, 'ROLE').catch(() => 'between');
  await eventually(async () => ((await role()).startsWith('master') ? true : undefined));
  await eventually(async () => ((await add('after')) === 'failed' ? undefined : true));
  await isDone('after');
  await isDone('later');
});

test('a cluster takes all that the service keeps in Redis', async () => {
  fleet = await startCluster();
  const nodes = fleet.ports.map((port) => `127.0.0.1:${port}`).join(' ');
  const prefix = open({ REDIS_CLUSTER_NODES: nodes });
  expect(prefix).toBe('{fleet}');
  await add('first');
  await isDone('first');
  await queues.schedule('re-sync', ['c'], { consentId: 'c' }, 3_600_000);
  expect(await queues.readNextRun('re-sync', ['c'])).toBeGreaterThan(Date.now());
  expect((await queues.countJobs())['re-sync'].delayed).toBe(1);
  expect(await queues.listDead(undefined, 0, 10)).toEqual([]);
  expect(await queues.readDeadline()).toBeUndefined();
  const journal = rememberUploads(redis, prefix, 'c');
  await journal.add('hash', 'id');
  expect(await journal.find('hash')).toBe('id');
  const held = await createLock(redis, { prefix })('c', new AbortController().signal, async () => 'held');
  expect(held).toBe('held');
  await createKeepReport(redis, prefix)({ event_type: 'widget.close' });
  expect(await trimReports(redis, prefix, Date.now() + 1_000)).toBe(1);
  const sessions = createBoardSessions(redis, prefix);
  expect(await sessions.isOpen(await sessions.open())).toBe(true);
  const signs = openWorkerSigns(redis, prefix);
  const shown = await signs.show(() => true);
  expect(await signs.count()).toBe(1);
  await shown.close();
});
