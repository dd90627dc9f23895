import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MedplumClient } from '@medplum/core';
import type { AuditEvent } from '@medplum/fhirtypes';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { seed } from '../../sandbox/seed.ts';
import type { Act } from '../audit/audit.ts';
import { removed } from '../audit/audit-retention.ts';
import { readAges } from '../config.ts';
import { ledgerFromTask, rawExportsFromTask, wasRemoved } from '../contract/import-task.ts';
import { importFile } from '../ingest/import-file.ts';
import { isNewestLedger, namespaceOfTask } from '../ingest/ledger/find-import.ts';
import { changeTask, type StoredTask } from '../medplum/change-task.ts';
import { createMedplum, type MedplumConnection } from '../medplum/client/create-medplum.ts';
import { createLog } from '../observe/log.ts';
import { createMetrics } from '../observe/metrics.ts';
import { createLock } from '../queue/hold-lock.ts';
import { BRIDGE_CLIENT, type ImportWorld, startImportWorld } from '../test/import-world.ts';
import { type TestRedis, withRedis } from '../test/with-redis.ts';
import { createRetainJob } from './retain.job.ts';

const DAY_MS = 24 * 3600 * 1000;
const OWN = { reference: `ClientApplication/${BRIDGE_CLIENT.clientId}`, display: 'bridge' };

let world: ImportWorld;
let store: TestRedis;
let admin: MedplumConnection;
let journals: string;
let acts: Act[];

beforeAll(async () => {
  [world, store] = await Promise.all([startImportWorld(), withRedis()]);
  const client = seed.clients.find((each) => each.admin);
  const baseUrl = world.server.baseUrl;
  admin = await createMedplum({ baseUrl, clientId: client?.id ?? '', clientSecret: client?.secret ?? '' });
  journals = await mkdtemp(join(tmpdir(), 'retain-'));
});

beforeEach(() => {
  acts = [];
});

afterAll(async () => {
  await admin.close();
  await Promise.all([world.close(), store.close()]);
  await rm(journals, { recursive: true, force: true });
});

const lockOf = async (task: StoredTask) => `${await namespaceOfTask(world.medplum, task)}`;
const holdLock = () => createLock(store.redis, { prefix: store.prefix });

/** Runs the job as if so many days had passed. */
async function runAfter(days: number, client?: MedplumClient): Promise<void> {
  const retain = createRetainJob({
    medplum: world.medplum,
    admin: client,
    ownReference: OWN.reference,
    ages: readAges({}),
    isNewestLedger: (task) => isNewestLedger(world.medplum, task),
    holdLock: holdLock(),
    lockOf,
    audit: (act) => acts.push(act),
    sweepLocal: async () => ({ 'support-event': 0, spool: 0 }),
    keepDone: async () => undefined,
    now: () => Date.now() + days * DAY_MS,
    log: createLog('silent'),
    metrics: createMetrics(),
  });
  await retain({}, { signal: new AbortController().signal });
}

async function importLines(connection: string, lines: readonly (object | string)[]): Promise<StoredTask> {
  await importFile(world.medplum, { file: await world.writeFile(lines), connection, journals });
  const tasks = await world.stored<StoredTask>('Task', connection);
  return tasks.toSorted((a, b) =>
    (b.executionPeriod?.end ?? '').localeCompare(a.executionPeriod?.end ?? ''),
  )[0] as StoredTask;
}

const readAgain = (task: StoredTask): Promise<StoredTask> =>
  world.medplum.readResource('Task', task.id, { cache: 'reload' });

async function exists(reference = ''): Promise<boolean> {
  const authorization = `Bearer ${world.medplum.getAccessToken()}`;
  const { ok } = await fetch(`${world.server.baseUrl}fhir/R4/${reference}`, { headers: { authorization } });
  return ok;
}

const rawOf = (task: StoredTask) => rawExportsFromTask(task)[0]?.reference;
const PATIENT = { resourceType: 'Patient', id: 'p' };
const organization = (name: string) => ({ resourceType: 'Organization', id: 'o', name });

