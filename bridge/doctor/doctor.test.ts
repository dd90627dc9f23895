import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Project } from '@medplum/fhirtypes';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { SANDBOX_KEYS, type SandboxFasten, startFasten } from '../../sandbox/fasten/start-fasten.ts';
import { signIn } from '../../sandbox/medplum/open-sandbox.ts';
import { type SandboxMedplum, startMedplum } from '../../sandbox/medplum/start-medplum.ts';
import { seed } from '../../sandbox/seed.ts';
import { doctorCommand } from '../commands/doctor-command.ts';
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

/** Runs the command and gives what it found; its exit code has to say whether there is a fault. */
async function findingsOf(more: Record<string, string>): Promise<Finding[]> {
  const print = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  try {
    const code = await doctorCommand.run(['--json'], { ...healthy, ...more });
    const findings: Finding[] = JSON.parse(String(print.mock.calls[0]?.[0]));
    expect(code).toBe(findings.some(({ state }) => state === 'fault') ? 1 : 0);
    return findings;
  } finally {
    print.mockRestore();
  }
}

async function faultsOf(more: Record<string, string>): Promise<string[]> {
  const faults = (await findingsOf(more)).filter(({ state }) => state === 'fault');
  return faults.map(({ about, text }) => `${about}: ${text}`);
}

/** Runs it as whoever waits for a container does. */
async function runProcess(more: Record<string, string>): Promise<{ code: unknown; said: string }> {
  const env = { PATH: process.env.PATH, ...healthy, ...more };
  const child = spawn(process.execPath, [join(import.meta.dirname, '../cli.ts'), 'doctor'], { env, cwd: folder });
  let said = '';
  child.stdout.on('data', (chunk) => {
    said += chunk;
  });
  const [code] = await once(child, 'close');
  return { code, said };
}

test('where all is well it says so of each thing', async () => {
  const findings = await findingsOf({});
  expect(findings.filter(({ state }) => state === 'fault')).toEqual([]);
  const looked = [...new Set(findings.map(({ about }) => about))];
  expect(looked).toEqual(['configuration', 'keys', 'webhook', 'fasten', 'medplum', 'quota', 'redis', 'spool', 'clock']);
  expect(JSON.stringify(findings)).not.toContain(SANDBOX_KEYS.privateKey);
});

test('an API, which keeps no exports, is not asked for a disk, and a worker not for the webhook’s secret', async () => {
  const file = join(folder, 'no-folder');
  await writeFile(file, '');
  expect(await faultsOf({ BRIDGE_ROLE: 'api', SPOOL_DIR: file })).toEqual([]);
  expect(await faultsOf({ BRIDGE_ROLE: 'worker', FASTEN_WEBHOOK_SECRETS: '' })).toEqual([]);
});

test('the process ends with 0 where all is well, and with 1 and a line for a person where anything is not', async () => {
  expect((await runProcess({})).code).toBe(0);
  const { code, said } = await runProcess({ FASTEN_PRIVATE_KEY: 'private_test_other' });
  expect(code).toBe(1);
  expect(said).toMatch(/^FAULT {4}fasten {9}Fasten refuses FASTEN_PRIVATE_KEY .*copy it again/m);
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
  'an eraser that Medplum does not know': [
    { MEDPLUM_ADMIN_CLIENT_SECRET: 'wrong' },
    /^medplum: .* refuses MEDPLUM_ADMIN_CLIENT_ID and its secret/,
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

test('it finds a Redis that may drop jobs', async () => {
  await redis.redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
  expect(await faultsOf({})).toEqual([
    expect.stringMatching(/^redis: maxmemory-policy is allkeys-lru.*set noeviction/),
  ]);
  await redis.redis.config('SET', 'maxmemory-policy', 'noeviction');
});

test('it finds a Redis that forgets when it ends', async () => {
  // One of its own: a Redis that begins an AOF cannot be stopped before it is written.
  const forgetful = await withRedis({ persistent: false });
  expect(await faultsOf({ REDIS_URL: forgetful.url })).toEqual([expect.stringMatching(/^redis: appendonly is off/)]);
  await forgetful.close();
});

test('without any environment it says so first', async () => {
  const [first = '', ...others] = await faultsOf({ MEDPLUM_BASE_URL: '', REDIS_URL: '' });
  expect(first).toMatch(/^configuration: this is not the environment of a bridge: start it in the folder/);
  expect(others.length).toBeGreaterThan(1);
});

/** Fasten with another clock, or other words; undefined leaves them as they are. */
async function faultsWith(change: { date?: Date; words?: readonly [string, string] }): Promise<string[]> {
  const standIn = createServer(async (req, res) => {
    const { authorization = '' } = req.headers;
    const answer = await fetch(new URL(req.url ?? '', fasten.baseUrl), { headers: { authorization } });
    res.writeHead(answer.status, { date: (change.date ?? new Date()).toUTCString() });
    const [from, to] = change.words ?? ['', ''];
    res.end((await answer.text()).replace(from, to));
  });
  await new Promise<void>((resolve) => standIn.listen(0, '127.0.0.1', resolve));
  try {
    return await faultsOf({ FASTEN_BASE_URL: `http://127.0.0.1:${(standIn.address() as AddressInfo).port}/v1` });
  } finally {
    standIn.closeAllConnections();
    await new Promise((resolve) => standIn.close(resolve));
  }
}

test('it finds a clock that is apart from the others’', async () => {
  expect(await faultsWith({ date: new Date(Date.now() - 600_000) })).toEqual([
    expect.stringMatching(/^clock: \d+ s apart from Fasten.*run NTP/),
  ]);
});

test('it finds an organisation that is not active at Fasten', async () => {
  expect(await faultsWith({ words: ['"active"', '"inactive"'] })).toEqual([
    expect.stringMatching(/^fasten: the organisation .* is inactive at Fasten/),
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
