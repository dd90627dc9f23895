import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestRedis, withRedis } from '../test/with-redis.ts';
import { createLock } from './hold-lock.ts';
import { waitForLock } from './wait-for-lock.ts';

let store: TestRedis;

beforeAll(async () => {
  store = await withRedis();
});

afterAll(async () => {
  await store.close();
});

test('of several at once each has its turn, and none runs beside another', async () => {
  const runAlone = waitForLock(createLock(store.redis, { prefix: store.prefix }));
  let running = 0;
  const most: number[] = [];
  const turn = () =>
    runAlone('a', async () => {
      running++;
      await new Promise((resolve) => setImmediate(resolve));
      most.push(running);
      running--;
    });
  await Promise.all([turn(), turn(), turn()]);
  expect(most).toEqual([1, 1, 1]);
});

test('a fault of the work passes through', async () => {
  const runAlone = waitForLock(createLock(store.redis, { prefix: store.prefix }));
  await expect(runAlone('b', () => Promise.reject(new Error('mine')))).rejects.toThrow('mine');
});
