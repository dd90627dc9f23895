import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Project } from '@medplum/fhirtypes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SANDBOX_KEYS, type SandboxFasten, startFasten } from '../../sandbox/fasten/start-fasten.ts';
import { signIn } from '../../sandbox/medplum/open-sandbox.ts';
import { type SandboxMedplum, startMedplum } from '../../sandbox/medplum/start-medplum.ts';
import { seed } from '../../sandbox/seed.ts';
import { doctorCommand, examine } from '../commands/doctor-command.ts';
import { type TestRedis, withRedis } from '../test/with-redis.ts';
import type { Finding } from './finding.ts';

const [BRIDGE, , OTHER, ADMIN] = seed.clients;

let medplum: SandboxMedplum;
let fasten: SandboxFasten;
let redis: TestRedis;
let folder: string;
let healthy: Record<string, string>;

beforeAll(async () => {
  [medplum, fasten, redis] = await Promise.all([startMedplum(), startFasten(), withRedis({ persistent: true })]);
  folder = await mkdtemp(join(tmpdir(), 'doctor-'));
  const admin = await signIn(medplum.baseUrl, 3);
  await admin.post(`admin/projects/${admin.getProject()?.id}/bot`, { name: 'any' });
  healthy = {
    MEDPLUM_BASE_URL: medplum.baseUrl,
    MEDPLUM_CLIENT_ID: BRIDGE?.id ?? '',
    MEDPLUM_CLIENT_SECRET: BRIDGE?.secret ?? '',
    MEDPLUM_ADMIN_CLIENT_ID: ADMIN?.id ?? '',
    MEDPLUM_ADMIN_CLIENT_SECRET: ADMIN?.secret ?? '',
    REDIS_URL: redis.url,
    FASTEN_BASE_URL: fasten.baseUrl,
    FASTEN_PUBLIC_ID: SANDBOX_KEYS.publicId,
    FASTEN_PRIVATE_KEY: SANDBOX_KEYS.privateKey,
    FASTEN_WEBHOOK_SECRETS: SANDBOX_KEYS.webhookSecret,
    SPOOL_DIR: join(folder, 'spool'),
    SPOOL_MIN_FREE_MB: '1',
  };
});

afterAll(async () => {
  await Promise.all([medplum.close(), fasten.close(), redis.close()]);
  await rm(folder, { recursive: true });
});

async function faultsOf(more: Record<string, string>, now = Date.now): Promise<string[]> {
  const findings = await examine({ ...healthy, ...more }, 100_000, now);
  return findings.filter(({ state }) => state === 'fault').map(({ about, text }) => `${about}: ${text}`);
}

test('where all is well it says so of each thing, and the command exits with 0', async () => {
  const said: string[] = [];
  const { log } = console;
  console.log = (line: string) => said.push(line);
  const code = await doctorCommand.run(['--json'], healthy);
  console.log = log;
  const findings: Finding[] = JSON.parse(said.join(''));
  expect(findings.filter(({ state }) => state === 'fault')).toEqual([]);
  expect(code).toBe(0);
  const looked = [...new Set(findings.map(({ about }) => about))];
  expect(looked).toEqual(['configuration', 'keys', 'webhook', 'fasten', 'medplum', 'quota', 'redis', 'spool', 'clock']);
  expect(said.join('')).not.toContain(SANDBOX_KEYS.privateKey);
});

const NOBODY = 'http://127.0.0.1:1/';

