import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestRedis, withRedis } from '../test/with-redis.ts';
import { createKeepReport } from './keep-reports.ts';

const DAY_MS = 24 * 3600 * 1000;
let store: TestRedis;

beforeAll(async () => {
  store = await withRedis();
});

afterAll(async () => {
  await store.close();
});

test('a report is kept for fifteen days', async () => {
  const key = `${store.prefix}:stitch-reports`;
  const kept = async () => (await store.redis.xrange(key, '-', '+')).map(([, fields]) => fields);
  await createKeepReport(store.redis, store.prefix)({ event_type: 'widget.close' });
  await createKeepReport(store.redis, store.prefix, () => Date.now() + 14 * DAY_MS)({ event_type: 'second' });
  expect(await kept()).toEqual([
    ['event_type', 'widget.close'],
    ['event_type', 'second'],
  ]);
  expect(await store.redis.pttl(key)).toBeGreaterThan(14 * DAY_MS);
  await createKeepReport(store.redis, store.prefix, () => Date.now() + 16 * DAY_MS)({ event_type: 'third' });
  expect(await kept()).toEqual([]);
});
