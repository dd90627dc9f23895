import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { MedplumClient } from '@medplum/core';
import type { Consent } from '@medplum/fhirtypes';
import { SANDBOX_KEYS } from '../../sandbox/fasten/sandbox-keys.ts';
import { startRedis } from '../../sandbox/redis/start-redis.ts';
import {
  BRIDGE_CODE_SYSTEM,
  CONNECTION_CONSENT_CODE,
  EHI_EXPORT_SYSTEM,
  IMPORT_TASK_CODE,
  ORG_CONNECTION_SYSTEM,
} from '../contract/identifiers.ts';
import { KIM, storeChart } from '../test/connect-chart.ts';
import { BRIDGE_CLIENT, BRIDGE_CLIENT_VARIABLES } from '../test/import-world.ts';
import { type Acknowledged, failedExports, sendWebhooks } from './send-webhooks.ts';
import { type Measured, startProcess } from './start-process.ts';

export interface WebhookFigures {
  readonly events: number;
  readonly perSecond: number;
  /** Of events that were acknowledged: those of which Medplum has nothing at the end, and those of which it has more than one. */
  readonly lost: number;
  readonly doubled: number;
  /** Of answers with nothing else going on. */
  readonly idleMedianMs: number;
  /** Of answers while an import runs, before Redis is restarted. */
  readonly medianMs: number;
  readonly p99Ms: number;
  /** Of the events around the restart of Redis: how many had to be sent again, and the longest that one waited. */
  readonly sentAgain: number;
  readonly longestMs: number;
  /** Lines that the import beside it stored from its start to the last answer: 0 would say that none ran. */
  readonly storedMeanwhile: number;
}

const IDLE_EVENTS = 200;
const EVENTS = 1_000;
const PER_SECOND = 200;
const CONNECTIONS = 50;
const STEP_MS = 600_000;

