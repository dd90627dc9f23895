import { Queue } from 'bullmq';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type TestRedis, withRedis } from '../test/with-redis.ts';
import { nextDeadlineSeconds, oldestWaitSeconds } from './measure-queues.ts';

let store: TestRedis;
let queue: Queue;

beforeAll(async () => {
  store = await withRedis();
});

beforeEach(() => {
  queue = new Queue('import', { connection: store.redis, prefix: `${store.prefix}-${crypto.randomUUID()}` });
});

afterAll(async () => {
  await queue.close();
  await store.close();
});

const NOW = Date.UTC(2026, 0, 2);
const HOUR_MS = 3_600_000;

test('the first job of a queue waits since it was ready, not since it was put off', async () => {
  expect(await oldestWaitSeconds(queue, NOW)).toBe(0);
  await queue.add('import', {}, { timestamp: NOW - 90_000 });
  await queue.add('import', {}, { timestamp: NOW - 60_000 });
  expect(await oldestWaitSeconds(queue, NOW)).toBe(90);
  await queue.drain();
  const put = await queue.add('import', {}, { timestamp: NOW - 90_000, delay: 80_000 });
  await put.promote().catch(() => undefined);
  expect(await oldestWaitSeconds(queue, NOW)).toBe(10);
});

test('the export that Fasten deletes first is told, but not one that was fetched', async () => {
  expect(await nextDeadlineSeconds(queue, NOW)).toBeUndefined();
  const fetched = await queue.add('import', {}, { timestamp: NOW - 30 * HOUR_MS });
  await fetched.updateProgress({ phase: 'write' });
  expect(await nextDeadlineSeconds(queue, NOW)).toBeUndefined();
  await queue.add('import', {}, { timestamp: NOW - 20 * HOUR_MS });
  const begun = await queue.add('import', {}, { timestamp: NOW - 23 * HOUR_MS, delay: 60_000 });
  await begun.updateProgress({ phase: 'downloading', file: 1, files: 1 });
  expect(await nextDeadlineSeconds(queue, NOW)).toBe(3600);
});
