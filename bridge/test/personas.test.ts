import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DocumentReference, Observation, Patient, Resource } from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PERSONA_IDS, type PersonaId, personaOf } from '../../sandbox/personas/catalogue.ts';
import { DEFECTS } from '../../sandbox/personas/dirty-lines.ts';
import { type PersonaChoice, personaPieces } from '../../sandbox/personas/persona-pieces.ts';
import { QUARANTINE_CODES, SKIP_CODES } from '../contract/line-codes.ts';
import { importExport } from '../ingest/import-export.ts';
import { REPAIR_RULES } from '../ingest/repair/repair-rules.ts';
import { type ImportWorld, startImportWorld } from './import-world.ts';

let world: ImportWorld;
let folder: string;

beforeAll(async () => {
  world = await startImportWorld();
  folder = await mkdtemp(join(tmpdir(), 'personas-'));
});

afterAll(async () => {
  await world.close();
  await rm(folder, { recursive: true });
});

/** The persona as the app's chart knows them. */
async function chartOf(id: PersonaId): Promise<string> {
  const { given, family, birthDate, gender } = personaOf(id).chart;
  const name = [{ given: [given], family }];
  const { id: chart } = await world.medplum.createResource<Patient>({
    resourceType: 'Patient',
    name,
    birthDate,
    gender,
  });
  return `Patient/${chart}`;
}

async function load(namespace: string, choice: PersonaChoice, patient: string) {
  const file = join(folder, `${crypto.randomUUID()}.jsonl`);
  await writeFile(file, personaPieces(choice));
  const exportId = `${namespace}-${choice.connection ?? 0}`;
  const retrieved = new Date('2026-11-01T12:00:00Z');
  const { report } = await importExport(world.medplum, { namespace, exportId, files: [file], patient, retrieved });
  return report;
}

/** Told apart below; volumes and images at a size that every run of the tests can load. */
const TOLD_BELOW: readonly PersonaId[] = ['dirty', 'wrong-chart', 'same-portal-twice', 'two-sources'];
const SCALES: Partial<Record<PersonaId, number>> = {
  'volume-3500': 0.1,
  'volume-50000': 0.01,
  'imaging-200mb': 0.02,
};

/** What is longer is loaded once: the tests of syncing have it twice. */
const LONG_LINES = 600;

describe.each(PERSONA_IDS.filter((id) => !TOLD_BELOW.includes(id)))('%s', (id) => {
  test('every line is stored, or repeats one that is; a second import, of a record of a usual size, changes nothing', async () => {
    const patient = await chartOf(id);
    const choice = { id, scale: SCALES[id] ?? 1 };
    const report = await load(id, choice, patient);
    expect(report).toMatchObject({ quarantined: 0, skipped: 0, updated: 0, repairsByRule: {} });
    expect(report.created + report.duplicate).toBe(report.lines);
    expect(report.duplicate > 0).toBe(id.startsWith('volume'));
    if (report.lines > LONG_LINES) return;
    const again = await load(id, choice, patient);
    expect(again).toMatchObject({ created: 0, updated: 0, unchanged: report.created, duplicate: report.duplicate });
  });
});

test('what Epic never sent stands as a logical reference; what Fasten made of a document is joined to it', async () => {
  const patient = await chartOf('epic-diabetes');
  await load('persona-epic', { id: 'epic-diabetes' }, patient);
  const observations = await world.stored<Observation>('Observation', 'persona-epic');
  const visits = observations.map(({ encounter }) => encounter);
  expect(visits.filter((visit) => visit?.reference === undefined && visit?.identifier).length).toBeGreaterThan(100);
  expect(visits.some((visit) => visit?.reference)).toBe(true);
  const documents = await world.stored<DocumentReference>('DocumentReference', 'persona-epic');
  const urls = documents.flatMap(({ content }) => content.map(({ attachment }) => attachment.url));
  expect(urls.length).toBeGreaterThan(5);
  expect(urls.every((url) => url !== undefined)).toBe(true);
});

test('two health systems tell of one person: both are kept, what they contradict each other in too', async () => {
  const patient = await chartOf('two-sources');
  const doctor = await load('persona-doctor', { id: 'two-sources' }, patient);
  const hospital = await load('persona-hospital', { id: 'two-sources', connection: 1 }, patient);
  expect([doctor.created, hospital.created]).toEqual([doctor.lines, hospital.lines]);
  const told = async <T extends Resource>(type: T['resourceType'], namespace: string) =>
    (await world.stored<T>(type, namespace)).map((resource) => JSON.stringify(resource));
  const groups = async (namespace: string) =>
    (await told<Observation>('Observation', namespace)).filter((text) => text.includes('Blood group'));
  expect((await groups('persona-doctor')).join()).toContain('Blood group A');
  expect((await groups('persona-hospital')).join()).toContain('Blood group O');
});

test('the same portal connected twice continues the first: nothing is doubled, what is new is added', async () => {
  const patient = await chartOf('same-portal-twice');
  const first = await load('persona-twice', { id: 'same-portal-twice' }, patient);
  const second = await load('persona-twice', { id: 'same-portal-twice', connection: 1 }, patient);
  expect(second).toMatchObject({ unchanged: first.created, updated: 0, quarantined: 0 });
  expect(second.created).toBe(second.lines - first.lines);
  expect(second.created).toBeGreaterThan(5);
});

test('a record in the wrong chart is held, and nothing of it is written', async () => {
  const patient = await chartOf('wrong-chart');
  await expect(load('persona-wrong', { id: 'wrong-chart' }, patient)).rejects.toMatchObject({
    name: 'HeldImport',
    reasons: ['family-name', 'given-name', 'birth-date', 'sex'],
  });
  expect(await world.stored('Observation', 'persona-wrong')).toHaveLength(0);
});

describe('dirty', () => {
  test('each defect ends as it says: mended by these rules, or left for this reason', async () => {
    const report = await load('persona-dirty', { id: 'dirty' }, await chartOf('dirty'));
    const count = (names: readonly string[]) =>
      Object.fromEntries([...Map.groupBy(names, (name) => name)].map(([name, all]) => [name, all.length]));
    expect(report.repairsByRule).toEqual(count(DEFECTS.flatMap(({ mendedBy = [] }) => mendedBy)));
    expect(report.problemsByCode).toEqual({
      ...count(DEFECTS.flatMap(({ leftFor }) => leftFor ?? [])),
      // Of the Bundle's entries.
      'entry-without-resource': 1,
      'operation-outcome': 1,
    });
    // A Bundle has three lines more than itself, and the Patient stands behind all defects.
    expect(report).toMatchObject({ lines: DEFECTS.length + 4, duplicate: 1 });
  });

  test('there is a defect for every rule of repair', () => {
    expect([...new Set(DEFECTS.flatMap(({ mendedBy = [] }) => mendedBy))].toSorted()).toEqual(REPAIR_RULES);
  });

  test('there is a defect for every reason for which a line is set aside or left out, but for what no file can cause', () => {
    const byFile = [...new Set(DEFECTS.flatMap(({ leftFor }) => leftFor ?? []))];
    const ofEntries = ['entry-without-resource', 'operation-outcome'];
    // What was edited or deleted here before.
    const ofServer = ['edited-here', 'older-than-stored', 'deleted-here'];
    expect([...byFile, ...ofEntries, ...ofServer].toSorted()).toEqual([...QUARANTINE_CODES, ...SKIP_CODES].toSorted());
  });
});
