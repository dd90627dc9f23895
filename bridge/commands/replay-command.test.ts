import { Queue } from 'bullmq';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DeployWorld, startDeployWorld } from '../../bots/test/deploy-world.ts';
import { seed } from '../../sandbox/seed.ts';
import { type TestRedis, withRedis } from '../test/with-redis.ts';
import { replayCommand } from './replay-command.ts';

let world: DeployWorld;
let redis: TestRedis;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  world = await startDeployWorld();
  redis = await withRedis();
  const config = { name: 'listen-well', source: '', dist: '', description: 'For tests', subscriptions: [], access: [] };
  await world.deploy(config, 'exports.handler = async () => undefined;');
  env = {
    MEDPLUM_BASE_URL: world.server.baseUrl,
    MEDPLUM_CLIENT_ID: seed.clients[0]?.id,
    MEDPLUM_CLIENT_SECRET: seed.clients[0]?.secret,
    REDIS_URL: redis.url,
    REDIS_PREFIX: redis.prefix,
  };
});

afterAll(async () => {
  await redis.close();
  await world.close();
});

test('a replay is one job for the workers, from a date up to now', async () => {
  expect(await replayCommand.run(['--bot', 'listen-well', '--since', '2026-11-01'], env)).toBe(0);
  const queue = new Queue('bot-feed', { connection: redis.redis, prefix: redis.prefix });
  const [job, ...others] = await queue.getJobs();
  await queue.close();
  expect(others).toEqual([]);
  const { id: botId } = await world.bot('listen-well');
  expect(job?.data).toEqual({ botId, since: '2026-11-01T00:00:00.000Z', until: expect.stringMatching(/^2\d{3}-/) });
});

test.each([
  [['--bot', 'listen', '--since', '2026-11-01'], 'knows no bot named listen'],
  [['--bot', 'listen-well', '--since', 'yesterday'], '--since must be a date'],
  [['--since', '2026-11-01'], '--bot must be'],
])('%j is refused', async (args, message) => {
  await expect(replayCommand.run(args, env)).rejects.toThrow(message);
});
