import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Observation, Patient, Provenance, Task } from '@medplum/fhirtypes';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { countsFromTask, rawExportsFromTask } from '../contract/import-task.ts';
import { uploadBinary } from '../medplum/binaries/upload-binary.ts';
import { type ImportWorld, type SourceLine, startImportWorld } from '../test/import-world.ts';
import { importFile } from './import-file.ts';
import { verifyImport } from './ledger/verify-import.ts';
import { type RedriveReport, redriveImport } from './redrive-import.ts';

let world: ImportWorld;
let connection: string;
let folder: string;
beforeAll(async () => {
  world = await startImportWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  connection = `redrive-${randomUUID()}`;
  folder = await mkdtemp(join(tmpdir(), 'redrive-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const LARGE = 40_000;
const LINES: readonly SourceLine[] = [
  { resourceType: 'Patient', id: 'p', name: [{ given: ['Ana'], family: 'Silva' }] },
  {
    resourceType: 'Observation',
    id: 'a',
    status: 'final',
    code: { text: 'Pulse' },
    subject: { reference: 'Patient/p' },
  },
  {
    resourceType: 'Observation',
    id: 'large',
    status: 'final',
    code: { text: 'Pulse' },
    subject: { reference: 'Patient/p' },
    note: [{ text: 'x'.repeat(LARGE) }],
  },
  'not json',
];

/** As a server takes it that refuses the large line. */
async function importSmall(lines = LINES, patient?: string): Promise<void> {
  const { maxJsonBytes } = world.server.switches;
  world.server.switches.maxJsonBytes = LARGE;
  await importFile(world.medplum, { file: await world.writeFile(lines), connection, patient });
  world.server.switches.maxJsonBytes = maxJsonBytes;
}

function redrive(taskId?: string): Promise<RedriveReport> {
  const { signal } = new AbortController();
  return redriveImport(world.medplum, { namespace: connection, taskId, folder, signal });
}

async function theTask(): Promise<Task & { id: string }> {
  const [task] = await world.stored<Task>('Task', connection);
  return task as Task & { id: string };
}

test('a line that the server takes now is loaded, what is stored stays as it is, and the Task tells', async () => {
  await importSmall();
  const [patient] = await world.stored<Patient>('Patient', connection);
  const [earlier] = await world.stored<Provenance>('Provenance', connection);
  const { before, after, report, task } = await redrive();
  expect(before).toEqual({ 'not-json': 1, 'refused-by-server': 1 });
  expect(after).toEqual({ 'not-json': 1 });
  expect(report).toMatchObject({ created: 1, unchanged: 2, updated: 0, quarantined: 1 });
  const told = await theTask();
  expect([told.id, told.status]).toEqual([task, 'completed']);
  expect(countsFromTask(told)).toMatchObject({ lines: 4, created: 1, unchanged: 2, quarantined: 1 });
  expect((await world.stored<Patient>('Patient', connection)).map(({ meta }) => meta?.versionId)).toEqual([
    patient?.meta?.versionId,
  ]);
  const provenance = await world.stored<Provenance>('Provenance', connection);
  expect(provenance.map(({ recorded }) => recorded)).toEqual([earlier?.recorded, earlier?.recorded]);
  const { found } = await verifyImport(world.medplum, { namespace: connection });
  expect(Object.values(found).every((count) => count === 0)).toBe(true);
});

test("records that were bound to the app's Patient are bound to it again", async () => {
  const app = await world.medplum.createResource<Patient>({ resourceType: 'Patient' });
  await importSmall(LINES, `Patient/${app.id}`);
  const { report } = await redrive();
  expect(report).toMatchObject({ created: 1, unchanged: 2, updated: 0 });
  const stored = await world.stored<Observation>('Observation', connection);
  const subjects = stored.map(({ subject }) => subject?.reference);
  expect(new Set(subjects)).toEqual(new Set([`Patient/${app.id}`]));
});

test('again without a fix, nothing is written', async () => {
  await importSmall(LINES.slice(0, 2).concat('not json'));
  const version = (await theTask()).meta?.versionId;
  const { before, after } = await redrive();
  expect(after).toEqual(before);
  expect((await theTask()).meta?.versionId).toBe(version);
});

test('a download that breaks off is taken up again', async () => {
  await importSmall();
  let cuts = 0;
  world.proxy.cut = (method, path) =>
    method === 'GET' && path.includes('/Binary/') && cuts++ < 3 ? 'before-server' : undefined;
  const { after } = await redrive();
  world.proxy.cut = () => undefined;
  expect(after).toEqual({ 'not-json': 1 });
});

test('a raw export that is not what its Task names is refused before anything is written', async () => {
  await importSmall();
  const task = await theTask();
  const id = await uploadBinary(world.medplum, { open: () => Readable.from('forged'), contentType: 'text/plain' });
  const [raw] = rawExportsFromTask(task);
  const forge = (reference: string) =>
    (task.output ?? []).map((one) =>
      one.valueReference?.reference === raw?.reference
        ? { ...one, valueReference: { ...one.valueReference, reference } }
        : one,
    );
  await world.medplum.updateResource<Task>({ ...task, output: forge(`Binary/${id}`) });
  await expect(redrive()).rejects.toMatchObject({ code: 'raw-export-changed' });
  await world.medplum.updateResource<Task>({ ...task, output: forge(`Binary/${randomUUID()}`) });
  await expect(redrive()).rejects.toMatchObject({ code: 'raw-export-missing' });
  const none = (task.output ?? []).filter(({ type }) => type.coding?.[0]?.code !== 'raw-export');
  await world.medplum.updateResource<Task>({ ...task, output: none });
  await expect(redrive()).rejects.toMatchObject({ code: 'no-raw-export' });
  expect(await readdir(folder)).not.toContain('1.jsonl');
  expect(await world.stored('Observation', connection)).toHaveLength(1);
});

test('a held import is decided first, one that never was has nothing to run', async () => {
  await expect(redrive()).rejects.toMatchObject({ code: 'no-completed-import' });
  const app = await world.medplum.createResource<Patient>({
    resourceType: 'Patient',
    name: [{ given: ['Luis'], family: 'Silva' }],
  });
  await expect(importSmall(LINES, `Patient/${app.id}`)).rejects.toMatchObject({ code: 'import-held' });
  world.server.switches.maxJsonBytes = 1 << 20;
  await expect(redrive()).rejects.toMatchObject({ code: 'import-held', message: expect.stringContaining('decide') });
  const { id } = await theTask();
  await expect(redrive(id)).rejects.toMatchObject({ code: 'import-held' });
});
