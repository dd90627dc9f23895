import type { Consent } from '@medplum/fhirtypes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SandboxMedplum, startMedplum } from '../../sandbox/medplum/start-medplum.ts';
import { ORG_CONNECTION_SYSTEM } from '../contract/identifiers.ts';
import { heldTask, holdFromTask } from '../contract/import-hold.ts';
import type { ImportReport } from '../contract/import-report.ts';
import { importStatusFromTask } from '../contract/import-status.ts';
import { PermanentError } from '../errors.ts';
import { changeTask } from '../medplum/change-task.ts';
import { createMedplum, type MedplumConnection } from '../medplum/client/create-medplum.ts';
import type { StoredConsent } from '../medplum/find-connection.ts';
import { createLog } from '../observe/log.ts';
import { createMetrics } from '../observe/metrics.ts';
import type { Payload } from '../queue/specs.ts';
import { BRIDGE_CLIENT } from '../test/import-world.ts';
import { withAnnouncement } from './announce.ts';
import { ensureTask } from './ensure-task.ts';
import { createImportJob, type LoadRequest } from './import-export.job.ts';
import type { Loaded } from './load-lineage.ts';

const REPORT: ImportReport = {
  connection: 'c1',
  lines: 3,
  created: 2,
  updated: 0,
  unchanged: 0,
  duplicate: 0,
  quarantined: 1,
  skipped: 0,
  receivedByType: { Patient: 1, Observation: 2 },
  storedByType: { Patient: 1, Observation: 1 },
  problemsByCode: { 'no-id': 1 },
  repairsByRule: {},
  problems: [{ line: 3, file: 0, disposition: 'quarantined', code: 'no-id', resourceType: 'Observation' }],
};

let server: SandboxMedplum;
let medplum: MedplumConnection;

beforeAll(async () => {
  server = await startMedplum();
  medplum = await createMedplum({ baseUrl: server.baseUrl, ...BRIDGE_CLIENT });
});

afterAll(async () => {
  await medplum.close();
  await server.close();
});

/** A connection with a Task and a job for it; the disk and the ingest are stand-ins, Medplum is not. */
async function prepare(status: Consent['status'], load: (request: LoadRequest) => Promise<Loaded>) {
  const patient = await medplum.client.createResource({ resourceType: 'Patient' });
  const consent = await medplum.client.createResource<Consent>({
    resourceType: 'Consent',
    identifier: [{ system: ORG_CONNECTION_SYSTEM, value: crypto.randomUUID() }],
    status,
    scope: { text: 'privacy' },
    category: [{ text: 'connection' }],
    policyRule: { text: 'opt in' },
    patient: { reference: `Patient/${patient.id}` },
  });
  const exportId = crypto.randomUUID();
  const task = await ensureTask(medplum.client, consent as StoredConsent, exportId);
  const files = [{ exportId, fileId: 'a.jsonl', format: 'ndjson' as const }];
  const payload: Payload<'import'> = { taskId: task.id, consentId: consent.id, exportId, files };
  const loaded: LoadRequest[] = [];
  const announced: string[] = [];
  const job = createImportJob({
    medplum: medplum.client,
    holdLock: (_name, signal, work) => work(signal),
    withFolder: (_name, work) => work('/spool'),
    fetchFile: async () => 10,
    load: (request) => {
      loaded.push(request);
      return load(request);
    },
    announceImport: async ({ id }) => {
      announced.push(id);
    },
    log: createLog('silent'),
    metrics: createMetrics(),
    watchEveryMs: 20,
  });
  const context = { jobId: 'j1', signal: new AbortController().signal, report: async () => undefined };
  return {
    loaded,
    announced,
    patient,
    taskId: task.id,
    consent,
    run: () => job.run(payload, context),
    gaveUp: (code: string) => job.gaveUp(payload, { code, message: 'a sentence of ours' }),
    readTask: () => medplum.client.readResource('Task', task.id),
    readStatus: async () => importStatusFromTask(await medplum.client.readResource('Task', task.id)),
  };
}

test('bots are told of an import that is done, once more by a job that finds it done, and of none that failed', async () => {
  const { run, announced, taskId } = await prepare('active', async () => REPORT);
  await run();
  await run();
  expect(announced).toEqual([taskId, taskId]);
  const refused = await prepare('active', async () => {
    throw new PermanentError('bad-export', 'it cannot be read');
  });
  await expect(refused.run()).rejects.toThrow('it cannot be read');
  expect(refused.announced).toEqual([]);
});

test('the Task tells the counts of the import and that it is done', async () => {
  const { run, readStatus, readTask, loaded, patient } = await prepare('active', async () => REPORT);
  const retrieved = new Date((await readTask()).authoredOn ?? '');
  await run();
  expect(loaded).toMatchObject([
    { files: ['/spool/0.jsonl'], patient: { reference: `Patient/${patient.id}` }, retrieved },
  ]);
  const { lines, created, quarantined } = REPORT;
  expect(await readStatus()).toMatchObject({
    status: 'completed',
    phase: 'loaded',
    counts: { lines, created, quarantined },
    storedByType: REPORT.storedByType,
  });
});

test('what was announced and did not arrive is told by the Task', async () => {
  const { run, taskId, readTask } = await prepare('active', async () => REPORT);
  const announced = { total: REPORT.lines + 2 };
  const ready = { eventId: 'e', orgConnectionId: 'c', exportId: 'x', files: [], refusedLinks: 0, announced };
  await changeTask(medplum.client, taskId, (task) => withAnnouncement(task, ready));
  await run();
  const { output } = await readTask();
  const told = output?.find(({ type }) => type.coding?.[0]?.code === 'fewer-than-announced');
  expect(told?.valueInteger).toBe(2);
});

