import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLog } from '../observe/log.ts';
import { createMetrics } from '../observe/metrics.ts';
import { type TestRedis, withRedis } from '../test/with-redis.ts';
import { openQueues, type Queues } from './open-queues.ts';
import type { Activity } from './start-workers.ts';
import { watchStandstill } from './watch-standstill.ts';

let store: TestRedis;
let queues: Queues;

beforeAll(async () => {
  store = await withRedis();
  queues = openQueues(store.redis, store.prefix);
  await queues.add('connection-revoked', ['e1'], { eventId: 'e1', orgConnectionId: 'c1' });
});

afterAll(async () => {
  await queues.close();
  await store.close();
});

/** A worker that does nothing about the job that waits; `act` may say otherwise at each look.
 * Gives after how many looks it was told of. */
function looksUntilTold(act: (look: number) => Partial<Activity>, atMost = 20): Promise<number | 'never'> {
  const told = Promise.withResolvers<number | 'never'>();
  const metrics = createMetrics();
  let looks = 0;
  const watch = watchStandstill({
    countJobs: queues.countJobs,
    workers: {
      activity: () => {
        looks++;
        if (looks > atMost) told.resolve('never');
        return [{ queue: 'connection-revoked', running: 0, most: 4, signs: 0, ...act(looks) }];
      },
    },
    onStandstill: async () => {
      const { values } = await metrics.alarms.get();
      if (values.some(({ labels }) => labels.alarm === 'queue-stands-still')) told.resolve(looks);
    },
    log: createLog('silent'),
    metrics,
    everyMs: 5,
    patienceMs: { free: 1, busy: 1e9 },
  });
  return told.promise.finally(() => watch.close());
}

test('workers that leave a job waiting although they have a hand free are told of', async () => {
  expect(await looksUntilTold(() => ({}))).toBeTypeOf('number');
});

test('workers that take jobs, report on them, or have their hands full are not', async () => {
  expect(await looksUntilTold((look) => ({ signs: look }))).toBe('never');
  expect(await looksUntilTold(() => ({ running: 4 }))).toBe('never');
});

test('workers for whom nothing waits are not', async () => {
  expect(await looksUntilTold(() => ({ queue: 'import', most: 2 }))).toBe('never');
});
