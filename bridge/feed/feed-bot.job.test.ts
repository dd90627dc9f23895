import type { MedplumClient, WithId } from '@medplum/core';
import type { Basic, Observation } from '@medplum/fhirtypes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DeployWorld, startDeployWorld } from '../../bots/test/deploy-world.ts';
import { seed } from '../../sandbox/seed.ts';
import { BRIDGE_CODE_SYSTEM, EHI_EXPORT_SYSTEM, IMPORT_TASK_CODE } from '../contract/identifiers.ts';
import { createMedplum, type MedplumConnection } from '../medplum/client/create-medplum.ts';
import { createLog } from '../observe/log.ts';
import { createMetrics } from '../observe/metrics.ts';
import { createLock } from '../queue/hold-lock.ts';
import { type FeedMemory, rememberFeed } from '../queue/remember-feed.ts';
import type { Payload } from '../queue/specs.ts';
import { type TestRedis, withRedis } from '../test/with-redis.ts';
import { createImportDoneJob } from './announce-import.ts';
import { createFeedBotJob, type FeedDeps } from './feed-bot.job.ts';

let world: DeployWorld;
let connection: MedplumConnection;
let redis: TestRedis;
let botId: string;

/** Writes down which version it was run with; fails for a pulse of 13. */
const CODE = `exports.handler = async (medplum, { input }) => {
  if (input.resourceType !== 'Observation') return;
  if (input.valueInteger === 13) throw new Error('unlucky');
  const seen = input.id + '/' + input.meta.versionId;
  await medplum.createResource({ resourceType: 'Basic', code: { text: seen }, subject: { reference: 'Observation/' + input.id } });
};`;

beforeAll(async () => {
  world = await startDeployWorld();
  redis = await withRedis();
  const [bridge] = seed.clients;
  const client = { clientId: bridge?.id ?? '', clientSecret: bridge?.secret ?? '' };
  connection = await createMedplum({ baseUrl: world.server.baseUrl, ...client });
  const config = { name: 'watching', source: '', dist: '', description: 'For tests' };
  await world.deploy(
    {
      ...config,
      subscriptions: [{ criteria: 'Observation?status=final', imports: 'afterwards' }],
      access: [{ resourceType: 'Observation' }, { resourceType: 'Basic' }],
    },
    CODE,
  );
  botId = (await world.bot('watching')).id;
});

afterAll(async () => {
  await connection.close();
  await redis.close();
  await world.close();
});

function makeJob(more: Partial<FeedDeps> = {}) {
  const { prefix } = redis;
  const job = createFeedBotJob({
    medplum: connection.client,
    ownReference: `ClientApplication/${seed.clients[0]?.id}`,
    remember: (key) => rememberFeed(redis.redis, prefix, key),
    holdLock: createLock(redis.redis, { prefix }),
    rest: async () => undefined,
    log: createLog('silent'),
    metrics: createMetrics(),
    settleMs: 0,
    ...more,
  });
  return (payload: Payload<'bot-feed'>, signal = new AbortController().signal) =>
    job(payload, { signal, report: async () => undefined });
}

/** A load of some Observations that is done, as the bridge leaves it. */
async function load(
  values: readonly number[],
  exportId = crypto.randomUUID(),
  medplum: MedplumClient = connection.client,
) {
  const tag = [{ system: EHI_EXPORT_SYSTEM, code: exportId }];
  const stored: WithId<Observation>[] = [];
  for (const valueInteger of values) {
    const one: Observation = {
      resourceType: 'Observation',
      meta: { tag },
      status: 'final',
      code: { text: 'Pulse' },
      valueInteger,
    };
    stored.push(await medplum.createResource(one));
  }
  const task = await medplum.createResource({
    resourceType: 'Task',
    identifier: [{ system: EHI_EXPORT_SYSTEM, value: exportId }],
    status: 'completed',
    intent: 'order',
    code: { coding: [{ system: BRIDGE_CODE_SYSTEM, code: IMPORT_TASK_CODE }] },
  });
  return { stored, taskId: task.id, exportId };
}

