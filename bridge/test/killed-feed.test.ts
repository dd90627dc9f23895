import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { MedplumClient, WithId } from '@medplum/core';
import type { Observation, Task } from '@medplum/fhirtypes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readBotConfigs } from '../../bots/build.ts';
import { deployBots } from '../../bots/deploy/deploy-bots.ts';
import { type DeployWorld, startDeployWorld } from '../../bots/test/deploy-world.ts';
import { BRIDGE_CODE_SYSTEM, EHI_EXPORT_SYSTEM, IMPORT_TASK_CODE } from '../contract/identifiers.ts';
import { openQueues, type Queues } from '../queue/open-queues.ts';
import { type Cut, type CuttingProxy, startCuttingProxy } from './cutting-proxy.ts';
import { eventually } from './start-world.ts';
import { type TestRedis, withRedis } from './with-redis.ts';

const BOTS = ['flag-critical-results', 'normalise-codes'];
const RESOURCES = 6;
/** Requests of one process of which each is its last once: all that come before a run, and those after it. */
const LAST_FATAL = 9;

let world: DeployWorld;
let proxy: CuttingProxy;
let redis: TestRedis;
let queues: Queues;
let botIds: string[];

beforeAll(async () => {
  world = await startDeployWorld();
  await deployBots(
    world.settings,
    readBotConfigs().filter(({ name }) => BOTS.includes(name)),
  );
  botIds = await Promise.all(BOTS.map(async (name) => (await world.bot(name)).id));
  proxy = await startCuttingProxy(world.server.baseUrl);
  redis = await withRedis();
  queues = openQueues(redis.redis, redis.prefix);
});

afterAll(async () => {
  await queues.close();
  await proxy.close();
  await redis.close();
  await world.close();
});

/** An import that is done: results of which every third is critical, and each has a unit that a map knows. */
async function load(medplum: MedplumClient) {
  const exportId = crypto.randomUUID();
  const patient = await medplum.createResource({ resourceType: 'Patient' });
  const results: WithId<Observation>[] = [];
  for (let n = 0; n < RESOURCES; n++) {
    const result: Observation = {
      resourceType: 'Observation',
      meta: { tag: [{ system: EHI_EXPORT_SYSTEM, code: exportId }] },
      status: 'final',
      code: { text: `Result ${n}` },
      subject: { reference: `Patient/${patient.id}` },
      effectiveDateTime: new Date().toISOString(),
      valueQuantity: { value: n, unit: 'mmol/l' },
      ...(n % 3 === 0 && { interpretation: [{ coding: [{ code: 'HH' }] }] }),
    };
    results.push(await medplum.createResource(result));
  }
  const task = await medplum.createResource<Task>({
    resourceType: 'Task',
    identifier: [{ system: EHI_EXPORT_SYSTEM, value: exportId }],
    status: 'completed',
    intent: 'order',
    code: { coding: [{ system: BRIDGE_CODE_SYSTEM, code: IMPORT_TASK_CODE }] },
  });
  return { patient: `Patient/${patient.id}`, results, taskId: task.id };
}

type Loaded = Awaited<ReturnType<typeof load>>;

/** Feeds both bots, one after the other; whenever a process is killed another takes its place. Gives how often that was. */
async function feed({ taskId }: Loaded, cut: (nth: number, path: string, kill: () => void) => Cut | undefined) {
  let kills = 0;
  for (const botId of botIds) {
    await queues.add('bot-feed', [botId, taskId], { botId, taskId });
    const isDone = async () =>
      (await queues.listFeeds(0, 100)).some(
        (one) => one.taskId === taskId && one.botId === botId && one.state === 'done',
      );
    while (!(await isDone())) {
      const child = startFeeder();
      const end = once(child, 'exit');
      let requests = 0;
      let isDead = false;
      proxy.cut = (method, path) => {
        if (isDead || (method !== 'POST' && method !== 'GET') || path.includes('oauth2')) return undefined;
        return cut(++requests, path, () => {
          isDead = true;
          kills++;
          child.kill('SIGKILL');
        });
      };
      await Promise.race([end, eventually(async () => ((await isDone()) ? true : undefined))]);
      proxy.cut = () => undefined;
      child.kill('SIGKILL');
      await end;
    }
  }
  return kills;
}

function startFeeder(): ChildProcess {
  const script = join(import.meta.dirname, 'mortal-feeder.ts');
  return spawn(process.execPath, [script, redis.url, redis.prefix, proxy.baseUrl], { stdio: 'inherit' });
}

/** What the store holds of a patient's results in the end, without what differs from one run to the next. */
async function endOf({ patient, results }: Loaded): Promise<unknown> {
  await world.settled();
  const read = { cache: 'reload' } as const;
  const flags = await world.admin.searchResources('Flag', { subject: patient }, read);
  const tasks = await world.admin.searchResources('Task', { patient, status: 'requested' }, read);
  const ends = results.map(async ({ id }) => {
    const { meta, valueQuantity, code } = await world.admin.readResource('Observation', id, read);
    const history = await world.admin.readHistory('Observation', id);
    const runs = await world.admin.searchResources('AuditEvent', { entity: `Observation/${id}`, _count: '100' }, read);
    const fed = runs.filter(({ entity }) => !entity?.some(({ what }) => what?.reference?.startsWith('Subscription/')));
    return {
      code: code.text,
      valueQuantity,
      tags: meta?.tag?.slice(1),
      versions: history.entry?.length,
      flags: flags.filter(({ identifier }) => identifier?.[0]?.value === id).map((flag) => flag.code.text),
      tasks: tasks.filter(({ focus }) => focus?.reference === `Observation/${id}`).length,
      // One run of each bot with the version that the import wrote.
      fed: botIds.map((botId) => fed.filter(({ source }) => source.observer.reference === `Bot/${botId}`).length),
    };
  });
  return Promise.all(ends);
}

test('a feed whose workers are killed anywhere ends as one that was left alone, each version run once', {
  timeout: 400_000,
}, async () => {
  const quiet = await load(world.bridge);
  expect(await feed(quiet, () => undefined)).toBe(0);
  const wanted = (await endOf(quiet)) as readonly {
    readonly fed: readonly number[];
    readonly flags: readonly string[];
  }[];
  expect(wanted.map(({ fed }) => fed)).toEqual(Array.from({ length: RESOURCES }, () => [1, 1]));
  expect(wanted.flatMap(({ flags }) => flags)).toHaveLength(RESOURCES / 3);

  // The run takes place after the death; it never reaches the server; it took place, and its reply is lost.
  const cuts: readonly Cut[] = [{ holdMs: 300 }, 'before-server', 'after-request'];
  const cutOff = await load(world.bridge);
  let runs = 0;
  const deaths = await feed(cutOff, (_nth, path, kill) => {
    if (!path.includes('$execute') || ++runs % 2 === 0) return undefined;
    kill();
    return cuts[((runs - 1) / 2) % cuts.length];
  });
  expect(deaths).toBeGreaterThan(cuts.length);
  expect(await endOf(cutOff), 'killed at runs').toEqual(wanted);

  // Killed at any request: the look for the bot, its Subscriptions, the Task, the versions, their bodies, the AuditEvents of a run before.
  const loaded = await load(world.bridge);
  let fatal = 2;
  const kills = await feed(loaded, (nth, _path, kill) => {
    if (nth !== fatal || fatal > LAST_FATAL) return undefined;
    fatal++;
    kill();
    return 'after-request';
  });
  expect(kills).toBeGreaterThan(5);
  expect(await endOf(loaded), 'killed at any request').toEqual(wanted);
});
