import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { MedplumClient } from '@medplum/core';
import type { Bot, ResourceType } from '@medplum/fhirtypes';
import { Redis } from 'ioredis';
import { SANDBOX_KEYS } from '../../sandbox/fasten/sandbox-keys.ts';
import { startRedis } from '../../sandbox/redis/start-redis.ts';
import { ORG_CONNECTION_SYSTEM } from '../contract/identifiers.ts';
import { findFedSubscriptions } from '../feed/find-fed-bots.ts';
import { openQueues, type Queues } from '../queue/open-queues.ts';
import type { ExportFile } from './make-export.ts';
import { type ImportFigures, measureImport } from './measure-import.ts';
import { type Measured, startProcess, type Usage } from './start-process.ts';

export interface BotFigures {
  readonly resources: number;
  /** Imports into a new server without and with bots, in turns; in seconds. */
  readonly withoutBotsSeconds: readonly number[];
  readonly withBotsSeconds: readonly number[];
  /** 0.05: with bots they took 5 % longer. */
  readonly slowedBy: number;
  /** Runs while the import wrote: of bots that are told at once. */
  readonly runsMeanwhile: number;
  readonly bots: readonly OneBot[];
  /** From the worker's start until every feed was done. */
  readonly feedSeconds: number;
  readonly runsPerSecond: number;
  /** Jobs of the queue `bot-feed` that waited or ran at once, at most. */
  readonly mostQueued: number;
  readonly worker: Usage;
  readonly server: Usage;
}

interface OneBot {
  readonly name: string;
  /** Resources of the import that its Subscriptions are about, by the time the feeds began. */
  readonly concerned: number;
  /** Resources that it was run with by its feed, those at which it failed, and those with which more than once. */
  readonly fed: number;
  readonly failed: number;
  readonly repeated: number;
  /** Runs by an event: what other bots had changed. */
  readonly byEvent: number;
  /** Resources that it was run with, by its feed or by an event: as many as concern it. What another bot changed first is not fed. */
  readonly seen: number;
}

const CLIENT = {
  MEDPLUM_CLIENT_ID: '6f1c2a34-0f6b-4a55-9d0e-7a1f5b3c8d21',
  MEDPLUM_CLIENT_SECRET: 'sandbox-bridge-secret',
};
const ADMIN = {
  MEDPLUM_ADMIN_CLIENT_ID: '6f1c2a34-0f6b-4a55-9d0e-7a1f5b3c8d24',
  MEDPLUM_ADMIN_CLIENT_SECRET: 'sandbox-eraser-secret',
};
/** A bot is run with one resource at a time. */
const TIMEOUT_MS = 8 * 3_600_000;
const CONNECTION = 'bench-bots';
const PREFIX = 'bench-bots';