/** The versions that the bot has run with, in order. */
async function seen(stored: readonly WithId<Observation>[]): Promise<string[]> {
  await world.settled();
  const ids = stored.map(({ id }) => `Observation/${id}`).join(',');
  const query = { subject: ids, _sort: '_lastUpdated', _count: '1000' };
  const all = await world.admin.searchResources('Basic', query, { cache: 'reload' });
  return (all as readonly Basic[]).map(({ code }) => code.text ?? '');
}

const versions = (stored: readonly WithId<Observation>[]) => stored.map(({ id, meta }) => `${id}/${meta?.versionId}`);

test('a bot is fed what an import wrote, in order and once, however often the job runs', async () => {
  const { stored, taskId } = await load([1, 2, 3, 4]);
  expect(await seen(stored)).toEqual([]);
  const kept: FeedMemory[] = [];
  const remember = (key: readonly string[]) => {
    const memory = rememberFeed(redis.redis, redis.prefix, key);
    kept.push(memory);
    return memory;
  };
  await makeJob({ remember })({ botId, taskId });
  expect(await kept[0]?.read()).toMatchObject({ position: { run: 4, failed: 0 }, begun: undefined });
  await makeJob()({ botId, taskId });
  expect(await seen(stored)).toEqual(versions(stored));
});

test('killed anywhere, it goes on and feeds each version once', async () => {
  // The memory is written to before each of four runs, and at the end.
  for (let fatal = 1; fatal <= 5; fatal++) {
    for (const isWritten of [true, false]) {
      const { stored, taskId } = await load([1, 2, 3, 4]);
      let writes = 0;
      const mortal = (memory: FeedMemory): FeedMemory => {
        const write = async (work: () => Promise<void>): Promise<void> => {
          writes++;
          if (writes < fatal || (writes === fatal && isWritten)) await work();
          if (writes >= fatal) throw new Error('killed');
        };
        return {
          read: memory.read,
          begin: (run, position) => write(() => memory.begin(run, position)),
          pass: (position) => write(() => memory.pass(position)),
        };
      };
      const dying = makeJob({ remember: (key) => mortal(rememberFeed(redis.redis, redis.prefix, key)) });
      await expect(dying({ botId, taskId })).rejects.toThrow('killed');
      await makeJob()({ botId, taskId });
      expect(await seen(stored), `killed at ${fatal}, written: ${isWritten}`).toEqual(versions(stored));
    }
  }
});

test('killed after any run, in the rest or while it reads on, it feeds each version once', async () => {
  for (let fatal = 1; fatal <= 4; fatal++) {
    const { stored, taskId } = await load([1, 2, 3, 4]);
    let rests = 0;
    const rest = async () => {
      if (++rests === fatal) throw new Error('killed');
    };
    const dead = (memory: FeedMemory): FeedMemory => ({ ...memory, pass: async () => undefined });
    const remember = (key: readonly string[]) => dead(rememberFeed(redis.redis, redis.prefix, key));
    await expect(makeJob({ rest, remember })({ botId, taskId })).rejects.toThrow('killed');
    await makeJob()({ botId, taskId });
    expect(await seen(stored), `killed in rest ${fatal}`).toEqual(versions(stored));
  }
});

test('what is changed or deleted while the feed is under way is not handed over as it was', async () => {
  const { stored, taskId } = await load([1, 2, 3, 4]);
  const [first, second, third, fourth] = stored;
  if (!first || !second || !third || !fourth) throw new Error('four were stored');
  const { client } = connection;
  let isListed = false;
  // Between the list of the versions and their bodies.
  const searchResources = async (...asked: Parameters<MedplumClient['searchResources']>) => {
    if (asked[0] === 'Observation' && !isListed) {
      isListed = true;
      await world.other.updateResource<Observation>({ ...second, valueInteger: 20 });
      await world.other.deleteResource('Observation', third.id);
    }
    return client.searchResources(...asked);
  };
  const medplum = new Proxy(client, {
    get: (target, name) => (name === 'searchResources' ? searchResources : Reflect.get(target, name).bind(target)),
  });
  await makeJob({ medplum })({ botId, taskId });
  const edited = await world.admin.readResource('Observation', second.id, { cache: 'reload' });
  expect((await seen(stored)).toSorted()).toEqual(versions([first, edited, fourth]).toSorted());
});

