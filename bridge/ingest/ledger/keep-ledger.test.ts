import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Observation, Provenance, Task } from '@medplum/fhirtypes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generateExport } from '../../../sandbox/generator/generate-export.ts';
import type { ImportReport } from '../../contract/import-report.ts';
import { DISPOSITIONS, ledgerFromTask, rawExportsFromTask } from '../../contract/import-task.ts';
import { type LedgerEntry, ledgerEntrySchema } from '../../contract/ledger-entry.ts';
import { type ImportWorld, type SourceLine, startImportWorld } from '../../test/import-world.ts';
import { importFile } from '../import-file.ts';
import { MerkleTree } from './merkle-tree.ts';

let world: ImportWorld;
beforeAll(async () => {
  world = await startImportWorld();
});
afterAll(() => world.close());

const observation = (id: string, more: object = {}) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { text: 'Pulse' },
  ...more,
});

async function importLines(connection: string, lines: readonly SourceLine[]) {
  const file = await world.writeFile(lines);
  const { report } = await importFile(world.medplum, { file, connection });
  return { file, report, task: await taskOf(connection) };
}

async function taskOf(connection: string): Promise<Task> {
  const [task] = await world.stored<Task>('Task', connection);
  if (!task) throw new Error('no Task');
  return task;
}

async function download(reference: string | undefined): Promise<Buffer> {
  const blob = await world.medplum.download(world.medplum.fhirUrl(reference ?? ''));
  return Buffer.from(await blob.arrayBuffer());
}

async function readLedger(task: Task): Promise<{ entries: LedgerEntry[]; lines: string[] }> {
  const text = (await download(ledgerFromTask(task)?.reference)).toString();
  const lines = text.split('\n').slice(0, -1);
  return { lines, entries: lines.map((line) => ledgerEntrySchema.parse(JSON.parse(line))) };
}

function countsOf(entries: readonly LedgerEntry[]): Partial<ImportReport> {
  const count = (name: string) => entries.filter(({ disposition }) => disposition === name).length;
  return Object.fromEntries(DISPOSITIONS.map((name) => [name, count(name)]));
}

/** Without a medication: what kind of thing it was cannot be said without inventing it. */
const UNREPAIRABLE = {
  resourceType: 'MedicationRequest',
  id: 'bad',
  status: 'active',
  intent: 'order',
  subject: { display: 'x' },
};

test('a line that says its id twice stands in the ledger under the one that counts', async () => {
  const twice = '{"resourceType":"Observation","id":"first","status":"final","code":{"text":"Pulse"},"id":"second"}';
  const { entries } = await readLedger((await importLines('twice', [twice, observation('first')])).task);
  expect(entries.map(({ key }) => key)).toEqual(['Observation/second', 'Observation/first']);
});

test('every line of a generated export has its entry, in order, over the bytes of the file', async () => {
  const { file, report, task } = await importLines('whole', [...generateExport({ seed: 5, resources: 400 })]);
  const { entries, lines } = await readLedger(task);
  expect(entries.length).toBe(report.lines);
  expect(report).toMatchObject(countsOf(entries));

  const bytes = await readFile(file);
  const at = ({ offset, length }: LedgerEntry) => bytes.subarray(offset, offset + length);
  expect(entries.every((entry) => hash('sha256', at(entry)) === entry.sha256)).toBe(true);
  const keys = entries.map((entry) => {
    const { resourceType, id } = JSON.parse(at(entry).toString());
    return `${resourceType}/${id}`;
  });
  expect(entries.map(({ key }) => key)).toEqual(keys);

  const tree = new MerkleTree();
  for (const line of lines) tree.add(line);
  expect(ledgerFromTask(task)?.merkleRoot).toBe(tree.root());
  const [observationEntry] = entries.filter(
    ({ key, disposition }) => key?.startsWith('Obs') && disposition === 'created',
  );
  const [type, id] = observationEntry?.target?.split('/') ?? [];
  const stored = await world.medplum.readResource(type as 'Observation', id ?? '');
  expect(stored.meta?.source?.endsWith(`#${observationEntry?.key}`)).toBe(true);
});

test('lines that were not loaded, repeats and blank lines stand where they stood', async () => {
  const lines = [
    '{"resourceType":"Observation"',
    '',
    observation('twice', { meta: { lastUpdated: '2026-01-01T00:00:00Z' } }),
    observation('twice', { meta: { lastUpdated: '2020-01-01T00:00:00Z' } }),
    UNREPAIRABLE,
    { ...observation('long'), note: [{ text: 'x'.repeat(1_200_000) }] },
  ];
  const { entries } = await readLedger((await importLines('mixed', lines)).task);
  expect(entries.map(({ line, disposition, code }) => [line, disposition, code])).toEqual([
    [1, 'quarantined', 'not-json'],
    [3, 'created', undefined],
    [4, 'duplicate', undefined],
    [5, 'quarantined', 'invalid-resource'],
    [6, 'created', undefined],
  ]);
  expect(entries[0]?.key).toBeUndefined();
  expect(entries[2]?.target).toBe(entries[1]?.target);
  expect(entries[3]).toMatchObject({ key: 'MedicationRequest/bad', expression: ['MedicationRequest.medication[x]'] });
  expect(entries[4]?.sha256).toBe(hash('sha256', JSON.stringify(lines[5])));
});

test('the raw export is kept byte by byte, and every Provenance names it', async () => {
  const { file, task } = await importLines('raw', [{ resourceType: 'Patient', id: 'p' }, observation('o')]);
  const [raw, ...more] = rawExportsFromTask(task);
  expect(more).toEqual([]);
  expect((await download(raw?.reference)).equals(await readFile(file))).toBe(true);
  const provenances = await world.stored<Provenance>('Provenance', 'raw');
  expect(provenances.map(({ entity }) => entity?.map(({ what }) => what.reference))).toEqual([[raw?.reference]]);
});

