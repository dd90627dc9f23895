import type { MedplumClient } from '@medplum/core';
import type { Observation } from '@medplum/fhirtypes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deployBot } from '../../bots/deploy/deploy-bot.ts';
import { signInToDeploy } from '../../bots/deploy/sign-in.ts';
import { botFeedPageSchema, botRunPageSchema } from '../contract/bot-run.ts';
import { EHI_EXPORT_SYSTEM } from '../contract/identifiers.ts';
import { openQueues } from '../queue/open-queues.ts';
import { deploySettings } from './deploy-to-world.ts';
import { eventually, startWorld, type World } from './start-world.ts';

let world: World;
let admin: MedplumClient;
let botId: string;

/** Fails with words of the record, which must not come out. */
const CODE = `exports.handler = async (medplum, { input }) => {
  if (input.valueInteger === 13) throw new Error('Zyxwvut is unlucky');
};`;

beforeAll(async () => {
  world = await startWorld();
  admin = await world.signIn('admin@example.com');
  const settings = deploySettings(world);
  const medplum = await signInToDeploy(settings);
  const config = {
    name: 'watching',
    source: '',
    dist: '',
    description: 'For tests',
    subscriptions: [{ criteria: 'Observation', imports: 'at-once' as const }],
    access: [{ resourceType: 'Observation' as const }],
  };
  await deployBot({ medplum, projectId: medplum.getProject()?.id ?? '', settings }, config, CODE);
  botId = (await medplum.searchOne('Bot', { name: 'watching' }))?.id ?? '';
});

afterAll(() => world.close());

const list = async (path: string) => {
  const { status, body } = await world.call(admin, 'GET', path);
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
};

async function observe(valueInteger: number): Promise<Observation> {
  const meta = { tag: [{ system: EHI_EXPORT_SYSTEM, code: 'export-1' }] };
  return admin.createResource<Observation>({
    resourceType: 'Observation',
    meta,
    status: 'final',
    code: { text: 'Pulse' },
    valueInteger,
  });
}

test('every run is listed with its bot, its resource and its outcome, without a word of what it said', async () => {
  const [lucky, unlucky] = [await observe(1), await observe(13)];
  const runs = await eventually(async () => {
    const page = botRunPageSchema.parse(await list(`/bots/runs?bot=${botId}`));
    return page.runs.filter(({ startedBy }) => startedBy === 'event').length === 2 ? page.runs : undefined;
  });
  const run = (of: Observation) => runs.find(({ resource }) => resource === `Observation/${of.id}`);
  expect(run(lucky)).toMatchObject({ bot: 'watching', botId, outcome: 'done', startedBy: 'event' });
  expect(run(unlucky)).toMatchObject({ bot: 'watching', outcome: 'failed' });
  expect(JSON.stringify(runs)).not.toContain('Zyxwvut');

  const failed = botRunPageSchema.parse(await list('/bots/runs?outcome=failed'));
  expect(failed.runs.map(({ resource }) => resource)).toEqual([`Observation/${unlucky.id}`]);
  const first = botRunPageSchema.parse(await list('/bots/runs?_count=1'));
  const second = botRunPageSchema.parse(await list(`/bots/runs${new URL(first.next ?? '', world.api).search}`));
  expect([...first.runs, ...second.runs].map(({ id }) => id)).toEqual(runs.slice(0, 2).map(({ id }) => id));
});

test('a feed is listed with what it was run with, while it waits, when it is done and when it was given up', async () => {
  const since = new Date().toISOString();
  const stored = [await observe(2), await observe(3)];
  const queues = openQueues(world.redis.redis, world.redis.prefix);
  try {
    const until = new Date().toISOString();
    await queues.add('bot-feed', ['replay'], { botId, since, until });
    await queues.add('bot-feed', ['lost'], { botId: crypto.randomUUID(), taskId: 'none' });
    await queues.add('bot-feed', ['later'], { botId, since, until }, { delayMs: 3_600_000 });
  } finally {
    await queues.close();
  }
  const feeds = await eventually(async () => {
    const page = botFeedPageSchema.parse(await list('/bots/feeds'));
    return page.feeds.some(({ state }) => state === 'done') && page.feeds.some(({ state }) => state === 'given-up')
      ? page.feeds
      : undefined;
  });
  expect(feeds).toHaveLength(3);
  expect(feeds.find(({ state }) => state === 'done')).toMatchObject({
    bot: 'watching',
    since,
    run: stored.length,
    failed: 0,
  });
  expect(feeds.find(({ state }) => state === 'given-up')).toMatchObject({ taskId: 'none', code: 'bot-missing' });
  expect(feeds.find(({ state }) => state === 'waiting')).toMatchObject({ bot: 'watching', run: 0 });
  const page = botFeedPageSchema.parse(await list('/bots/feeds?_count=2'));
  expect(page.feeds).toHaveLength(2);
  expect(page.next).toContain('cursor=2');
});

test('who is no administrator is told nothing, and a question of another kind is refused', async () => {
  const clinician = await world.signIn('clinician@example.com');
  for (const path of ['/bots/feeds', '/bots/runs']) {
    expect((await world.call(clinician, 'GET', path)).status).toBe(403);
    expect((await world.call(admin, 'GET', `${path}?secret=1`)).status).toBe(400);
  }
});
