import type { Coverage, Observation, Patient, Task } from '@medplum/fhirtypes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TRAITS } from '../../contract/demographics/compare-demographics.ts';
import { holdFromTask } from '../../contract/import-hold.ts';
import { rawExportsFromTask, unsureTraitsFromTask } from '../../contract/import-task.ts';
import { decideHold } from '../../medplum/decide-hold.ts';
import { type ImportWorld, startImportWorld } from '../../test/import-world.ts';
import { importFile } from '../import-file.ts';

let world: ImportWorld;

beforeAll(async () => {
  world = await startImportWorld();
});
afterAll(async () => {
  await world.close();
});

const ANA = {
  resourceType: 'Patient',
  name: [{ given: ['Ana'], family: 'Silva' }],
  birthDate: '1980-05-17',
  gender: 'female',
};
const LUIS = { ...ANA, name: [{ given: ['Luis'], family: 'Silva' }], birthDate: '2011-03-04', gender: 'male' };

const source = (id: string, person: object, more: object = {}) => ({ ...person, id, ...more });
const pulse = (id: string, patient: string) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { text: 'Pulse' },
  subject: { reference: `Patient/${patient}` },
});

async function newChart(person: object = ANA): Promise<string> {
  const { id } = await world.medplum.createResource<Patient>(person as Patient);
  return `Patient/${id}`;
}

async function storedCount(namespace: string): Promise<number> {
  const found = [await world.stored('Patient', namespace), await world.stored('Observation', namespace)];
  return found.flat().length;
}

test("the chart's own record is loaded, one that conflicts is held before anything is written", async () => {
  const patient = await newChart();
  const own = await world.load('guard-own', [source('p', ANA), pulse('o', 'p')], { patient });
  expect(own.report.created).toBe(2);

  const lines = [source('p', LUIS), pulse('o', 'p')];
  await expect(world.load('guard-other', lines, { patient })).rejects.toMatchObject({
    name: 'HeldImport',
    reasons: ['given-name', 'birth-date', 'sex'],
    patient,
  });
  expect(await storedCount('guard-other')).toBe(0);
  expect(await world.stored('Provenance', 'guard-other')).toHaveLength(0);
});

test('of several Patients whose records are there, each must fit', async () => {
  const patient = await newChart();
  const [mother, child] = [source('p', ANA), source('q', LUIS)];
  const both = [mother, child, pulse('o', 'p'), pulse('u', 'q')];
  await expect(world.load('guard-both', both, { patient })).rejects.toMatchObject({ name: 'HeldImport' });
  const linked = source('q', LUIS, { link: [{ other: { reference: 'Patient/p' }, type: 'seealso' }] });
  const { report } = await world.load('guard-linked', [mother, linked, pulse('o', 'p')], { patient });
  expect(report.created).toBe(3);
});

test("somebody else in the export keeps what is theirs, and the chart's Patient does not take their place", async () => {
  const patient = await newChart(LUIS);
  const coverage = {
    resourceType: 'Coverage',
    id: 'c',
    status: 'active',
    payor: [{ display: 'Insurer' }],
    subscriber: { reference: 'Patient/mother' },
    beneficiary: { reference: 'Patient/p' },
  };
  const lines = [source('p', LUIS), source('mother', ANA), source('copy', LUIS), pulse('o', 'p'), coverage];
  const { report } = await world.load('guard-bystander', lines, { patient });
  expect(report).toMatchObject({ created: 5, unchanged: 0 });
  const stored = await world.stored<Patient & { id: string }>('Patient', 'guard-bystander');
  const [mother, copy] = ['mother', 'copy'].map((id) => stored.find(({ meta }) => meta?.source?.endsWith(`/${id}`)));
  expect(mother).toMatchObject({ active: false, birthDate: ANA.birthDate });
  expect(mother?.link).toBeUndefined();
  expect(copy?.link).toEqual([{ other: { reference: patient }, type: 'replaced-by' }]);
  const [insured] = await world.stored<Coverage>('Coverage', 'guard-bystander');
  expect(insured?.subscriber?.reference).toBe(`Patient/${mother?.id}`);
  expect(insured?.beneficiary.reference).toBe(patient);
  expect((await world.load('guard-bystander', lines, { patient })).report).toMatchObject({ unchanged: 5 });
});

test('what a chart does not say is no conflict, and without a chart there is no guard', async () => {
  const patient = await newChart({ resourceType: 'Patient' });
  const lines = [source('p', LUIS), pulse('o', 'p')];
  expect((await world.load('guard-bare', lines, { patient })).report.created).toBe(2);
  expect((await world.load('guard-none', lines)).report.created).toBe(2);
});

test('a chart that is not there is said to be missing', async () => {
  const load = world.load('guard-missing', [source('p', ANA)], { patient: `Patient/${crypto.randomUUID()}` });
  await expect(load).rejects.toMatchObject({ code: 'patient-missing' });
});

test('a record that the chart holds already is not held again when the chart is corrected', async () => {
  const patient = await newChart();
  const lines = [source('p', ANA), pulse('o', 'p')];
  await world.load('guard-resync', lines, { patient });
  const chart = await world.medplum.readResource('Patient', patient.slice('Patient/'.length));
  await world.medplum.updateResource({ ...chart, birthDate: '1980-05-18' });
  expect((await world.load('guard-resync', lines, { patient })).report.unchanged).toBe(2);
  const changed = [source('p', LUIS), pulse('o', 'p')];
  await expect(world.load('guard-resync', changed, { patient })).rejects.toMatchObject({ name: 'HeldImport' });
});

