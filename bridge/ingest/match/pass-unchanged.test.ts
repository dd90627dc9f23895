import type { Location, Observation, Patient, Practitioner } from '@medplum/fhirtypes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ImportWorld, startImportWorld } from '../../test/import-world.ts';
import { parseReference } from '../parse-reference.ts';
import { storedLine } from '../shape/shape-meta.ts';
import { digestLine, digestMeanings } from './digest-line.ts';

let world: ImportWorld;
beforeAll(async () => {
  world = await startImportWorld();
});
afterAll(() => world.close());

const patient = { resourceType: 'Patient', id: 'p' };
const encounter = {
  resourceType: 'Encounter',
  id: 'e',
  status: 'finished',
  class: { code: 'AMB' },
  subject: { reference: 'Patient/p' },
};
const observation = {
  resourceType: 'Observation',
  id: 'o',
  status: 'final',
  code: { text: 'Pulse' },
  subject: { reference: 'Patient/p' },
  encounter: { reference: 'Encounter/e' },
};

const lineOf = async (namespace: string): Promise<string | undefined> =>
  storedLine((await world.stored<Observation>('Observation', namespace))[0]?.meta);

test('a line carries its digest to the store when it alone decides what is stored', async () => {
  await world.load('plain', [patient, encounter, observation]);
  expect(await lineOf('plain')).toBe(digestLine(Buffer.from(JSON.stringify(observation)), { kind: 'own', row: 0 }));
});

test('what it refers to outside the export is part of the digest', async () => {
  const dangling = { ...observation, performer: [{ reference: 'Practitioner/gone' }, { reference: 'Group?name=x' }] };
  await world.load('outside', [patient, encounter, dangling]);
  const line = digestLine(Buffer.from(JSON.stringify(dangling)), { kind: 'own', row: 0 });
  const meanings = dangling.performer.map(({ reference }) => [parseReference(reference), undefined] as const);
  expect(await lineOf('outside')).toBe(digestMeanings(line, meanings));
});

test.each([
  ['was repaired', { ...observation, status: 'Final' }],
  ['refers to a line that was quarantined', { ...observation, derivedFrom: [{ reference: 'Observation/bad' }] }],
  ['is found by a search', { ...observation, performer: [{ reference: 'Organization?identifier=urn:g|1' }] }],
])('a line carries none when it, or what it refers to, %s', async (reason, line) => {
  const namespace = `more-${reason.length}`;
  const organization = {
    resourceType: 'Organization',
    id: 'g',
    name: 'G',
    identifier: [{ system: 'urn:g', value: '1' }],
  };
  const bad = { resourceType: 'Observation', id: 'bad', code: { text: 'Pulse' } };
  await world.load(namespace, [patient, encounter, organization, bad, line]);
  expect(await lineOf(namespace)).toBeUndefined();
});

test('the same line is linked anew when what it refers to outside the export has come into the store', async () => {
  const dangling = { ...observation, performer: [{ reference: 'Practitioner/late' }] };
  await world.load('late', [patient, encounter, dangling]);
  await world.load('late', [patient, { resourceType: 'Practitioner', id: 'late', name: [{ family: 'L' }] }]);
  const { report } = await world.load('late', [patient, encounter, dangling]);
  expect(report).toMatchObject({ updated: 1, unchanged: 2 });
  const [practitioner] = await world.stored<Practitioner>('Practitioner', 'late');
  const [linked] = await world.stored<Observation>('Observation', 'late');
  expect(linked?.performer?.[0]?.reference).toBe(`Practitioner/${practitioner?.id}`);
  expect((await world.load('late', [patient, encounter, dangling])).report).toMatchObject({ unchanged: 3 });
});

test('the same line is unchanged, another is not, and its repairs are told again', async () => {
  const repaired = { ...observation, id: 'r', status: 'Final' };
  await world.load('again', [patient, encounter, observation, repaired]);
  const { report } = await world.load('again', [patient, { ...encounter, status: 'planned' }, observation, repaired]);
  expect(report).toMatchObject({
    created: 0,
    updated: 1,
    unchanged: 3,
    repairsByRule: { 'status-case-normalised': 1 },
  });
});

test('the same line is looked at again when its target left the export, which may have left the store as well', async () => {
  await world.load('left', [patient, encounter, observation]);
  const [stored] = await world.stored<Observation>('Observation', 'left');
  await world.medplum.deleteResource('Encounter', stored?.encounter?.reference?.split('/')[1] ?? '');
  const { report } = await world.load('left', [patient, observation]);
  expect(report).toMatchObject({ lines: 2, unchanged: 1 });
});

test("the same line bound to another app's Patient is looked at again", async () => {
  const [one, two] = await Promise.all(
    ['one', 'two'].map((family) =>
      world.medplum.createResource<Patient>({ resourceType: 'Patient', name: [{ family }] }),
    ),
  );
  await world.load('bound', [patient, encounter, observation], { patient: `Patient/${one?.id}` });
  const { report } = await world.load('bound', [patient, encounter, observation], { patient: `Patient/${two?.id}` });
  expect(report).toMatchObject({ updated: 3 });
});

test("what does not name the Patient leaves another Patient's compartment when the record is bound anew", async () => {
  const location = { resourceType: 'Location', id: 'l', name: 'Ward' };
  const [one, two] = await Promise.all(
    ['one', 'two'].map((family) =>
      world.medplum.createResource<Patient>({ resourceType: 'Patient', name: [{ family }] }),
    ),
  );
  await world.load('moved', [patient, location], { patient: `Patient/${one?.id}` });
  const bound = { patient: `Patient/${two?.id}` };
  expect((await world.load('moved', [patient, location], bound)).report).toMatchObject({ updated: 2 });
  const [stored] = await world.stored<Location>('Location', 'moved');
  expect(stored?.meta?.accounts).toEqual([{ reference: bound.patient }]);
  expect((await world.load('moved', [patient, location], bound)).report).toMatchObject({ unchanged: 2 });
});