/** The same import without and with all bots of medplum.config.json, in turns; then what the bots do with the last of them. */
export async function measureBots(folder: string, file: ExportFile): Promise<BotFigures> {
  const without = [(await importWithoutBots(folder, file)).seconds];
  const first = await importWithBots(folder, file);
  await first.server.process.stop();
  await rm(first.dataDir, { recursive: true, force: true });
  without.push((await importWithoutBots(folder, file)).seconds);
  const { server, medplum, dataDir, runsMeanwhile, seconds } = await importWithBots(folder, file);
  const withBots = [first.seconds, seconds];
  console.error(`bench: bots, ${without.join(' and ')} seconds without, ${withBots.join(' and ')} with them`);
  try {
    const concerned = await countConcerned(medplum);
    const { worker, ...fed } = await feedAll(folder, server.baseUrl);
    const bots = await describeBots(medplum, concerned);
    const { usage } = await server.process.stop();
    const runs = sum(bots.map(({ fed: resources }) => resources));
    return {
      resources: file.lines,
      withoutBotsSeconds: without,
      withBotsSeconds: withBots,
      slowedBy: Number((sum(withBots) / sum(without) - 1).toFixed(3)),
      runsMeanwhile,
      bots,
      ...fed,
      runsPerSecond: Number((runs / fed.feedSeconds).toFixed(1)),
      worker,
      server: usage,
    };
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** The server runs on. */
async function importWithBots(folder: string, file: ExportFile) {
  console.error('bench: bots, an import with them');
  const dataDir = join(folder, 'with-bots');
  const server = await startServer(dataDir);
  const deployed = { ...CLIENT, ...ADMIN, MEDPLUM_BASE_URL: server.baseUrl, BOT_RUNTIME: 'vmcontext' };
  await startProcess(['bots/deploy/main.ts'], deployed, TIMEOUT_MS).ended();
  const medplum = new MedplumClient({ baseUrl: server.baseUrl, cacheTime: 0 });
  await medplum.startClientLogin(ADMIN.MEDPLUM_ADMIN_CLIENT_ID, ADMIN.MEDPLUM_ADMIN_CLIENT_SECRET);
  const tryouts = await countRuns(medplum);
  const { seconds } = await importInto(file, server.baseUrl);
  const runsMeanwhile = (await countRuns(medplum)) - tryouts;
  return { server, medplum, dataDir, runsMeanwhile, seconds };
}

async function importWithoutBots(folder: string, file: ExportFile): Promise<ImportFigures> {
  console.error('bench: bots, an import without them');
  const dataDir = join(folder, 'without-bots');
  const server = await startServer(dataDir);
  const measured = await importInto(file, server.baseUrl);
  await server.process.stop();
  await rm(dataDir, { recursive: true, force: true });
  return measured;
}

function importInto(file: ExportFile, baseUrl: string): Promise<ImportFigures> {
  return measureImport(file.path, baseUrl, CONNECTION, TIMEOUT_MS, CLIENT);
}

async function startServer(dataDir: string): Promise<{ readonly baseUrl: string; readonly process: Measured }> {
  const environment = { SANDBOX_MEDPLUM_PORT: '0', DATA_DIR: dataDir };
  const process = startProcess(['sandbox/medplum/main.ts'], environment, TIMEOUT_MS);
  const [, baseUrl = ''] = await process.firstMatch(/listens on (\S+)/);
  return { baseUrl, process };
}

/** A worker finds the import that was made by hand when it starts. */
async function feedAll(folder: string, baseUrl: string) {
  console.error('bench: bots, what they do with it');
  const redisServer = await startRedis({ dir: join(folder, 'bots-redis') });
  const redis = new Redis(redisServer.url, { maxRetriesPerRequest: null });
  const queues = openQueues(redis, PREFIX);
  const environment = {
    ...CLIENT,
    MEDPLUM_BASE_URL: baseUrl,
    REDIS_URL: redisServer.url,
    REDIS_PREFIX: PREFIX,
    FASTEN_BASE_URL: 'http://127.0.0.1:9/v1',
    FASTEN_PUBLIC_ID: SANDBOX_KEYS.publicId,
    FASTEN_PRIVATE_KEY: SANDBOX_KEYS.privateKey,
    FASTEN_WEBHOOK_SECRETS: SANDBOX_KEYS.webhookSecret,
    SPOOL_DIR: join(folder, 'bots-spool'),
    BRIDGE_ROLE: 'worker',
  };
  const startedAt = performance.now();
  const worker = startProcess(['bridge/main.ts'], environment, TIMEOUT_MS);
  try {
    const mostQueued = await Promise.race([
      untilFed(queues),
      worker.ended().then(() => Promise.reject(new Error('the worker ended'))),
    ]);
    const feedSeconds = Number(((performance.now() - startedAt) / 1000).toFixed(1));
    const { usage } = await worker.stop();
    return { feedSeconds, mostQueued, worker: usage };
  } finally {
    await queues.close();
    await redis.quit();
    await redisServer.close();
  }
}

/** Resolves when every feed is done, with how many there were at once at most. */
async function untilFed(queues: Queues): Promise<number> {
  let most = 0;
  for (let shownAt = 0; ; ) {
    const counts = await queues.countJobs();
    const states = ['bot-feed', 'import-done', 'sweep'] as const;
    const open = states.map((name) => counts[name].waiting + counts[name].active);
    most = Math.max(most, open[0] ?? 0);
    const feeds = await queues.listFeeds(0, 100);
    const lost = feeds.find(({ state }) => state === 'given-up');
    if (lost) throw new Error(`a feed was given up: ${lost.code}`);
    if (feeds.length > 0 && feeds.every(({ state }) => state === 'done') && open.every((count) => count === 0))
      return most;
    if (performance.now() - shownAt > 60_000) {
      shownAt = performance.now();
      console.error(`bench: fed ${feeds.map(({ run }) => run).join(', ')}`);
    }
    await wait(500);
  }
}

async function countConcerned(medplum: MedplumClient): Promise<ReadonlyMap<string, number>> {
  const concerned = new Map<string, number>();
  for (const { botId, resourceType, criteria } of await findFedSubscriptions(medplum)) {
    const query = new URLSearchParams(criteria);
    query.append('_tag', `${ORG_CONNECTION_SYSTEM}|${CONNECTION}`);
    query.append('_count', '0');
    query.append('_total', 'accurate');
    const { total = 0 } = await medplum.search(resourceType as ResourceType, query, { cache: 'reload' });
    concerned.set(botId, (concerned.get(botId) ?? 0) + total);
  }
  return concerned;
}

async function describeBots(medplum: MedplumClient, concerned: ReadonlyMap<string, number>): Promise<OneBot[]> {
  const bots: readonly Bot[] = await medplum.searchResources('Bot', { _count: '100' }, { cache: 'reload' });
  return Promise.all(
    bots.map(async ({ id = '', name = '' }) => ({
      name,
      concerned: concerned.get(id) ?? 0,
      ...(await readRuns(medplum, id)),
    })),
  );
}

/** From the server's own record of every run. The trial of a deployment is with no stored resource. */
async function readRuns(medplum: MedplumClient, botId: string): Promise<Omit<OneBot, 'name' | 'concerned'>> {
  const [fed, failed, seen] = [new Map<string, number>(), new Set<string>(), new Set<string>()];
  let byEvent = 0;
  const query = { source: `Bot/${botId}`, _sort: '_lastUpdated', _count: '1000' };
  for await (const page of medplum.searchResourcePages('AuditEvent', query, { cache: 'reload' })) {
    for (const { entity = [], outcome } of page) {
      const about = entity
        .map(({ what }) => what?.reference ?? '')
        .filter((reference) => !reference.startsWith('Bot/'));
      const resource = about.find((reference) => !reference.startsWith('Subscription/'));
      if (resource === undefined) continue;
      if (about.length > 1) byEvent++;
      else fed.set(resource, (fed.get(resource) ?? 0) + 1);
      seen.add(resource);
      if (outcome !== '0') failed.add(resource);
    }
  }
  const repeated = [...fed.values()].filter((runs) => runs > 1).length;
  return { fed: fed.size, failed: failed.size, repeated, byEvent, seen: seen.size };
}

async function countRuns(medplum: MedplumClient): Promise<number> {
  const query = { type: 'execute', _count: '0', _total: 'accurate' };
  return (await medplum.search('AuditEvent', query, { cache: 'reload' })).total ?? 0;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
