import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestRedis, withRedis } from '../test/with-redis.ts';
import { openReceipts, type Receipts } from './keep-receipts.ts';

let store: TestRedis;
let receipts: Receipts;

beforeAll(async () => {
  store = await withRedis();
  await store.redis.ping();
  receipts = openReceipts(store.redis, store.prefix);
});

afterAll(() => store.close());

test('receipts are listed with the latest first, page after page, those of no known sender among them', async () => {
  const outcomes = ['accepted', 'forged', 'duplicate', 'accepted', 'forged'] as const;
  for (const outcome of outcomes) {
    receipts.keep({
      outcome,
      ...(outcome !== 'forged' && { eventId: 'e-1', eventType: 'patient.ehi_export_success' }),
    });
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await expect.poll(async () => (await receipts.list(10)).length).toBe(5);
  const first = await receipts.list(3);
  const second = await receipts.list(3, first.at(-1)?.id);
  const all = [...first, ...second].map(({ receipt }) => receipt.outcome);
  expect(all).toEqual([...outcomes].reverse());
  expect(await store.redis.pttl(`${store.prefix}:webhooks`)).toBeGreaterThan(14 * 24 * 3600 * 1000);
});

test('what is no code or id is not kept, whatever was signed', async () => {
  receipts.keep({ outcome: 'ignored', eventId: 'a b', eventType: 'Zyxwvut Qponmlk, born 1971' });
  await expect.poll(async () => (await receipts.list(1))[0]?.receipt.outcome).toBe('ignored');
  expect((await receipts.list(1))[0]?.receipt).toEqual({ receivedAt: expect.any(String), outcome: 'ignored' });
  expect(await store.redis.xlen(`${store.prefix}:webhooks`)).toBe(4);
});

test('who sends what is not signed pushes out nothing that is', async () => {
  for (let sent = 0; sent < 3_000; sent++) receipts.keep({ outcome: 'forged' });
  await expect.poll(() => store.redis.xlen(`${store.prefix}:webhooks-unsigned`)).toBeGreaterThan(900);
  expect(await store.redis.xlen(`${store.prefix}:webhooks`)).toBe(4);
  expect(await store.redis.xlen(`${store.prefix}:webhooks-unsigned`)).toBeLessThan(1_500);
});