/** The product in its processes: API and worker apart, as in production, each over a sandbox of its own. */
interface Stack {
  readonly api: string;
  readonly fastenUrl: string;
  readonly medplum: MedplumClient;
  restartRedis(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Signed events at a steady rate: to an idle service, then while an import runs, then with Redis restarted in their midst.
 *
 * @param folder - For the data of every process.
 */
export async function measureWebhooks(folder: string): Promise<WebhookFigures> {
  console.error('bench: webhooks');
  const stack = await startStack(folder);
  try {
    const connections = await makeConnections(stack.medplum);
    const target = { url: `${stack.api}/webhook`, secret: SANDBOX_KEYS.webhookSecret };
    const idle = failedExports(connections, IDLE_EVENTS);
    const idleAnswers = await sendWebhooks(target, idle.events, 20);
    await untilDone(stack.medplum, IDLE_EVENTS);

    const namespace = await startImport(stack);
    const loaded = failedExports(connections, EVENTS);
    const [early, late] = [loaded.events.slice(0, EVENTS / 2), loaded.events.slice(EVENTS / 2)];
    const earlyAnswers = await sendWebhooks(target, early, PER_SECOND);
    const restarted = wait((late.length / PER_SECOND / 2) * 1000).then(() => stack.restartRedis());
    const [lateAnswers] = await Promise.all([sendWebhooks(target, late, PER_SECOND), restarted]);
    const storedMeanwhile = await countObservations(stack.medplum, namespace);
    await untilDone(stack.medplum, IDLE_EVENTS + EVENTS);
    return {
      events: EVENTS,
      perSecond: PER_SECOND,
      ...(await account(stack.medplum, [...idle.exportIds, ...loaded.exportIds])),
      idleMedianMs: quantile(idleAnswers, 0.5),
      medianMs: quantile(earlyAnswers, 0.5),
      p99Ms: quantile(earlyAnswers, 0.99),
      sentAgain: lateAnswers.filter(({ tries }) => tries > 1).length,
      longestMs: quantile(lateAnswers, 1),
      storedMeanwhile,
    };
  } finally {
    await stack.stop();
  }
}

async function startStack(folder: string): Promise<Stack> {
  const dir = join(folder, 'webhooks');
  let redis = await startRedis({ dir: join(dir, 'redis') });
  const start = (file: string, environment: NodeJS.ProcessEnv): Measured =>
    startProcess([file], { DATA_DIR: dir, ...environment }, STEP_MS);
  const medplumServer = start('sandbox/medplum/main.ts', { SANDBOX_MEDPLUM_PORT: '0' });
  const [, baseUrl = ''] = await medplumServer.firstMatch(/listens on (\S+)/);
  const fasten = start('sandbox/fasten/main.ts', { SANDBOX_FASTEN_PORT: '0', SANDBOX_STORAGE_PORT: '0' });
  const [, fastenUrl = '', storageOrigin = ''] = await fasten.firstMatch(/simulator at (\S+), downloads at (\S+)/);
  const environment = {
    MEDPLUM_BASE_URL: baseUrl,
    ...BRIDGE_CLIENT_VARIABLES,
    REDIS_URL: redis.url,
    FASTEN_BASE_URL: fastenUrl,
    FASTEN_PUBLIC_ID: SANDBOX_KEYS.publicId,
    FASTEN_PRIVATE_KEY: SANDBOX_KEYS.privateKey,
    FASTEN_WEBHOOK_SECRETS: SANDBOX_KEYS.webhookSecret,
    FASTEN_STORAGE_ORIGINS: storageOrigin,
    SPOOL_DIR: join(dir, 'spool'),
    BRIDGE_PORT: '0',
  };
  const api = start('bridge/main.ts', { ...environment, BRIDGE_ROLE: 'api' });
  const [, port = ''] = await api.firstMatch(/"service\.listening".*"port":(\d+)/);
  const worker = start('bridge/main.ts', { ...environment, BRIDGE_ROLE: 'worker' });
  await worker.firstMatch(/"service\.listening"/);
  const medplum = new MedplumClient({ baseUrl, cacheTime: 0 });
  await medplum.startClientLogin(BRIDGE_CLIENT.clientId, BRIDGE_CLIENT.clientSecret);
  return {
    api: `http://127.0.0.1:${port}/api/fasten-health`,
    fastenUrl,
    medplum,
    restartRedis: async () => {
      await redis.close();
      redis = await startRedis({ dir: join(dir, 'redis'), port: Number(new URL(redis.url).port) });
    },
    stop: async () => {
      for (const each of [api, worker, fasten, medplumServer]) await each.stop();
      await redis.close();
    },
  };
}

/** Connections that are bound to a Patient, as `connections/complete` leaves them. Gives Fasten's ids. */
async function makeConnections(medplum: MedplumClient): Promise<string[]> {
  const patient = await storeChart(medplum);
  const ids = Array.from({ length: CONNECTIONS }, () => crypto.randomUUID());
  for (const id of ids) {
    await medplum.createResource<Consent>({
      resourceType: 'Consent',
      status: 'active',
      scope: { text: 'privacy' },
      category: [{ coding: [{ system: BRIDGE_CODE_SYSTEM, code: CONNECTION_CONSENT_CODE }] }],
      policyRule: { text: 'opt in' },
      identifier: [{ system: ORG_CONNECTION_SYSTEM, value: id }],
      patient: { reference: `Patient/${patient.id}` },
    });
  }
  return ids;
}

/** A connection with a large export behind it; resolves once its import stores something. Gives its namespace. */
async function startImport({ api, fastenUrl, medplum }: Stack): Promise<string> {
  const admin = `${new URL(fastenUrl).origin}/admin`;
  await send('PUT', `${admin}/webhook`, { url: `${api}/webhook`, connectionEvents: false });
  const persona = { seed: 7, resources: 40_000, documentBytes: 500, patient: KIM };
  const { orgConnectionId } = (await send('POST', `${admin}/connections`, { persona })) as { orgConnectionId: string };
  const patient = await storeChart(medplum);
  const body = { patientId: patient.id, org_connection_id: orgConnectionId };
  await send('POST', `${api}/connections/complete`, body, `Bearer ${medplum.getAccessToken()}`);
  while ((await countObservations(medplum, orgConnectionId)) === 0) await wait(100);
  return orgConnectionId;
}

async function send(method: string, url: string, body: object, authorization?: string): Promise<unknown> {
  const headers = { 'content-type': 'application/json', ...(authorization && { authorization }) };
  const response = await fetch(url, { method, headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${method} ${new URL(url).pathname} answered ${response.status}`);
  return response.json();
}

async function countObservations(medplum: MedplumClient, namespace: string): Promise<number> {
  const query = `_tag=${ORG_CONNECTION_SYSTEM}|${namespace}&_count=0&_total=accurate`;
  return (await medplum.search('Observation', query, { cache: 'reload' })).total ?? 0;
}

const FAILED = `code=${BRIDGE_CODE_SYSTEM}|${IMPORT_TASK_CODE}&status=failed`;

/** Waits for so many failed Tasks, and a little longer for one too many. */
async function untilDone(medplum: MedplumClient, count: number): Promise<void> {
  const total = async () => (await medplum.search('Task', `${FAILED}&_count=0&_total=accurate`)).total ?? 0;
  const giveUpAt = performance.now() + STEP_MS / 2;
  while ((await total()) < count && performance.now() < giveUpAt) await wait(250);
  await wait(1000);
}

/** Tasks against the events that were acknowledged. */
async function account(medplum: MedplumClient, exportIds: readonly string[]) {
  const found = new Map<string, number>();
  for await (const page of medplum.searchResourcePages('Task', `${FAILED}&_count=1000`)) {
    for (const { identifier } of page) {
      const id = identifier?.find(({ system }) => system === EHI_EXPORT_SYSTEM)?.value ?? '';
      found.set(id, (found.get(id) ?? 0) + 1);
    }
  }
  return {
    lost: exportIds.filter((id) => !found.has(id)).length,
    doubled: exportIds.filter((id) => (found.get(id) ?? 0) > 1).length,
  };
}

function quantile(answers: readonly Acknowledged[], share: number): number {
  const sorted = answers.map(({ milliseconds }) => milliseconds).toSorted((a, b) => a - b);
  return Number((sorted[Math.ceil(share * sorted.length) - 1] ?? 0).toFixed(1));
}