async function heldFile(connection: string) {
  const patient = await newChart();
  const file = await world.writeFile([source('p', LUIS), pulse('o', 'p')]);
  const run = (chart = patient) => importFile(world.medplum, { file, connection, patient: chart });
  await expect(run()).rejects.toMatchObject({ name: 'HeldImport' });
  const [task] = await world.stored<Task & { id: string }>('Task', connection);
  if (!task) throw new Error('there is no Task');
  return { patient, run, task };
}

test('a held Task says why, points at no chart, and names the raw export', async () => {
  const { patient, task } = await heldFile('guard-held');
  expect(task).toMatchObject({
    status: 'on-hold',
    statusReason: { coding: [{ code: 'patient-differs' }] },
    businessStatus: { coding: [{ code: 'held' }] },
  });
  expect(task.for).toBeUndefined();
  expect(task.focus?.reference).toBeUndefined();
  expect(holdFromTask(task)).toMatchObject({ candidate: patient, differences: ['given-name', 'birth-date', 'sex'] });
  expect(JSON.stringify(task)).not.toMatch(/Luis|Ana|Silva|2011/);
  expect(rawExportsFromTask(task)).toHaveLength(1);
  const inCompartment = await world.medplum.searchResources('Task', `_compartment=${patient}`);
  expect(inCompartment).toHaveLength(0);
});

test('once accepted, the next run of the same file for the same chart goes on', async () => {
  const { patient, run, task } = await heldFile('guard-accepted');
  await expect(run()).rejects.toMatchObject({ name: 'HeldImport' });
  const accepted = await decideHold(world.medplum, task.id, 'accepted');
  expect(accepted.status).toBe('requested');
  expect(holdFromTask(accepted)).toMatchObject({
    decision: 'accepted',
    decidedBy: expect.stringMatching(/^ClientApp/),
  });
  expect(await decideHold(world.medplum, task.id, 'accepted')).toEqual(accepted);

  const { report } = await run();
  expect(report.created).toBe(2);
  const [stored] = await world.stored<Observation>('Observation', 'guard-accepted');
  expect(stored?.subject?.reference).toBe(patient);
  const [done] = await world.stored<Task>('Task', 'guard-accepted');
  expect(done).toMatchObject({ status: 'completed', for: { reference: patient } });
  expect(holdFromTask(done as Task).decision).toBe('accepted');
  expect([done?.businessStatus, done?.statusReason]).toEqual([undefined, undefined]);
  await expect(decideHold(world.medplum, task.id, 'rejected')).rejects.toMatchObject({ code: 'not-on-hold' });
});

test('what was accepted for one chart is not accepted for another', async () => {
  const { run, task } = await heldFile('guard-one-chart');
  await decideHold(world.medplum, task.id, 'accepted');
  await expect(run(await newChart())).rejects.toMatchObject({ name: 'HeldImport' });
  const [again] = await world.stored<Task>('Task', 'guard-one-chart');
  expect(again?.status).toBe('on-hold');
  expect(holdFromTask(again as Task).decision).toBeUndefined();
});

test('a file that one chart has taken in is refused to another, and its Task stays as it is', async () => {
  const file = await world.writeFile([source('p', LUIS), pulse('o', 'p')]);
  const load = async (patient: string) => importFile(world.medplum, { file, connection: 'guard-moved', patient });
  await load(await newChart(LUIS));
  const [before] = await world.stored<Task>('Task', 'guard-moved');
  await expect(load(await newChart())).rejects.toThrow(/sex$/);
  const [after] = await world.stored<Task>('Task', 'guard-moved');
  expect(after?.meta?.versionId).toBe(before?.meta?.versionId);
});

test('once rejected, nothing is loaded, not by another run either', async () => {
  const { run, task } = await heldFile('guard-rejected');
  expect((await decideHold(world.medplum, task.id, 'rejected')).status).toBe('rejected');
  await expect(run()).rejects.toMatchObject({ code: 'import-rejected' });
  expect(await storedCount('guard-rejected')).toBe(0);
  const [rejected] = await world.stored<Task>('Task', 'guard-rejected');
  expect(rejected).toMatchObject({ status: 'rejected', statusReason: { coding: [{ code: 'patient-differs' }] } });
});

test('what cannot be told is let in, and the Task and the report say what was not said', async () => {
  const patient = await newChart({ resourceType: 'Patient', name: ANA.name });
  const connection = 'guard-unsure';
  const { report } = await importFile(world.medplum, {
    file: await world.writeFile([source('p', { resourceType: 'Patient', name: ANA.name }), pulse('o', 'p')]),
    connection,
    patient,
  });
  expect(report).toMatchObject({ created: 2, unsureTraits: ['birth-date', 'sex'] });
  const [task] = await world.stored<Task>('Task', connection);
  expect(unsureTraitsFromTask(task as Task)).toEqual(['birth-date', 'sex']);
  const own = await importFile(world.medplum, {
    file: await world.writeFile([source('p', ANA)]),
    patient: await newChart(),
  });
  expect(own.report.unsureTraits).toBeUndefined();
});

test('an export without a Patient that can be read is let in, and told to be unsure in everything', async () => {
  const patient = await newChart();
  const { report } = await world.load('guard-nobody', [pulse('o', 'p')], { patient });
  expect(report.unsureTraits).toEqual(TRAITS);
  const torn = '{"resourceType":"Patient","id":"p","name":[{"family":"Si';
  const unreadable = await world.load('guard-torn', [torn, pulse('o', 'p')], { patient });
  expect(unreadable.report.unsureTraits).toEqual(TRAITS);
});
