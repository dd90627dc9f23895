import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import type {
  DocumentReference,
  Encounter,
  Observation,
  Organization,
  Patient,
  Provenance,
  Resource,
  Task,
} from '@medplum/fhirtypes';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { generateExport } from '../../../sandbox/generator/generate-export.ts';
import { ledgerFromTask, rawExportsFromTask } from '../../contract/import-task.ts';
import { uploadBinary } from '../../medplum/binaries/upload-binary.ts';
import { type ImportWorld, type SourceLine, startImportWorld } from '../../test/import-world.ts';
import { importFile } from '../import-file.ts';
import { Findings } from './findings.ts';
import { type VerifyReport, verifyImport } from './verify-import.ts';

const CLEAN = new Findings().counts;

let world: ImportWorld;
let connection: string;
beforeAll(async () => {
  world = await startImportWorld();
});
afterAll(() => world.close());
beforeEach(() => {
  connection = `c-${randomUUID()}`;
});

const LINES = [
  { resourceType: 'Patient', id: 'p' },
  {
    resourceType: 'Encounter',
    id: 'e',
    status: 'finished',
    class: { code: 'AMB' },
    subject: { reference: 'Patient/p' },
  },
  { resourceType: 'Organization', id: 'org', name: 'Clinic' },
  ...['a', 'b', 'c'].map((id) => ({
    resourceType: 'Observation',
    id,
    status: 'final',
    code: { text: `Pulse ${id}` },
    subject: { reference: 'Patient/p' },
    encounter: { reference: 'Encounter/e' },
    performer: [{ reference: 'Practitioner/nowhere' }],
  })),
  'not json',
];

async function importLines(lines: readonly SourceLine[], patient?: string): Promise<void> {
  await importFile(world.medplum, { file: await world.writeFile(lines), connection, patient });
}

function verify(): Promise<VerifyReport> {
  return verifyImport(world.medplum, { namespace: connection });
}

/** The stored resource of a line. */
async function find<T extends Resource>(key: string): Promise<T & { id: string }> {
  const all = await world.stored<T>(key.split('/')[0] as T['resourceType'], connection);
  return all.find(({ meta }) => meta?.source?.endsWith(`#${key}`)) as T & { id: string };
}

async function theTask(): Promise<Task> {
  const [task] = await world.stored<Task>('Task', connection);
  return task as Task;
}

test('a generated export balances: nothing is found, with the records bound to their own Patient', async () => {
  await importLines([...generateExport({ seed: 11, resources: 700 })]);
  const { found, checked, counts } = await verify();
  expect(found).toEqual(CLEAN);
  expect([counts.lines, counts.unchanged]).toEqual([700, 0]);
  expect(checked).toBeGreaterThan(600);
});

test("nothing is found when the records are bound to the app's Patient", async () => {
  const app = await world.medplum.createResource<Patient>({ resourceType: 'Patient' });
  await importLines(LINES, `Patient/${app.id}`);
  expect((await verify()).found).toEqual(CLEAN);
});

test('a ring larger than a bundle, repeats and odd ids balance', async () => {
  const ring = Array.from({ length: 230 }, (_, n) => ({
    resourceType: 'Observation',
    id: `o|${n},\u2028ü/$`,
    status: 'final',
    code: { text: 'x' },
    hasMember: [{ reference: `Observation/o|${(n + 1) % 230},\u2028ü/$` }],
  }));
  await importLines([...ring, ...ring.slice(0, 20)]);
  const { found, checked } = await verify();
  expect([found, checked]).toEqual([CLEAN, 230]);
});

test('a deleted resource is missing', async () => {
  await importLines(LINES);
  const gone = await find<Observation>('Observation/b');
  await world.medplum.deleteResource('Observation', gone.id);
  const { found, findings } = await verify();
  expect(found).toEqual({ ...CLEAN, missing: 1 });
  expect(findings).toEqual([{ kind: 'missing', file: 0, line: 5, target: `Observation/${gone.id}` }]);
});