test('the raw export is kept before it is looked at: also one that cannot be loaded', async () => {
  const file = await world.writeFile(['name,born', 'Doe,1970']);
  const failed = importFile(world.medplum, { file, connection: 'csv' });
  await expect(failed).rejects.toMatchObject({ code: 'not-jsonl' });
  const [raw] = rawExportsFromTask(await taskOf('csv'));
  expect((await download(raw?.reference)).equals(await readFile(file))).toBe(true);
});

test('a second run that finds nothing to do writes nothing at all', async () => {
  const lines = [{ resourceType: 'Patient', id: 'p' }, observation('o'), UNREPAIRABLE];
  const first = await importLines('idle', lines);
  const writes: string[] = [];
  world.proxy.cut = (method, path) => {
    if (method !== 'GET' && path !== '/fhir/R4' && path !== '/fhir/R4/') writes.push(`${method} ${path}`);
    return undefined;
  };
  const second = await importLines('idle', lines);
  world.proxy.cut = () => undefined;
  expect(second.report).toMatchObject({ created: 0, updated: 0, unchanged: 2 });
  expect(second.report.ledger).toBeUndefined();
  expect(writes).toEqual([]);
  expect(second.task).toEqual(first.task);
});

test('a second run that had something to do replaces the ledger and keeps the raw export', async () => {
  const lines = [observation('a'), observation('b')];
  const first = await importLines('again', lines);
  const [one] = await world.stored<Observation>('Observation', 'again');
  await world.medplum.deleteResource('Observation', one?.id ?? '');
  const second = await importLines('again', lines);
  const { entries } = await readLedger(second.task);
  expect(entries.map(({ disposition }) => disposition).toSorted()).toEqual(['skipped', 'unchanged']);
  expect(ledgerFromTask(second.task)).not.toEqual(ledgerFromTask(first.task));
  expect(rawExportsFromTask(second.task)).toEqual(rawExportsFromTask(first.task));
});

test('a completed import is audited once, with the Patient and the Task as entities', async () => {
  const lines = [{ resourceType: 'Patient', id: 'p' }, observation('o', { subject: { reference: 'Patient/p' } })];
  const { task } = await importLines('audit', lines);
  await importLines('audit', lines);
  const events = await world.medplum.searchResources('AuditEvent', `entity=Task/${task.id}`, { cache: 'reload' });
  expect(events).toHaveLength(1);
  expect(events[0]?.entity?.map(({ what }) => what?.reference)).toEqual([task.for?.reference, `Task/${task.id}`]);
  expect(events[0]?.agent[0]?.who?.reference).toMatch(/^ClientApplication\//);
});

test('what bots have done with its Task does not stand for the AuditEvent of an import', async () => {
  const lines = [observation('a')];
  const stop = new AbortController();
  world.proxy.cut = (method, path) => {
    if (method !== 'POST' || !path.includes('AuditEvent')) return undefined;
    stop.abort(new Error('stopped'));
    return 'before-server';
  };
  const file = await world.writeFile(lines);
  await expect(importFile(world.medplum, { file, connection: 'bots', signal: stop.signal })).rejects.toThrow();
  world.proxy.cut = () => undefined;
  const { id } = await taskOf('bots');
  for (let run = 0; run < 2; run++) {
    await world.medplum.createResource({
      resourceType: 'AuditEvent',
      type: { code: 'execute' },
      recorded: new Date().toISOString(),
      agent: [{ requestor: false }],
      source: { observer: { display: 'a bot' } },
      entity: [{ what: { reference: `Task/${id}` } }],
    });
  }
  expect((await importLines('bots', lines)).task.status).toBe('completed');
  const query = `entity=Task/${id}&subtype=110107`;
  expect(await world.medplum.searchResources('AuditEvent', query, { cache: 'reload' })).toHaveLength(1);
});

test('an import that was cut off before its end goes on with the raw export that its Task names', async () => {
  const lines = [observation('a')];
  const stop = new AbortController();
  world.proxy.cut = (method, path) => {
    if (method !== 'POST' || !path.includes('AuditEvent')) return undefined;
    stop.abort(new Error('stopped'));
    return 'before-server';
  };
  const file = await world.writeFile(lines);
  const stopped = importFile(world.medplum, { file, connection: 'cut', signal: stop.signal });
  await expect(stopped).rejects.toThrow();
  world.proxy.cut = () => undefined;
  const [raw] = rawExportsFromTask(await taskOf('cut'));
  const { task } = await importLines('cut', lines);
  expect(task.status).toBe('completed');
  expect(rawExportsFromTask(task)).toEqual([raw]);
  expect((await readLedger(task)).entries.map(({ disposition }) => disposition)).toEqual(['unchanged']);
});

test('the line of a document that another resource carries names the carrier', async () => {
  const document = {
    resourceType: 'DocumentReference',
    id: 'd',
    status: 'current',
    content: [{ attachment: { contentType: 'text/plain', url: 'Binary/b' } }],
  };
  const lines = [document, { resourceType: 'Binary', id: 'b', contentType: 'text/plain', data: 'aGVsbG8=' }];
  const { entries } = await readLedger((await importLines('document', lines)).task);
  expect(entries.map(({ disposition }) => disposition)).toEqual(['created', 'created']);
  expect(entries[1]?.target).toBeUndefined();
  expect(entries[1]?.carrier).toBe(entries[0]?.target);
});