test('an import that was erased by then feeds nothing, and its job ends', async () => {
  const { stored, taskId } = await load([1]);
  await connection.client.deleteResource('Task', taskId);
  await makeJob()({ botId, taskId });
  expect(await seen(stored)).toEqual([]);
});

test('what a clinician edited meanwhile was told at once, and is not fed again', async () => {
  const { stored, taskId } = await load([1, 2, 3]);
  const [first, second, third] = stored;
  if (!first || !second || !third) throw new Error('three were stored');
  const edited = await world.other.updateResource<Observation>({ ...second, valueInteger: 70 });
  expect(await seen(stored)).toEqual(versions([edited]));
  await makeJob()({ botId, taskId });
  expect(await seen(stored)).toEqual(versions([edited, first, third]));
});

test('a later import feeds what it wrote and not what the one before did, and an import run again only what is new', async () => {
  const { stored, taskId, exportId } = await load([1, 2]);
  await makeJob()({ botId, taskId });
  const again = await load([3], exportId);
  await makeJob()({ botId, taskId });
  const all = [...stored, ...again.stored];
  expect(await seen(all)).toEqual(versions(all));

  const [changed] = stored;
  if (!changed) throw new Error('two were stored');
  const next = await load([]);
  const tag = [{ system: EHI_EXPORT_SYSTEM, code: next.exportId }];
  const updated = await connection.client.updateResource<Observation>({ ...changed, meta: { tag }, valueInteger: 9 });
  await makeJob()({ botId, taskId: next.taskId });
  expect(await seen(all)).toEqual(versions([...all, updated]));
});

test('a resource at which the bot fails does not keep it from the others', async () => {
  const { stored, taskId } = await load([1, 13, 2]);
  await makeJob()({ botId, taskId });
  expect(await seen(stored)).toEqual(versions(stored).filter((_, index) => index !== 1));
}, 30_000);

test('a bot that changes what it is fed is fed more than is read at once, each once', async () => {
  const touching = `exports.handler = async (medplum, { input }) => {
    if (input.resourceType !== 'Observation') return;
    await medplum.patchResource('Observation', input.id, [{ op: 'add', path: '/note', value: [{ text: input.meta.versionId }] }]);
  };`;
  const config = { name: 'touching', source: '', dist: '', description: 'For tests' };
  const subscriptions = [{ criteria: 'Observation?status=final', imports: 'afterwards' as const }];
  await world.deploy({ ...config, subscriptions, access: [{ resourceType: 'Observation' }] }, touching);
  try {
    const { stored, taskId } = await load(Array.from({ length: 130 }, (_, n) => n + 100));
    await makeJob()({ botId: (await world.bot('touching')).id, taskId });
    for (const { id, meta } of stored) {
      const now = await world.admin.readResource('Observation', id, { cache: 'reload' });
      expect(now.note?.map(({ text }) => text)).toEqual([meta?.versionId]);
      expect((await world.admin.readHistory('Observation', id)).entry).toHaveLength(2);
    }
  } finally {
    await world.deploy({ ...config, subscriptions: [], access: [] }, touching);
  }
});

test('a replay feeds once more what changed since a date, whoever wrote it', async () => {
  const since = new Date().toISOString();
  const { stored } = await load([1, 2]);
  const live = await world.other.createResource<Observation>({
    resourceType: 'Observation',
    status: 'final',
    code: { text: 'Pulse' },
  });
  await world.settled();
  const until = new Date().toISOString();
  await makeJob()({ botId, since, until });
  const all = [...stored, live];
  expect((await seen(all)).toSorted()).toEqual([...versions(all), ...versions([live])].toSorted());
});

test('an import that is done starts one feed for each bot that wants it', async () => {
  const added: unknown[] = [];
  const addJob = async (...job: unknown[]) => {
    added.push(job);
    return 'added' as const;
  };
  await createImportDoneJob({ medplum: connection.client, addJob })({ taskId: 'task-1', end: 'root' });
  expect(added).toEqual([['bot-feed', [botId, 'task-1', 'root'], { botId, taskId: 'task-1' }]]);
});

test('a feed whose bot is gone is given up', async () => {
  const { taskId } = await load([]);
  await expect(makeJob()({ botId: crypto.randomUUID(), taskId })).rejects.toThrow('the bot is gone');
});
