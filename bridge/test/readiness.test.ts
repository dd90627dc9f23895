import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { SANDBOX_KEYS } from '../../sandbox/fasten/sandbox-keys.ts';
import { type SandboxMedplum, startMedplum } from '../../sandbox/medplum/start-medplum.ts';
import { type App, buildApp } from '../app.ts';
import { readConfig } from '../config.ts';
import { HEALTH_CHECKS } from '../contract/health.ts';
import { queueNames } from '../queue/open-queues.ts';
import { BRIDGE_CLIENT_VARIABLES } from './import-world.ts';
import { eventually } from './start-world.ts';
import { type TestRedis, withRedis } from './with-redis.ts';

let folder: string;
let medplum: SandboxMedplum;
let redis: TestRedis;
let apps: App[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ready-'));
  [medplum, redis] = await Promise.all([startMedplum({ dataDir: folder }), withRedis({ persistent: true })]);
});

let prefix: string;
beforeEach(() => {
  prefix = `${redis.prefix}-${crypto.randomUUID()}`;
});

afterEach(async () => {
  const closing = apps;
  apps = [];
  for (const app of closing) await app.close();
});

afterAll(async () => {
  await Promise.all([medplum.close(), redis.close()]);
  await rm(folder, { recursive: true, force: true });
});

/** A part of the service; gives where it tells its state. */
async function start(role: 'api' | 'worker' | 'both', more: Readonly<Record<string, string>> = {}): Promise<string> {
  const app = await buildApp(
    readConfig({
      MEDPLUM_BASE_URL: medplum.baseUrl,
      ...BRIDGE_CLIENT_VARIABLES,
      REDIS_URL: redis.url,
      REDIS_PREFIX: prefix,
      FASTEN_PUBLIC_ID: SANDBOX_KEYS.publicId,
      FASTEN_PRIVATE_KEY: SANDBOX_KEYS.privateKey,
      FASTEN_WEBHOOK_SECRETS: SANDBOX_KEYS.webhookSecret,
      BRIDGE_ROLE: role,
      BRIDGE_PORT: '0',
      BRIDGE_STATE_PORT: '0',
      SPOOL_DIR: join(folder, 'spool'),
      LOG_LEVEL: 'silent',
      ...more,
    }),
  );
  apps.push(app);
  return (await app.listen()) ?? '';
}

async function ask(origin: string): Promise<[status: number, states: Record<string, string>]> {
  const response = await fetch(`${origin}/readyz`);
  return [response.status, (await response.json()) as Record<string, string>];
}

/** Whatever `/readyz` says first that is like this. */
const says = (origin: string, states: Record<string, string>) =>
  eventually(async () => {
    const [status, said] = await ask(origin);
    return Object.entries(states).every(([name, state]) => said[name] === state) ? status : undefined;
  });

const gauge = async (origin: string, name: string) =>
  (await (await fetch(`${origin}/metrics`)).text()).split('\n').find((line) => line.startsWith(name));

/** The names that the page has words for. */
const ALL = Object.fromEntries(HEALTH_CHECKS.map((check) => [check, 'ok']));

test('Redis stops and comes back: readiness and its metric turn with it, and the process lives all the while', async () => {
  const origin = await start('both');
  expect(await ask(origin)).toEqual([200, ALL]);
  expect(await gauge(origin, 'bridge_ready{check="redis"}')).toMatch(/ 1$/);
  await redis.stop();
  expect(await says(origin, { redis: 'down' })).toBe(503);
  expect(await gauge(origin, 'bridge_ready{check="redis"}')).toMatch(/ 0$/);
  expect(await gauge(origin, 'bridge_queue_jobs{')).toBeUndefined();
  expect((await fetch(`${origin}/healthz`)).status).toBe(200);
  await redis.start();
  expect(await says(origin, ALL)).toBe(200);
  // BullMQ's blocking connections come back last, and closing it before they did takes for ever.
  await eventually(async () => {
    const waiting = String(await redis.redis.client('LIST')).match(/ cmd=bzpopmin /g) ?? [];
    return waiting.length >= queueNames().length ? true : undefined;
  });
});

test('Medplum stops and comes back: readiness turns with it', async () => {
  const origin = await start('both');
  const port = Number(new URL(medplum.baseUrl).port);
  await medplum.close();
  expect(await says(origin, { medplum: 'down' })).toBe(503);
  medplum = await startMedplum({ dataDir: folder, port });
  expect(await says(origin, ALL)).toBe(200);
});

test('an API says when nobody runs jobs, and a process that does tells its own state', async () => {
  const api = await start('api');
  expect(await ask(api)).toEqual([503, { redis: 'ok', medplum: 'ok', worker: 'down' }]);
  const worker = await start('worker');
  expect(await ask(worker)).toEqual([200, ALL]);
  expect(await says(api, { worker: 'ok' })).toBe(200);
  expect(await gauge(api, 'bridge_workers ')).toMatch(/ 1$/);
  await apps.pop()?.close();
  expect(await says(api, { worker: 'down' })).toBe(503);
});

test('a disk without room for an import is told, as long as there is none', async () => {
  const origin = await start('both', { SPOOL_MIN_FREE_MB: '1000000000' });
  expect(await ask(origin)).toEqual([503, { ...ALL, disk: 'down' }]);
  expect(await gauge(origin, 'bridge_spool_free_bytes')).toMatch(/ \d+/);
});