/** One setting that is wrong, and what is said of it. */
const broken: Readonly<Record<string, readonly [Record<string, string>, RegExp]>> = {
  'a key that is missing': [{ FASTEN_PUBLIC_ID: '' }, /^configuration: FASTEN_PUBLIC_ID is missing/],
  'keys of two modes': [
    { FASTEN_PRIVATE_KEY: 'private_live_abc' },
    /^configuration: .* is a live key but .* is a test one/,
  ],
  'a webhook secret that can be guessed': [{ FASTEN_WEBHOOK_SECRETS: 'whsec_YWJj' }, /^configuration: .*too short/],
  'keys that are exchanged': [
    { FASTEN_PUBLIC_ID: SANDBOX_KEYS.privateKey, FASTEN_PRIVATE_KEY: SANDBOX_KEYS.publicId },
    /^keys: FASTEN_PUBLIC_ID is a private key/,
  ],
  'a Fasten that cannot be reached': [
    { FASTEN_BASE_URL: `${NOBODY}v1` },
    /^fasten: .* does not answer: let this machine out/,
  ],
  'a public id that Fasten does not know': [
    { FASTEN_PUBLIC_ID: 'public_test_other' },
    /^fasten: .* does not know FASTEN_PUBLIC_ID/,
  ],
  'a private key that Fasten refuses': [
    { FASTEN_PRIVATE_KEY: 'private_test_other' },
    /^fasten: Fasten refuses FASTEN_PRIVATE_KEY/,
  ],
  'a Medplum that cannot be reached': [{ MEDPLUM_BASE_URL: NOBODY }, /^medplum: .* does not answer: start it/],
  'a client that Medplum does not know': [
    { MEDPLUM_CLIENT_SECRET: 'wrong' },
    /^medplum: .* refused the client credentials/,
  ],
  'a bridge that is an admin': [
    { MEDPLUM_CLIENT_ID: ADMIN?.id ?? '', MEDPLUM_CLIENT_SECRET: ADMIN?.secret ?? '' },
    /^medplum: MEDPLUM_CLIENT_ID is an admin/,
  ],
  'a bridge without a policy': [
    { MEDPLUM_CLIENT_ID: OTHER?.id ?? '', MEDPLUM_CLIENT_SECRET: OTHER?.secret ?? '' },
    /^medplum: MEDPLUM_CLIENT_ID may read everything and make bots/,
  ],
  'an eraser that is no admin': [
    { MEDPLUM_ADMIN_CLIENT_ID: OTHER?.id ?? '', MEDPLUM_ADMIN_CLIENT_SECRET: OTHER?.secret ?? '' },
    /^medplum: MEDPLUM_ADMIN_CLIENT_ID is no admin/,
  ],
  'a Redis that cannot be reached': [{ REDIS_URL: 'redis://127.0.0.1:1' }, /^redis: it does not answer/],
  'a disk that is full': [{ SPOOL_MIN_FREE_MB: '1000000000' }, /^spool: .* less than SPOOL_MIN_FREE_MB/],
};

test.each(Object.keys(broken))('it finds %s', async (name) => {
  const [more, words] = broken[name] ?? [{}, /never/];
  const faults = await faultsOf(more);
  expect(faults.find((fault) => words.test(fault)) ?? faults).toMatch(words);
});

test('it finds a spool that cannot be written', async () => {
  await writeFile(join(folder, 'file'), '');
  expect(await faultsOf({ SPOOL_DIR: join(folder, 'file/spool') })).toEqual([
    expect.stringMatching(/^spool: .*cannot be written/),
  ]);
});

test('it finds that transactions are off', async () => {
  medplum.switches.transactionBundles = false;
  expect(await faultsOf({})).toEqual([expect.stringMatching(/^medplum: transactions are off/)]);
  medplum.switches.transactionBundles = true;
});

test('it finds features that the project lacks', async () => {
  const superAdmin = await signIn(medplum.baseUrl, 4);
  const project: Project = await superAdmin.readResource('Project', seed.projects[0]?.id ?? '');
  const changed = await superAdmin.updateResource<Project>({ ...project, features: ['transaction-bundles'] });
  expect(await faultsOf({})).toEqual([expect.stringMatching(/^medplum: the project lacks bots/)]);
  await superAdmin.updateResource<Project>({ ...changed, features: project.features ?? [] });
});

test('it finds a quota that is too low for what is expected', async () => {
  medplum.switches.quota = { fhirInteractionsPerMinute: 20_000 };
  expect(await faultsOf({})).toEqual([expect.stringMatching(/^quota: .*raise userFhirQuota/)]);
  medplum.switches.quota = undefined;
});

test('it finds a Redis that drops jobs, and one that forgets', async () => {
  // One of its own: a Redis that begins an AOF cannot be stopped before it is written.
  const careless = await withRedis({ persistent: false });
  await careless.redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
  expect(await faultsOf({ REDIS_URL: careless.url })).toEqual([
    expect.stringMatching(/^redis: maxmemory-policy is allkeys-lru.*set noeviction/),
    expect.stringMatching(/^redis: appendonly is off/),
  ]);
  await careless.close();
});

test('it finds a clock that is apart from the others’', async () => {
  expect(await faultsOf({}, () => Date.now() + 600_000)).toEqual([
    expect.stringMatching(/^clock: \d+ s apart from Medplum/),
    expect.stringMatching(/^clock: \d+ s apart from Fasten/),
  ]);
});

test('it finds a Medplum that is too old', async () => {
  const old = createServer((_req, res) => res.end(JSON.stringify({ ok: true, version: '4.5.2-abc' })));
  await new Promise<void>((resolve) => old.listen(0, '127.0.0.1', resolve));
  const faults = await faultsOf({ MEDPLUM_BASE_URL: `http://127.0.0.1:${(old.address() as AddressInfo).port}/` });
  expect(faults[0]).toMatch(/^medplum: version 4.5.2-abc is too old/);
  old.closeAllConnections();
  await new Promise((resolve) => old.close(resolve));
});