test('who refers to a deleted resource dangles, and counts as unchanged', async () => {
  await importLines(LINES);
  const { id } = await find<Encounter>('Encounter/e');
  await world.medplum.deleteResource('Encounter', id);
  const { found, findings } = await verify();
  expect(found).toEqual({ ...CLEAN, missing: 1, dangling: 3 });
  expect(new Set(findings.map(({ reference }) => reference))).toEqual(new Set([undefined, `Encounter/${id}`]));
});

test('an edited resource is changed', async () => {
  await importLines(LINES);
  const stored = await find<Observation>('Observation/a');
  await world.medplum.updateResource<Observation>({ ...stored, status: 'amended' });
  const { found, findings } = await verify();
  expect(found).toEqual({ ...CLEAN, changed: 1 });
  expect(findings).toEqual([{ kind: 'changed', file: 0, line: 4, target: `Observation/${stored.id}` }]);
});

test('a resource whose hash was taken off is changed', async () => {
  await importLines(LINES);
  const stored = await find<Organization>('Organization/org');
  await world.medplum.updateResource<Organization>({ ...stored, meta: { ...stored.meta, extension: [] } });
  expect((await verify()).found).toEqual({ ...CLEAN, changed: 1 });
});

test('a copied resource is doubled', async () => {
  await importLines(LINES);
  const { id, ...copy } = await find<Observation>('Observation/c');
  await world.medplum.createResource<Observation>(copy as Observation);
  const { found, findings } = await verify();
  expect(found).toEqual({ ...CLEAN, doubled: 1 });
  expect(findings).toEqual([{ kind: 'doubled', file: 0, line: 6, target: `Observation/${id}` }]);
});

test('a reference that was broken dangles', async () => {
  await importLines(LINES);
  const stored = await find<Observation>('Observation/a');
  const reference = `Encounter/${randomUUID()}`;
  await world.medplum.updateResource<Observation>({ ...stored, encounter: { reference } });
  const { found, findings } = await verify();
  expect(found).toEqual({ ...CLEAN, dangling: 1 });
  expect(findings).toEqual([{ kind: 'dangling', file: 0, line: 4, target: `Observation/${stored.id}`, reference }]);
});

test('a reference that was moved to another resource of the record is a change', async () => {
  await importLines([...LINES, { ...(LINES[1] as object), id: 'e2' }]);
  const stored = await find<Observation>('Observation/a');
  const { id } = await find<Encounter>('Encounter/e2');
  await world.medplum.updateResource<Observation>({ ...stored, encounter: { reference: `Encounter/${id}` } });
  expect((await verify()).found).toEqual({ ...CLEAN, changed: 1 });
});

test('a ledger in which one disposition was changed is found by its root and its counts', async () => {
  await importLines(LINES);
  const task = await theTask();
  const text = await (
    await world.medplum.download(world.medplum.fhirUrl(ledgerFromTask(task)?.reference ?? ''))
  ).text();
  const forged = text.replace('"quarantined"', '"skipped"');
  const id = await uploadBinary(world.medplum, {
    open: () => Readable.from(forged),
    contentType: 'application/x-ndjson',
  });
  const output = task.output?.map((one) =>
    one.valueReference?.reference === ledgerFromTask(task)?.reference
      ? { ...one, valueReference: { reference: `Binary/${id}` } }
      : one,
  );
  await world.medplum.updateResource<Task>({ ...task, output: output ?? [] });
  expect((await verify()).found).toEqual({ ...CLEAN, 'ledger-changed': 1, unbalanced: 1 });
});

const LETTER = [
  { resourceType: 'Patient', id: 'p' },
  { resourceType: 'Binary', id: 'b', contentType: 'text/plain', data: Buffer.from('a letter').toString('base64') },
  ...['d1', 'd2'].map((id) => ({
    resourceType: 'DocumentReference',
    id,
    status: 'current',
    subject: { reference: 'Patient/p' },
    content: [{ attachment: { contentType: 'text/plain', url: 'Binary/b' } }],
  })),
];

function store(text: string): Promise<string> {
  return uploadBinary(world.medplum, { open: () => Readable.from(text), contentType: 'text/plain' });
}