test('an import that is done is not done again', async () => {
  const { run, loaded } = await prepare('active', async () => REPORT);
  await run();
  await run();
  expect(loaded).toHaveLength(1);
});

test('a run that was killed after it told the patient, and before its Task said so, tells nothing twice', async () => {
  const { run, gaveUp, readTask, patient } = await prepare('active', async () => REPORT);
  await run();
  await medplum.client.updateResource({ ...(await readTask()), status: 'in-progress' });
  await run();
  await medplum.client.updateResource({ ...(await readTask()), status: 'in-progress' });
  await gaveUp('disk-full');
  await gaveUp('disk-full');
  const query = `subject=Patient/${patient.id}&_sort=sent`;
  const told = await medplum.client.searchResources('Communication', query, { cache: 'reload' });
  expect(told.map(({ identifier }) => identifier?.[0]?.value?.replace(/^.*\//, ''))).toEqual(['completed', 'failed']);
});

test('a revoked connection loads nothing and its Task is cancelled', async () => {
  const { run, gaveUp, loaded, readStatus } = await prepare('inactive', async () => REPORT);
  await expect(run()).rejects.toMatchObject({ name: 'PermanentError', code: 'connection-revoked' });
  await gaveUp('connection-revoked');
  expect(loaded).toEqual([]);
  expect(await readStatus()).toMatchObject({ status: 'cancelled', reason: 'connection-revoked' });
});

test('a load that runs stops when its connection ends', async () => {
  const started = Promise.withResolvers<void>();
  const { run, gaveUp, consent, readStatus } = await prepare('active', ({ signal }) => {
    started.resolve();
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  });
  const running = run().catch((error: unknown) => error);
  await started.promise;
  await medplum.client.updateResource({ ...consent, status: 'inactive' });
  expect(await running).toMatchObject({ name: 'PermanentError', code: 'connection-revoked' });
  await gaveUp('connection-revoked');
  expect(await readStatus()).toMatchObject({ status: 'cancelled', reason: 'connection-revoked' });
});

test('an import that fails for good says why, and a later one that succeeds takes it back', async () => {
  let isBroken = true;
  const { run, gaveUp, readStatus } = await prepare('active', async () => {
    if (isBroken) {
      throw new PermanentError('not-jsonl', 'the file is not JSONL');
    }
    return REPORT;
  });
  await expect(run()).rejects.toMatchObject({ code: 'not-jsonl' });
  await gaveUp('not-jsonl');
  expect(await readStatus()).toMatchObject({ status: 'failed', phase: 'failed', reason: 'not-jsonl' });
  isBroken = false;
  await run();
  const status = await readStatus();
  expect(status.status).toBe('completed');
  expect(status.reason).toBeUndefined();
});

test('when another run has taken the connection over, the job comes back later', async () => {
  const { run } = await prepare('active', () => Promise.reject(new PermanentError('import-running', 'wait')));
  await expect(run()).rejects.toMatchObject({ name: 'TryLater', reason: 'import-running' });
});

test("Fasten's task id belongs to one connection only", async () => {
  const first = await medplum.client.createResource<Consent>({
    resourceType: 'Consent',
    status: 'active',
    scope: { text: 'privacy' },
    category: [{ text: 'connection' }],
    policyRule: { text: 'opt in' },
  });
  const second = await medplum.client.createResource<Consent>({ ...first });
  await ensureTask(medplum.client, first as StoredConsent, 'same');
  const again = ensureTask(medplum.client, second as StoredConsent, 'same');
  await expect(again).rejects.toMatchObject({ code: 'export-of-another-connection' });
});

test('records of somebody else put the Task on hold, and the job does not come back to it', async () => {
  const { run, gaveUp, loaded, readTask, patient } = await prepare('active', async () => ({ held: ['birth-date'] }));
  await run();
  const held = await readTask();
  expect(importStatusFromTask(held)).toMatchObject({ status: 'on-hold', phase: 'held', reason: 'patient-differs' });
  expect([held.for, held.focus?.reference]).toEqual([undefined, undefined]);
  const [file] = holdFromTask(held).files;
  expect(JSON.parse(file ?? '')).toMatchObject({ fileId: 'a.jsonl', format: 'ndjson' });
  expect(holdFromTask(held)).toMatchObject({ candidate: `Patient/${patient.id}`, differences: ['birth-date'] });
  await run();
  await gaveUp('too-late');
  expect(loaded).toHaveLength(1);
  expect((await readTask()).meta?.versionId).toBe(held.meta?.versionId);
});

test('an import on hold is found again by its connection', async () => {
  const consent = await medplum.client.createResource<Consent>({
    resourceType: 'Consent',
    identifier: [{ system: ORG_CONNECTION_SYSTEM, value: 'c-held' }],
    status: 'active',
    scope: { text: 'privacy' },
    category: [{ text: 'connection' }],
    policyRule: { text: 'opt in' },
  });
  const task = await ensureTask(medplum.client, consent as StoredConsent, 'held-export');
  const hold = { connection: 'c-held', candidate: 'Patient/p', differences: ['sex'] };
  await medplum.client.updateResource(heldTask(task, hold));
  expect((await ensureTask(medplum.client, consent as StoredConsent, 'held-export')).id).toBe(task.id);
});
