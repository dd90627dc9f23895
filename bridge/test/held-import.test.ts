import { readdir } from 'node:fs/promises';
import type { MedplumClient } from '@medplum/core';
import type { Patient, Task } from '@medplum/fhirtypes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectionListSchema } from '../contract/connection.ts';
import { type Decision, holdFromTask } from '../contract/import-hold.ts';
import { importPatientsSchema } from '../contract/import-patients.ts';
import { importStatusSchema } from '../contract/import-status.ts';
import { countsFromTask, settledLines } from '../contract/import-task.ts';
import { decideImport } from '../export/decide-import.ts';
import { openQueues, type Queues } from '../queue/open-queues.ts';
import { connectChart, UNMISTAKABLE } from './connect-chart.ts';
import { eventually, startWorld, type World } from './start-world.ts';

let world: World;
let clinician: MedplumClient;
let queues: Queues;

beforeAll(async () => {
  world = await startWorld();
  clinician = await world.signIn('clinician@example.com');
  queues = openQueues(world.redis.redis, world.redis.prefix);
});

afterAll(async () => {
  await queues.close();
  await world.close();
});

/** A connection whose records are of somebody else than the chart; waits until its import is on hold. */
async function connectTheWrongChart(seed: number) {
  const patient = await clinician.createResource<Patient>({
    resourceType: 'Patient',
    name: [{ given: ['Kim'], family: 'Example' }],
    birthDate: '1980-05-17',
  });
  const persona = { seed, resources: 40, documentBytes: 200, patient: UNMISTAKABLE };
  const { orgConnectionId } = await connectChart(world, clinician, patient, { persona });
  const task = await eventually(async () => {
    const held = await clinician.searchResources('Task', 'status=on-hold', { cache: 'reload' });
    return held.find(({ focus }) => focus?.identifier?.value === orgConnectionId);
  });
  return { patient, task, orgConnectionId };
}

function readTask({ id = '' }: Task) {
  return clinician.readResource('Task', id, { cache: 'reload' });
}

function decide(task: Task, decision: Decision, decider = clinician) {
  return decideImport({ medplum: clinician, decider, addJob: queues.add }, task.id ?? '', decision);
}

function observationsOf(patient: Patient) {
  return clinician.searchResources('Observation', `patient=Patient/${patient.id}&_count=1000`, { cache: 'reload' });
}

test('the records of somebody else are held, and nothing of them is left anywhere', async () => {
  const { patient, task, orgConnectionId } = await connectTheWrongChart(21);
  expect(task.for).toBeUndefined();
  expect(holdFromTask(task)).toMatchObject({
    candidate: `Patient/${patient.id}`,
    differences: ['family-name', 'given-name', 'birth-date'],
  });
  expect(await clinician.searchResources('Task', `_compartment=Patient/${patient.id}`)).toHaveLength(0);
  expect(await observationsOf(patient)).toHaveLength(0);
  expect(await clinician.searchResources('Patient', 'family=Qponmlk')).toHaveLength(0);
  const left = await readdir(world.spoolDir, { recursive: true });
  expect(left.filter((name) => name.endsWith('.jsonl'))).toEqual([]);
  for (const kept of [world.log(), await world.redis.dump(), JSON.stringify(task)]) {
    expect(kept).not.toMatch(/Zyxwvut|Qponmlk|1971-02-03/);
  }

  const status = await world.call(clinician, 'GET', `/imports/${task.id}`);
  expect(importStatusSchema.parse(status.body)).toMatchObject({
    status: 'on-hold',
    phase: 'held',
    reason: 'patient-differs',
  });
  const event = world.fasten.deliveries().find(({ data }) => data.org_connection_id === orgConnectionId);
  await world.fasten.sendEvent({ type: 'patient.ehi_export_success', data: event?.data ?? {} });
  await eventually(async () => world.log().match(/"import.already-done".*"status":"on-hold"/) ?? undefined);
  expect((await readTask(task)).meta?.versionId).toBe(task.meta?.versionId);
});

test('once a clinician accepts, the records are loaded into the chart, also when Fasten has deleted the export', async () => {
  const { patient, task } = await connectTheWrongChart(22);
  world.fasten.advanceClock(3 * 24 * 60 * 60 * 1000);
  expect(await decide(task, 'accepted')).toBe('queued');
  expect(await decide(task, 'accepted')).toBe('queued');
  const done = await eventually(async () => {
    const stored = await readTask(task);
    return stored.status === 'completed' ? stored : undefined;
  });
  expect(done.for?.reference).toBe(`Patient/${patient.id}`);
  expect(holdFromTask(done)).toMatchObject({
    decision: 'accepted',
    decidedBy: expect.stringMatching(/^Practitioner\//),
  });
  const counts = countsFromTask(done);
  expect(settledLines(counts)).toBe(counts.lines);
  expect((await observationsOf(patient)).length).toBeGreaterThan(0);
});

test('once a clinician rejects, nothing is loaded', async () => {
  const { patient, task } = await connectTheWrongChart(23);
  expect(await decide(task, 'rejected')).toBe('rejected');
  expect(await readTask(task)).toMatchObject({
    status: 'rejected',
    businessStatus: { coding: [{ code: 'rejected' }] },
  });
  await expect(decide(task, 'accepted')).rejects.toMatchObject({ code: 'not-on-hold' });
  expect(await observationsOf(patient)).toHaveLength(0);
});

test('no patient decides whose records these are', async () => {
  const { task } = await connectTheWrongChart(24);
  const patient = await world.signIn('patient@example.com');
  await expect(decide(task, 'accepted', patient)).rejects.toMatchObject({ code: 'decider-not-allowed' });
  expect((await readTask(task)).status).toBe('on-hold');
});

test('who decides sees both persons side by side, a patient never, the reading is recorded, and their list of connections tells that it is held', async () => {
  const { patient, task } = await connectTheWrongChart(29);
  const { status, body } = await world.call(clinician, 'GET', `/imports/${task.id}/patients`);
  expect(status).toBe(200);
  expect(importPatientsSchema.parse(body)).toMatchObject({
    chart: { names: ['Kim Example'], birthDate: '1980-05-17' },
    records: [{ birthDate: '1971-02-03', gender: 'female' }],
    isComplete: true,
  });
  expect(JSON.stringify(body)).toMatch(/Zyxwvut .*Qponmlk/);
  const reads = await clinician.searchResources('AuditEvent', `entity=Task/${task.id}`, { cache: 'reload' });
  expect(reads.length).toBeGreaterThan(0);
  expect(world.log()).not.toContain('Zyxwvut');

  const themselves = await world.signInAs(patient as Patient & { id: string });
  expect((await world.call(themselves, 'GET', `/imports/${task.id}/patients`)).status).toBe(403);

  for (const reader of [themselves, clinician]) {
    const list = await world.call(reader, 'GET', `/connections/${patient.id}`);
    const [connection] = connectionListSchema.parse(list.body).connections;
    expect(connection?.latestImport).toMatchObject({ taskId: task.id, status: 'on-hold', phase: 'held' });
  }
  expect((await world.call(themselves, 'GET', `/imports/${task.id}`)).status).toBe(404);
});
