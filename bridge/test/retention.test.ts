import { Queue } from 'bullmq';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, startWorld, type World } from './start-world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld();
});

afterAll(async () => {
  await world.close();
});

test('a worker plans retention once a day, whoever starts again; it ends well, and the metrics say when', async () => {
  const queue = new Queue('retention', { connection: world.redis.redis, prefix: world.redis.prefix });
  const plans = async () => (await queue.getJobSchedulers()).map(({ every, next }) => [every, next]);
  const planned = await plans();
  expect(planned).toEqual([[24 * 3_600_000, expect.any(Number)]]);
  await world.restartBridge();
  expect(await plans()).toEqual(planned);

  const key = `${world.redis.prefix}:stitch-reports`;
  await world.redis.redis.xadd(key, `${Date.now() - 16 * 24 * 3_600_000}-0`, 'event_type', 'old');
  await world.redis.redis.xadd(key, '*', 'event_type', 'new');
  await queue.add('retention', {});
  await queue.close();
  await eventually(async () => world.log().match(/"retention.done"/) ?? undefined);
  expect((await world.redis.redis.xrange(key, '-', '+')).map(([, fields]) => fields)).toEqual([['event_type', 'new']]);
  const text = await (await fetch(`${new URL(world.api).origin}/metrics`)).text();
  expect(text).toMatch(/^bridge_retention_last_success_seconds \d{10}$/m);
  expect(text).toContain('bridge_retention_removed_total{kind="support-event"} 1');
});
