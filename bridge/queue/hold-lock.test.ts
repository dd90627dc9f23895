import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestRedis, withRedis } from '../test/with-redis.ts';
import { createLock } from './hold-lock.ts';
import { TryLater } from './try-later.ts';

const signal = new AbortController().signal;
let store: TestRedis;

beforeAll(async () => {
  store = await withRedis();
});

afterAll(async () => {
  await store.close();
});

function openLock(ttlMs?: number) {
  return createLock(store.redis, { prefix: `${store.prefix}-${Math.random()}`, ...(ttlMs && { ttlMs }) });
}

test('of two at once, one works and the other is told to come later', async () => {
  const holdLock = openLock();
  const entered = Promise.withResolvers<void>();
  const leave = Promise.withResolvers<string>();
  const first = holdLock('a', signal, () => {
    entered.resolve();
    return leave.promise;
  });
  await entered.promise;
  await expect(holdLock('a', signal, async () => 'second')).rejects.toBeInstanceOf(TryLater);
  expect(await holdLock('b', signal, async () => 'another name')).toBe('another name');
  leave.resolve('first');
  expect(await first).toBe('first');
  expect(await holdLock('a', signal, async () => 'third')).toBe('third');
});

test('a fault of the work passes through and frees the lock', async () => {
  const holdLock = openLock();
  await expect(holdLock('a', signal, () => Promise.reject(new Error('mine')))).rejects.toThrow('mine');
  expect(await holdLock('a', signal, async () => 'free')).toBe('free');
});

test('the lock outlives its time as long as the work runs', async () => {
  const holdLock = openLock(900);
  await holdLock('a', signal, async () => {
    for (let tries = 0; tries < 5; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 400));
      await expect(holdLock('a', signal, async () => 'second')).rejects.toBeInstanceOf(TryLater);
    }
  });
});

test('whoever loses the lock is stopped and does not take it from its new owner', async () => {
  const holdLock = openLock(3000);
  const work = holdLock('a', signal, async (held) => {
    const [key = ''] = await store.redis.keys('*:lock:*');
    await store.redis.set(key, 'somebody else');
    await new Promise((resolve) => held.addEventListener('abort', resolve));
    throw new Error('interrupted');
  });
  await expect(work).rejects.toMatchObject({ name: 'TryLater', reason: 'lock-lost' });
  const [key = ''] = await store.redis.keys('*:lock:*');
  expect(await store.redis.get(key)).toBe('somebody else');
});

test('the signal of the caller reaches the work', async () => {
  const caller = new AbortController();
  const work = openLock()('a', caller.signal, async (held) => {
    caller.abort();
    expect(held.aborted).toBe(true);
  });
  await work;
});
