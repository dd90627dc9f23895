import { randomUUID } from 'node:crypto';
import type { Observation, Patient, Task } from '@medplum/fhirtypes';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { generateExport } from '../../../sandbox/generator/generate-export.ts';
import type { ImportReport } from '../../contract/import-report.ts';
import { decideHold } from '../../medplum/decide-hold.ts';
import { type ImportWorld, type SourceLine, startImportWorld } from '../../test/import-world.ts';
import { importFile } from '../import-file.ts';
import { type Rehearsal, rehearseImport } from './rehearse-import.ts';

let world: ImportWorld;
let connection: string;
/** Requests that are no reads, as the server gets them. */
let writes: string[];
beforeAll(async () => {
  world = await startImportWorld();
});
afterAll(() => world.close());
beforeEach(() => {
  connection = `dry-${randomUUID()}`;
  writes = [];
  world.proxy.cut = (method, path, body) => {
    const isReads = path.endsWith('/R4') && !/"method":"(?!GET)/.test(body) && body.includes('"batch"');
    if (method !== 'GET' && !isReads) writes.push(`${method} ${path}`);
    return undefined;
  };
});

async function rehearse(lines: readonly SourceLine[], patient?: string): Promise<Rehearsal> {
  const file = await world.writeFile(lines);
  const before = writes.length;
  const said = await rehearseImport(world.medplum, { file, connection, patient });
  expect(writes.slice(before)).toEqual([]);
  return said;
}

async function load(lines: readonly SourceLine[], patient?: string): Promise<ImportReport> {
  return (await importFile(world.medplum, { file: await world.writeFile(lines), connection, patient })).report;
}

/** Repeats, repairs, documents, a ring larger than a bundle, references to nothing, and lines that cannot be loaded. */
const LINES: readonly SourceLine[] = [
  ...generateExport({ seed: 5, resources: 250 }),
  ...Array.from({ length: 120 }, (_, n) => ({
    resourceType: 'Observation',
    id: `ring-${n}`,
    status: 'final',
    code: { text: '' },
    hasMember: [{ reference: `Observation/ring-${(n + 1) % 120}` }],
  })),
  { resourceType: 'Binary', id: 'b', contentType: 'text/plain', data: Buffer.from('a letter').toString('base64') },
  { resourceType: 'Observation', id: 'repaired', status: { what: 1 } },
  'not json',
];

test('what it says is what the import then does, and it writes nothing', async () => {
  const { report: foretold, documents, guard, writes: needed } = await rehearse(LINES);
  expect(await world.stored<Task>('Task', connection)).toHaveLength(0);
  const { ledger: _, ...report } = await load(LINES);
  expect(foretold).toEqual(report);
  expect(report.problemsByCode).toEqual({ 'not-json': 1 });
  expect(guard.verdict).toBe('no-chart');
  expect(documents.count).toBe(writes.filter((request) => request.endsWith('/Binary')).length - 2);
  expect(needed).toBeGreaterThan(report.created);
});

test('references to nothing are counted by the type that they name, whether they would be written or not', async () => {
  const lines = Array.from({ length: 130 }, (_, n) => ({
    resourceType: 'Observation',
    id: `o${n}`,
    status: 'final',
    code: { text: 'Pulse' },
    hasMember: [{ reference: `Observation/o${(n + 1) % 130}` }],
    performer: [{ reference: 'Practitioner/nowhere' }, { reference: 'Mustermann/x' }],
  }));
  const dangling = { Practitioner: 130, Other: 130 };
  expect((await rehearse(lines)).danglingByType).toEqual(dangling);
  await load(lines);
  expect(await rehearse(lines)).toMatchObject({ writes: 0, danglingByType: dangling });
});

test('a conditional reference leads nowhere only when nothing in the export answers it', async () => {
  const asked = ['1', '2'].map((value) => ({ reference: `Practitioner?identifier=urn:npi|${value}` }));
  const lines = [
    { resourceType: 'Observation', id: 'o', status: 'final', code: { text: 'Pulse' }, performer: asked },
    { resourceType: 'Practitioner', id: 'd', identifier: [{ system: 'urn:npi', value: '1' }] },
  ];
  const foretold = await rehearse(lines);
  expect(foretold.danglingByType).toEqual({ Practitioner: 1 });
  const { ledger: _, ...report } = await load(lines);
  expect(foretold.report).toEqual(report);
  expect(await rehearse(lines)).toMatchObject({ writes: 0, danglingByType: { Practitioner: 1 } });
});

test('what is stored already is matched: updated and unchanged are told apart, and unchanged needs no write', async () => {
  const pulse = (id: string, text: string) => ({ resourceType: 'Observation', id, status: 'final', code: { text } });
  await load([pulse('a', 'Pulse'), pulse('b', 'Pulse')]);
  const same = await rehearse([pulse('a', 'Pulse'), pulse('b', 'Pulse')]);
  expect(same).toMatchObject({ report: { unchanged: 2, created: 0 }, writes: 0, bundles: 0 });
  const { report } = await rehearse([pulse('a', 'Pulse'), pulse('b', 'Heart rate'), pulse('c', 'Pulse')]);
  expect(report).toMatchObject({ unchanged: 1, updated: 1, created: 1 });
  const stored = await world.stored<Observation>('Observation', connection);
  expect(stored.map(({ code }) => code.text)).toEqual(['Pulse', 'Pulse']);
});

test('the guard says whether the import would be held, and what was decided', async () => {
  const name = [{ given: ['Ana'], family: 'Silva' }];
  const chart = await world.medplum.createResource<Patient>({ resourceType: 'Patient', name });
  const patient = `Patient/${chart.id}`;
  const other = [{ resourceType: 'Patient', id: 'p', name: [{ given: ['Luis'], family: 'Silva' }] }];
  expect((await rehearse([{ resourceType: 'Patient', id: 'p', name }], patient)).guard).toEqual({
    verdict: 'unsure',
    traits: ['birth-date', 'sex'],
  });
  expect((await rehearse(other, patient)).guard).toEqual({ verdict: 'held', traits: ['given-name'] });
  await expect(load(other, patient)).rejects.toMatchObject({ code: 'import-held' });
  const [held] = await world.stored<Task>('Task', connection);
  await decideHold(world.medplum, held?.id ?? '', 'accepted');
  expect((await rehearse(other, patient)).guard.verdict).toBe('clear');
});
