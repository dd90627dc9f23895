import { randomUUID } from 'node:crypto';
import type { List, Observation, Patient, Provenance } from '@medplum/fhirtypes';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
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

async function load(lines: readonly SourceLine[]) {
  return (await importFile(world.medplum, { file: await world.writeFile(lines), connection })).report;
}

/** A list of many small things, two megabytes that no document can be taken out of. */
function list(id: string, more: object = {}, first: object = { display: 'first' }) {
  const entry = [
    { item: first },
    ...Array.from({ length: 12_000 }, (_, n) => ({ item: { display: `${n} ${'x'.repeat(80)}` } })),
  ];
  return { resourceType: 'List', id, status: 'current', mode: 'working', entry, ...more };
}

function observation(id: string, more: object = {}) {
  return { resourceType: 'Observation', id, status: 'final', code: { text: id }, ...more };
}

/** With it, FHIR's profile of vital signs demands a time. */
const VITAL_SIGNS = [
  { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs' }] },
];

async function provenancesOf(reference: string): Promise<Provenance[]> {
  return world.medplum.searchResources('Provenance', { target: reference });
}

async function findings() {
  return (await verifyImport(world.medplum, { namespace: connection })).findings;
}

describe.each([
  ['transactions', true],
  ['no transactions', false],
])('what is larger than a request may be, on a server with %s', (_, hasTransactions) => {
  test('is stored alone, with its Provenance, in a circle too, and unchanged the next time', async () => {
    world.server.switches.transactionBundles = hasTransactions;
    const lines = [
      { resourceType: 'Patient', id: 'p' },
      list('large', { subject: { reference: 'Patient/p' } }, { reference: 'Observation/o' }),
      observation('o', { focus: [{ reference: 'List/large' }], subject: { reference: 'Patient/p' } }),
      list('other', {}, { reference: 'List/large' }),
    ];
    expect(await load(lines)).toMatchObject({ created: 4, quarantined: 0 });
    const [patient] = await world.stored<Patient>('Patient', connection);
    const [stored] = await world.stored<Observation>('Observation', connection);
    const lists = await world.stored<List>('List', connection);
    const large = lists.find(({ meta }) => meta?.source?.endsWith('/large'));
    const other = lists.find(({ meta }) => meta?.source?.endsWith('/other'));
    expect(stored?.focus?.[0]?.reference).toBe(`List/${large?.id}`);
    expect(large?.entry?.[0]?.item?.reference).toBe(`Observation/${stored?.id}`);
    expect(other?.entry?.[0]?.item?.reference).toBe(`List/${large?.id}`);
    expect(large?.entry).toHaveLength(12_001);
    const [provenance, ...more] = await provenancesOf(`List/${large?.id}`);
    expect(more).toEqual([]);
    expect(provenance?.target?.map(({ reference }) => reference)).toEqual([
      `Patient/${patient?.id}`,
      `List/${large?.id}`,
    ]);
    expect(await findings()).toEqual([]);
    expect(await load([...lines, '{}'])).toMatchObject({ unchanged: 4, created: 0, updated: 0 });
    expect(await provenancesOf(`List/${large?.id}`)).toHaveLength(1);
    world.server.switches.transactionBundles = true;
  });
});

test('one that does not meet a profile which it claims keeps the profile beside it, as in a bundle', async () => {
  const note = Array.from({ length: 12_000 }, (_, n) => ({ text: `${n} ${'x'.repeat(90)}` }));
  const profile = ['http://hl7.org/fhir/StructureDefinition/vitalsigns'];
  const vital = observation('vital', { meta: { profile }, category: VITAL_SIGNS, valueInteger: 1, note });
  expect(await load([vital])).toMatchObject({ created: 1, quarantined: 0, repairsByRule: { 'profile-parked': 1 } });
  const [stored, ...more] = await world.stored<Observation>('Observation', connection);
  expect([stored?.meta?.profile, stored?.note?.length, more]).toEqual([undefined, 12_000, []]);
  expect(JSON.stringify(stored?.meta?.extension)).toContain('vitalsigns');
  expect(await provenancesOf(`Observation/${stored?.id}`)).toHaveLength(1);
  expect(await findings()).toEqual([]);
  expect(await load([vital, '{}'])).toMatchObject({ unchanged: 1, created: 0, updated: 0 });
});

test('a changed one is updated, alone', async () => {
  await load([list('l')]);
  expect(await load([list('l', { title: 'Changed' })])).toMatchObject({ updated: 1, created: 0 });
  const [stored, ...more] = await world.stored<List>('List', connection);
  expect([stored?.title, more]).toEqual(['Changed', []]);
  expect(await provenancesOf(`List/${stored?.id}`)).toHaveLength(2);
});

test('a Provenance that the export brought of it is none of ours', async () => {
  const told = (recorded: string) => ({
    resourceType: 'Provenance',
    id: 'told',
    recorded,
    agent: [{ who: { display: 'x' } }],
    target: [{ reference: 'List/l' }],
  });
  await load([list('l'), told('2024-01-01T00:00:00Z')]);
  const changed = [list('l', { title: 'Changed' }), told('2024-02-01T00:00:00Z')];
  expect(await load(changed)).toMatchObject({ updated: 2 });
  const [stored] = await world.stored<List>('List', connection);
  const ours = (await provenancesOf(`List/${stored?.id}`)).filter(({ recorded }) => !recorded?.startsWith('2024'));
  expect(ours).toHaveLength(2);
  expect(await findings()).toEqual([]);
});

test('a run that was killed before the Provenance followed leaves it to the next', async () => {
  await load([list('l')]);
  const [stored] = await world.stored<List>('List', connection);
  const [provenance] = await provenancesOf(`List/${stored?.id}`);
  await world.medplum.deleteResource('Provenance', provenance?.id ?? '');
  expect(await load([list('l'), '{}'])).toMatchObject({ unchanged: 1 });
  expect(await provenancesOf(`List/${stored?.id}`)).toHaveLength(1);
});

test('what the server does not take even so is quarantined, and what refers to it says so logically', async () => {
  world.server.switches.maxAsyncBatchBytes = 1_000_000;
  const report = await load([list('l'), observation('o', { focus: [{ reference: 'List/l' }] })]);
  world.server.switches.maxAsyncBatchBytes = 50 << 20;
  expect(report).toMatchObject({ created: 1, quarantined: 1, problemsByCode: { 'too-large': 1 } });
  const [stored] = await world.stored<Observation>('Observation', connection);
  expect(stored?.focus?.[0]).toMatchObject({ identifier: { value: 'List/l' } });
  expect(await findings()).toEqual([]);
});

test('a lost reply doubles nothing', async () => {
  let cuts = 0;
  world.proxy.cut = (method, path, body) => {
    const isAsked = method === 'POST' && /\/R4\/?$/.test(path) && body.length > 1_000_000;
    return isAsked && cuts++ < 1 ? 'after-request' : undefined;
  };
  expect(await load([list('l')])).toMatchObject({ created: 1 });
  world.proxy.cut = () => undefined;
  expect(cuts).toBeGreaterThan(0);
  const stored = await world.stored<List>('List', connection);
  expect(stored).toHaveLength(1);
  expect(await provenancesOf(`List/${stored[0]?.id}`)).toHaveLength(1);
});

test('one that is deleted in Medplum while its change is on its way stays deleted', async () => {
  await load([list('l')]);
  const [stored] = await world.stored<List>('List', connection);
  let deleting: Promise<unknown> | undefined;
  world.proxy.cut = (_method, _path, body) => {
    if (deleting || !body.includes('"ifMatch"')) return undefined;
    deleting = world.medplum.deleteResource('List', stored?.id ?? '');
    return 'before-server';
  };
  const report = await load([list('l', { title: 'Changed' }, { reference: 'List/l' })]);
  world.proxy.cut = () => undefined;
  await deleting;
  expect(report).toMatchObject({ created: 0, updated: 0, skipped: 1, problemsByCode: { 'deleted-here': 1 } });
  expect(await world.stored<List>('List', connection)).toHaveLength(0);
  expect(await findings()).toEqual([]);
});
