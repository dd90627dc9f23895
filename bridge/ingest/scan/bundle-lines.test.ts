import { randomBytes, randomUUID } from 'node:crypto';
import type { Encounter, Observation, Patient, Task } from '@medplum/fhirtypes';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { ledgerFromTask } from '../../contract/import-task.ts';
import { type LedgerEntry, ledgerEntrySchema } from '../../contract/ledger-entry.ts';
import { readBinaryLines } from '../../medplum/binaries/read-binary-lines.ts';
import { type ImportWorld, type SourceLine, startImportWorld } from '../../test/import-world.ts';
import { importFile } from '../import-file.ts';
import { verifyImport } from '../ledger/verify-import.ts';

let world: ImportWorld;
let connection: string;
beforeAll(async () => {
  world = await startImportWorld();
});
afterAll(() => world.close());
beforeEach(() => {
  connection = `c-${randomUUID()}`;
});

const PATIENT_URN = 'urn:uuid:6f0a2f3e-5d7c-4a6b-9c41-2f1d1a9d0b11';
const ENCOUNTER_URN = 'urn:uuid:0b9c1c55-7a3c-4b3f-8e65-9d8f2f1c7a22';

async function load(lines: readonly SourceLine[]) {
  return (await importFile(world.medplum, { file: await world.writeFile(lines), connection })).report;
}

function bundle(entry: readonly unknown[], more: object = {}) {
  return { resourceType: 'Bundle', type: 'collection', entry, ...more };
}

function observation(id: string | undefined, more: object = {}) {
  return { resourceType: 'Observation', ...(id ? { id } : {}), status: 'final', code: { text: id ?? 'x' }, ...more };
}

const VISIT = bundle([
  {
    fullUrl: PATIENT_URN,
    resource: { resourceType: 'Patient', name: [{ family: 'Test' }] },
    request: { method: 'POST' },
  },
  {
    // Its id is another than its urn, by which the others name it.
    fullUrl: ENCOUNTER_URN,
    resource: {
      resourceType: 'Encounter',
      id: 'enc',
      status: 'finished',
      class: { code: 'AMB' },
      subject: { reference: PATIENT_URN },
    },
  },
  {
    fullUrl: 'https://ehr.example.test/fhir/Observation/o-1',
    resource: observation(undefined, { subject: { reference: PATIENT_URN }, encounter: { reference: ENCOUNTER_URN } }),
  },
]);

async function ledger(): Promise<LedgerEntry[]> {
  const task = (await world.stored<Task>('Task', connection)).find((one) => ledgerFromTask(one));
  const [, id = ''] = ledgerFromTask(task as Task)?.reference.split('/') ?? [];
  const entries: LedgerEntry[] = [];
  for await (const line of readBinaryLines(world.medplum, id)) entries.push(ledgerEntrySchema.parse(JSON.parse(line)));
  return entries;
}

