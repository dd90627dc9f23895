import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestRedis, withRedis } from '../test/with-redis.ts';
import { countReplies, readReplies, shareReplies } from './share-replies.ts';

let store: TestRedis;

beforeAll(async () => {
  store = await withRedis();
  await store.redis.ping();
});

afterAll(() => store.close());

test('what several processes heard is told together, and the least that is left of the quota last', async () => {
  const [first, second] = [countReplies(), countReplies()];
  for (let reply = 0; reply < 18; reply++) first.sawReply('medplum', 200, 40);
  first.sawQuota(48_000);
  second.sawReply('medplum', 429, 4);
  second.sawReply('medplum', 503, 70_000);
  second.sawReply('fasten', undefined, 5);
  await shareReplies(store.redis, store.prefix, first).close();
  second.sawQuota(12_000);
  await shareReplies(store.redis, store.prefix, second).close();
  expect(await readReplies(store.redis, store.prefix)).toEqual({
    minutes: 15,
    servers: [
      { server: 'medplum', replies: 20, lost: 0, faults: 1, throttled: 1, medianMs: 50, ms95: 50 },
      { server: 'fasten', replies: 0, lost: 1, faults: 0, throttled: 0 },
    ],
    quota: { left: 12_000, most: 48_000, toldAt: expect.stringMatching(/^\d{4}-.*Z$/) },
  });
});

test('where nothing was heard nothing is told', async () => {
  const { servers, quota } = await readReplies(store.redis, `${store.prefix}-other`);
  expect(servers.map(({ replies, medianMs }) => [replies, medianMs])).toEqual([
    [0, undefined],
    [0, undefined],
  ]);
  expect(quota).toBeUndefined();
});