test('a raw export goes at its age and not before; what is running, on hold or in quarantine keeps its own', async () => {
  const clean = await importLines('clean', [PATIENT]);
  const quarantined = await importLines('quarantined', [PATIENT, 'not json']);
  const running = await importLines('running', [PATIENT]);
  await changeTask(world.medplum, running.id, (task) => ({ ...task, status: 'in-progress' }));
  const held = await importLines('held', [PATIENT]);
  await changeTask(world.medplum, held.id, (task) => ({ ...task, status: 'on-hold' }));
  const locked = await importLines('locked', [PATIENT]);
  const all = [clean, quarantined, running, held, locked];
  const left = async () => Promise.all(all.map((task) => exists(rawOf(task))));

  await runAfter(364);
  expect(await left()).toEqual([true, true, true, true, true]);
  await holdLock()('locked', new AbortController().signal, () => runAfter(366));
  expect(await left()).toEqual([false, true, true, true, true]);
  expect(acts).toEqual([
    { what: 'removed', kind: 'raw-export', task: `Task/${clean.id}`, patient: clean.for?.reference, count: 1 },
  ]);
  const told = await readAgain(clean);
  expect([rawExportsFromTask(told), wasRemoved(told, 'raw-export')]).toEqual([[], true]);
  expect(ledgerFromTask(told)).toEqual(ledgerFromTask(clean));

  acts = [];
  await runAfter(366);
  expect(await left()).toEqual([false, true, true, true, false]);
  expect(acts).toHaveLength(1);
  await runAfter(2191);
  expect(await left()).toEqual([false, false, true, true, false]);
});

test('of several pages each is looked at once, whatever is removed of them and whatever stays', async () => {
  const { id: _, meta, ...task } = await importLines('pages', [PATIENT]);
  const copies = Array.from({ length: 230 }, (__, n) => {
    const resource = { ...task, meta: { tag: meta?.tag ?? [] }, status: n % 3 === 0 ? 'on-hold' : task.status };
    return { request: { method: 'POST', url: 'Task' } as const, resource };
  });
  await world.medplum.executeBatch({ resourceType: 'Bundle', type: 'batch', entry: copies });
  await runAfter(366);
  const tasks = await world.stored<StoredTask>('Task', 'pages');
  const removed = (status: string) =>
    tasks.filter((one) => one.status === status).map((one) => wasRemoved(one, 'raw-export'));
  expect(removed('completed')).toEqual(Array.from({ length: 1 + 153 }, () => true));
  expect(removed('on-hold')).toEqual(Array.from({ length: 77 }, () => false));
});

test('a ledger goes at its age, but not the one that the next import is compared with', async () => {
  const first = await importLines('ledgers', [PATIENT, organization('A')]);
  const second = await importLines('ledgers', [PATIENT, organization('B')]);
  const left = async () => Promise.all([first, second].map((task) => exists(ledgerFromTask(task)?.reference)));
  expect(first.id).not.toBe(second.id);
  await runAfter(2189);
  expect(await left()).toEqual([true, true]);
  await runAfter(2191, admin.client);
  expect(await left()).toEqual([false, true]);
  expect(wasRemoved(await readAgain(first), 'ledger')).toBe(true);
  // What was deleted here stays deleted: the newest ledger is what tells of it.
  const third = await importLines('ledgers', [PATIENT]);
  expect(third.status).toBe('completed');
});

test('AuditEvents of the bridge are kept for six years, whoever asks; those of others for ever', async () => {
  const at = new Date().toISOString();
  const event = (reference: string): AuditEvent =>
    removed({ at, kind: 'ledger', count: 1 }, { reference, display: 'somebody' });
  const mine = await world.medplum.createResource(event(OWN.reference));
  const other = await world.medplum.createResource(event(`ClientApplication/${crypto.randomUUID()}`));
  const left = async () => {
    const ids = [mine.id, other.id].join(',');
    return (await world.medplum.searchResources('AuditEvent', { _id: ids }, { cache: 'reload' })).map(({ id }) => id);
  };
  await runAfter(6 * 365, admin.client);
  await runAfter(3000);
  expect((await left()).toSorted()).toEqual([mine.id, other.id].toSorted());
  await runAfter(6 * 366 + 1, admin.client);
  expect(await left()).toEqual([other.id]);
  expect(acts).toContainEqual(expect.objectContaining({ what: 'removed', kind: 'audit-events' }));
});

test('nobody can configure AuditEvents away before their time', () => {
  expect(() => readAges({ RETENTION_AUDIT_EVENT_YEARS: '5' })).toThrow(/RETENTION_AUDIT_EVENT_YEARS/);
});