/** Points the stored attachment of `d1` somewhere else. */
async function attach(url: string): Promise<string> {
  const stored = await find<DocumentReference>('DocumentReference/d1');
  const content = stored.content.map((one) => ({ attachment: { ...one.attachment, url } }));
  await world.medplum.updateResource<DocumentReference>({ ...stored, content });
  return `DocumentReference/${stored.id}`;
}

test('the bytes of documents are read again, those of two carriers once', async () => {
  await importLines(LETTER);
  expect(await verify()).toMatchObject({ found: CLEAN, documents: 1 });
  const quick = await verifyImport(world.medplum, { namespace: connection, readsBytes: false });
  expect(quick).toMatchObject({ found: CLEAN, documents: 0 });
});

test('an attachment that leads to other bytes is a changed document', async () => {
  await importLines(LETTER);
  const reference = `Binary/${await store('another letter')}`;
  const target = await attach(reference);
  const { found, findings } = await verify();
  expect(found).toEqual({ ...CLEAN, 'document-changed': 1 });
  expect(findings).toEqual([{ kind: 'document-changed', file: 0, line: 3, target, reference }]);
});

test.each([
  ['a Binary that does not exist', `Binary/${randomUUID()}`],
  ['no Binary at all', 'urn:nowhere'],
])('an attachment that leads to %s is a missing document', async (_, url) => {
  await importLines(LETTER);
  await attach(url);
  expect((await verify()).found).toEqual({ ...CLEAN, 'document-missing': 1 });
});

test('who was written without a Provenance of the export is named', async () => {
  await importLines(LINES);
  const [provenance] = await world.stored<Provenance>('Provenance', connection);
  await world.medplum.deleteResource('Provenance', provenance?.id ?? '');
  const { found, findings } = await verify();
  expect(found).toEqual({ ...CLEAN, 'provenance-missing': 6 });
  expect(findings.map(({ line }) => line)).toEqual([1, 2, 3, 4, 5, 6]);
});

test("a resource that was taken out of the Patient's compartment is named", async () => {
  const app = await world.medplum.createResource<Patient>({ resourceType: 'Patient' });
  await importLines(LINES, `Patient/${app.id}`);
  const stored = await find<Organization>('Organization/org');
  const { accounts: _, ...meta } = stored.meta ?? {};
  await world.medplum.updateResource<Organization>({ ...stored, meta });
  expect((await verify()).found).toEqual({ ...CLEAN, 'account-missing': 1 });
});

/** Puts other bytes in the place of the raw export. */
async function forgeRawExport(forge: (text: string) => Promise<string>): Promise<void> {
  const task = await theTask();
  const [raw] = rawExportsFromTask(task);
  const text = await (await world.medplum.download(world.medplum.fhirUrl(raw?.reference ?? ''))).text();
  const reference = `Binary/${await forge(text)}`;
  const output = (task.output ?? []).map((one) =>
    one.valueReference?.reference === raw?.reference
      ? { ...one, valueReference: { ...one.valueReference, reference } }
      : one,
  );
  await world.medplum.updateResource<Task>({ ...task, output });
}

test.each([
  ['of which a line was changed', (text: string) => text.replace('Pulse b', 'Pulse x'), { 'raw-line-changed': 1 }],
  ['that was cut', (text: string) => text.slice(0, -4), { 'raw-line-changed': 1 }],
  ['that got a line more', (text: string) => `${text}\n{}`, { 'raw-bytes-unaccounted': 1 }],
  ['that got a blank line more', (text: string) => `${text}\n\n`, {}],
])('a raw export %s is found', async (_, change, found) => {
  await importLines(LINES);
  await forgeRawExport((text) => store(change(text)));
  expect((await verify()).found).toEqual({ ...CLEAN, 'raw-export-changed': 1, ...found });
});

test('a raw export that is gone is missing', async () => {
  await importLines(LINES);
  await forgeRawExport(async () => randomUUID());
  expect((await verify()).found).toEqual({ ...CLEAN, 'raw-export-missing': 1 });
});

test('a byte order mark, CRLF and blank lines are accounted for', async () => {
  const file = await world.writeFile([`\ufeff${JSON.stringify(LINES[0])}\r`, ' \t\r', JSON.stringify(LINES[2]), '']);
  await importFile(world.medplum, { file, connection });
  expect(await verify()).toMatchObject({ found: CLEAN, counts: { lines: 2 } });
});

