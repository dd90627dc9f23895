import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestRedis, withRedis } from '../test/with-redis.ts';
import { rememberUploads } from './remember-uploads.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await withRedis();
});
afterAll(() => redis.close());

test('an upload is remembered for its namespace only, and not for ever', async () => {
  const connection = redis.redis;
  const one = rememberUploads(connection, redis.prefix, 'one');
  const other = rememberUploads(connection, redis.prefix, 'other');
  await one.add('aa', 'binary-1');
  expect([await one.find('aa'), await one.find('bb'), await other.find('aa')]).toEqual([
    'binary-1',
    undefined,
    undefined,
  ]);
  expect([await one.list(), await other.list()]).toEqual([['binary-1'], []]);
  expect(await connection.ttl(`${redis.prefix}:uploads:one`)).toBeGreaterThan(24 * 3600);
  await one.forget();
  expect(await one.find('aa')).toBeUndefined();
});