test('the entries of a Bundle are loaded as lines of their own, known by what their fullUrl says', async () => {
  const lines = [VISIT, observation('o-2', { subject: { reference: PATIENT_URN } })];
  const report = await load(lines);
  expect(report).toMatchObject({ lines: 5, created: 4, skipped: 1, problemsByCode: { 'bundle-unwrapped': 1 } });
  const [patient] = await world.stored<Patient>('Patient', connection);
  const [encounter] = await world.stored<Encounter>('Encounter', connection);
  const observations = await world.stored<Observation>('Observation', connection);
  expect(patient?.meta?.source).toMatch(/#Patient\/6f0a2f3e-5d7c-4a6b-9c41-2f1d1a9d0b11$/);
  expect(observations.map(({ subject }) => subject?.reference)).toEqual(Array(2).fill(`Patient/${patient?.id}`));
  const inBundle = observations.find(({ meta }) => meta?.source?.endsWith('#Observation/o-1'));
  expect(inBundle?.encounter?.reference).toBe(`Encounter/${encounter?.id}`);
  expect((await verifyImport(world.medplum, { namespace: connection })).findings).toEqual([]);
  expect(await load([...lines, '{}'])).toMatchObject({ unchanged: 4, created: 0, updated: 0 });
});

test('each entry has its own place in the ledger', async () => {
  const file = await world.writeFile([observation('before'), VISIT]);
  await importFile(world.medplum, { file, connection });
  const text = [JSON.stringify(observation('before')), JSON.stringify(VISIT)].join('\n');
  const entries = await ledger();
  expect(entries.map(({ line, key, disposition }) => [line, key, disposition])).toEqual([
    [1, 'Observation/before', 'created'],
    [2, undefined, 'skipped'],
    [2, 'Patient/6f0a2f3e-5d7c-4a6b-9c41-2f1d1a9d0b11', 'created'],
    [2, 'Encounter/enc', 'created'],
    [2, 'Observation/o-1', 'created'],
  ]);
  const texts = entries.map(({ offset, length }) => JSON.parse(text.slice(offset, offset + length)));
  expect(texts.slice(1)).toEqual([VISIT, ...VISIT.entry.map((entry) => (entry as { resource: object }).resource)]);
});

test('an entry without a resource, an outcome of a search and a Bundle in a Bundle are told apart', async () => {
  const inner = bundle([{ resource: observation('inner') }], { id: 'b' });
  const line = bundle([
    { response: { status: '404' } },
    null,
    { resource: { resourceType: 'OperationOutcome', issue: [] }, search: { mode: 'outcome' } },
    { fullUrl: 'https://x.test/Bundle/b', resource: inner },
    { resource: observation(undefined) },
    { resource: { resourceType: 'NutritionProduct', id: 'r5' } },
  ]);
  const report = await load([line, observation('o')]);
  expect(report).toMatchObject({ lines: 9, created: 2, skipped: 5, quarantined: 2 });
  expect(report.problemsByCode).toEqual({
    'bundle-unwrapped': 2,
    'entry-without-resource': 2,
    'operation-outcome': 1,
    'no-id': 1,
    'unknown-resource-type': 1,
  });
  expect((await ledger()).map(({ code, disposition }) => code ?? disposition)).toEqual([
    'bundle-unwrapped',
    'entry-without-resource',
    'entry-without-resource',
    'operation-outcome',
    'bundle-unwrapped',
    'created',
    'no-id',
    'unknown-resource-type',
    'created',
  ]);
});

test('a key said twice, inside a Bundle or out, is one resource: the newer', async () => {
  const at = (year: number) => ({ meta: { lastUpdated: `${year}-01-01T00:00:00Z` }, valueInteger: year });
  const urn = { fullUrl: PATIENT_URN };
  const lines = [
    bundle([
      { resource: observation('o', at(2020)) },
      { ...urn, resource: { resourceType: 'Patient', id: 'p', ...at(2020), valueInteger: undefined } },
    ]),
    observation('o', at(2024)),
    bundle([{ resource: observation('o', at(2022)) }]),
    { resourceType: 'Patient', id: 'p', gender: 'male', meta: { lastUpdated: '2024-01-01T00:00:00Z' } },
    observation('of-p', { subject: { reference: PATIENT_URN } }),
  ];
  expect(await load(lines)).toMatchObject({ lines: 8, created: 3, duplicate: 3, skipped: 2 });
  const [patient] = await world.stored<Patient>('Patient', connection);
  const observations = await world.stored<Observation>('Observation', connection);
  expect(observations.find(({ code }) => code?.text === 'o')?.valueInteger).toBe(2024);
  expect(observations.find(({ code }) => code?.text === 'of-p')?.subject?.reference).toBe(`Patient/${patient?.id}`);
});

test('a Bundle longer than a line that is held is unwrapped from the file, its type last, long documents inside', async () => {
  const bytes = randomBytes(1_500_000);
  const entry = [
    ...Array.from({ length: 400 }, (_, n) => ({
      resource: observation(`o${n}`, { note: [{ text: 'n'.repeat(4000) }] }),
    })),
    { resource: { data: bytes.toString('base64'), contentType: 'application/pdf', id: 'bin', resourceType: 'Binary' } },
    {
      resource: {
        resourceType: 'DocumentReference',
        id: 'doc',
        status: 'current',
        content: [{ attachment: { url: 'Binary/bin' } }],
      },
    },
  ];
  const report = await load([{ entry, type: 'collection', resourceType: 'Bundle' }, observation('last')]);
  expect(report).toMatchObject({ lines: 404, created: 403, skipped: 1 });
  expect((await ledger()).filter(({ disposition }) => disposition === 'created')).toHaveLength(403);
  expect((await verifyImport(world.medplum, { namespace: connection })).findings).toEqual([]);
});

test('a fullUrl that is another resource the next time is followed, though what refers to it says the same', async () => {
  const encounter = (id: string) => ({ resourceType: 'Encounter', id, status: 'finished', class: { code: 'AMB' } });
  const referring = observation('o', { encounter: { reference: ENCOUNTER_URN } });
  const named = (id: string) => bundle([{ fullUrl: ENCOUNTER_URN, resource: encounter(id) }, { resource: referring }]);
  await load([named('first')]);
  expect(await load([named('second')])).toMatchObject({ created: 1, updated: 1 });
  const encounters = await world.stored<Encounter>('Encounter', connection);
  const second = encounters.find(({ meta }) => meta?.source?.endsWith('/second'));
  const [stored] = await world.stored<Observation>('Observation', connection);
  expect(stored?.encounter?.reference).toBe(`Encounter/${second?.id}`);
});