test('the entries of a Bundle line are accounted for inside it', async () => {
  const entry = LINES.slice(1, 4).map((resource) => ({ resource }));
  const bundle = { resourceType: 'Bundle', type: 'collection', entry };
  await importLines([LINES[0] as object, bundle, LINES[4] as object]);
  expect(await verify()).toMatchObject({ found: CLEAN, counts: { lines: 6 } });
  await forgeRawExport((text) => store(text.replace('Pulse a', 'Pulse x')));
  // Both the entry and the line around it.
  expect((await verify()).found).toEqual({ ...CLEAN, 'raw-export-changed': 1, 'raw-line-changed': 2 });
});

test('the newest completed import is verified, or the one that is named', async () => {
  await importLines(LINES);
  const first = await theTask();
  await importLines(LINES.slice(0, 5));
  expect((await verify()).counts).toMatchObject({ lines: 5, unchanged: 5 });
  const { counts, found } = await verifyImport(world.medplum, { namespace: connection, taskId: first.id });
  expect(counts).toMatchObject({ lines: 7, created: 6, quarantined: 1 });
  expect(found).toEqual(CLEAN);
});

test('a ledger whose download breaks off is read on from where it was', async () => {
  await importLines([...generateExport({ seed: 3, resources: 300 })]);
  let cuts = 0;
  world.proxy.cut = (method, path) =>
    method === 'GET' && path.includes('/Binary/') && cuts++ < 2 ? 'before-server' : undefined;
  const { found } = await verify();
  world.proxy.cut = () => undefined;
  expect([found, cuts > 2]).toEqual([CLEAN, true]);
});

test.each([
  ['a connection that nobody imported', {}, 'no-completed-import'],
  ['a Task that does not exist', { taskId: randomUUID() }, 'task-missing'],
])('%s is refused', async (_, more, code) => {
  await expect(verifyImport(world.medplum, { namespace: connection, ...more })).rejects.toMatchObject({ code });
});

test("another connection's Task is refused", async () => {
  await importLines(LINES);
  const { id } = await theTask();
  const other = verifyImport(world.medplum, { namespace: 'other', taskId: id });
  await expect(other).rejects.toMatchObject({ code: 'task-of-another-connection' });
});

test('ids that differ only in half a character balance, and a missing one of them is told', async () => {
  const [encounter, organization] = [LINES[1] as object, LINES[2] as object];
  const halves = ['e\ud800', 'e\ud801', 'e\ufffd'].map((id) => ({ ...encounter, id }));
  const visits = halves.map(({ id }, n) => ({
    ...(LINES[3] as object),
    id: `v${n}\ud800`,
    encounter: { reference: `Encounter/${id}` },
  }));
  await importLines([LINES[0] ?? '', organization, ...halves, ...visits]);
  expect((await verify()).found).toEqual(CLEAN);

  const stored = await world.stored<Observation>('Observation', connection);
  const [visit] = stored.filter(({ encounter }) => encounter?.reference);
  await world.medplum.deleteResource('Encounter', visit?.encounter?.reference?.slice('Encounter/'.length) ?? '');
  expect((await verify()).found).toEqual({ ...CLEAN, missing: 1, dangling: 1 });
  await importLines([LINES[0] ?? '', organization, ...halves, ...visits]);
  expect((await verify()).found).toEqual(CLEAN);
});

test('a Provenance that the export brought is none of the import', async () => {
  const told = {
    resourceType: 'Provenance',
    id: 'told',
    recorded: '2024-01-01T00:00:00Z',
    agent: [{ who: { display: 'x' } }],
  };
  await importLines([...LINES, { ...told, target: [{ reference: 'Observation/a' }] }]);
  expect((await verify()).found).toEqual(CLEAN);
  const stored = await find<Provenance>('Provenance/told');
  const all = await world.stored<Provenance & { id: string }>('Provenance', connection);
  for (const { id } of all) if (id !== stored.id) await world.medplum.deleteResource('Provenance', id);
  expect((await verify()).found['provenance-missing']).toBe(7);
});
