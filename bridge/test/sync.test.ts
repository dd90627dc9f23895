import type { MedplumClient } from '@medplum/core';
import type { Patient, Task } from '@medplum/fhirtypes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectionListSchema } from '../contract/connection.ts';
import { syncAnswerSchema } from '../contract/sync.ts';
import { connectChart, KIM, storeChart } from './connect-chart.ts';
import { promoteJobs } from './promote-jobs.ts';
import { eventually, startWorld, type World } from './start-world.ts';

const DAY_MS = 24 * 3600 * 1000;
let world: World;
let clinician: MedplumClient;

beforeAll(async () => {
  world = await startWorld();
  clinician = await world.signIn('clinician@example.com');
});

afterAll(async () => {
  await world.close();
});

async function sync(patient: Patient) {
  const { status, body } = await world.call(clinician, 'POST', `/sync/${patient.id}`);
  expect(status).toBe(200);
  return syncAnswerSchema.parse(body).connections;
}

async function tasksOf(patient: Patient): Promise<Task[]> {
  return [...(await clinician.searchResources('Task', `patient=Patient/${patient.id}`, { cache: 'reload' }))];
}

test('a new export is asked for once a day has passed, and not before', async () => {
  const patient = await storeChart(clinician);
  expect(await sync(patient)).toEqual([]);
  const persona = { seed: 1, resources: 20, documentBytes: 200, patient: KIM };
  const { orgConnectionId } = await connectChart(world, clinician, patient, { persona });
  const first = await eventually(async () => {
    const [task] = await tasksOf(patient);
    return task?.status === 'completed' || task?.status === 'failed' ? task : undefined;
  });
  expect(first.status).toBe('completed');

  const [early] = await sync(patient);
  expect(early).toMatchObject({ orgConnectionId, outcome: 'too-early' });
  const bulk = await world.call(clinician, 'POST', `/bulk-export/${patient.id}`);
  expect(syncAnswerSchema.parse(bulk.body).connections).toMatchObject([{ outcome: 'too-early' }]);
  expect(Date.parse(early?.availableAt ?? '')).toBe(Date.parse(first.authoredOn ?? '') + (25 / 24) * DAY_MS);

  world.fasten.advanceClock(2 * DAY_MS);
  await clinician.updateResource({ ...first, authoredOn: new Date(Date.now() - 2 * DAY_MS).toISOString() });
  expect(await sync(patient)).toMatchObject([{ orgConnectionId, outcome: 'requested' }]);
  const second = await eventually(async () => {
    return (await tasksOf(patient)).find(({ id, status }) => id !== first.id && status === 'completed');
  });
  expect(second.authoredOn).not.toBe(first.authoredOn);

  await world.call(clinician, 'DELETE', `/connections/${patient.id}`);
  expect(await sync(patient)).toMatchObject([{ outcome: 'not-active' }]);
  expect((await world.call(undefined, 'POST', `/sync/${patient.id}`)).status).toBe(401);
});

test('a connection is exported again by its schedule, never within 25 hours, until it is switched off or ends', async () => {
  const patient = await storeChart(clinician);
  const persona = { seed: 2, resources: 20, documentBytes: 200, patient: KIM };
  const { orgConnectionId } = await connectChart(world, clinician, patient, { persona });
  const first = await eventually(async () => (await tasksOf(patient)).find(({ status }) => status === 'completed'));
  const set = async (resync: string) => {
    return world.call(clinician, 'PATCH', `/connections/${patient.id}/${orgConnectionId}`, { resync });
  };
  const leastMs = Date.now() + (25 / 24) * DAY_MS;
  const daily = await set('daily');
  const [listed] = connectionListSchema.parse(daily.body).connections;
  expect([daily.status, listed?.resync]).toEqual([200, 'daily']);
  expect(Date.parse(listed?.nextResync ?? '')).toBeGreaterThanOrEqual(leastMs);
  expect(Date.parse(listed?.nextResync ?? '')).toBeLessThan(leastMs + DAY_MS);
  expect((await set('hourly')).status).toBe(400);
  expect((await world.call(undefined, 'PATCH', `/connections/${patient.id}/x`, { resync: 'off' })).status).toBe(401);

  world.fasten.advanceClock(2 * DAY_MS);
  await clinician.updateResource({ ...first, authoredOn: new Date(Date.now() - 2 * DAY_MS).toISOString() });
  expect(await promoteJobs(world, 're-sync')).toHaveLength(1);
  await eventually(async () =>
    (await tasksOf(patient)).find(({ id, status }) => id !== first.id && status === 'completed'),
  );
  expect(connectionListSchema.parse((await set('off')).body).connections[0]).toMatchObject({ resync: 'off' });
  expect(await promoteJobs(world, 're-sync')).toEqual([]);
  await set('weekly');
  await world.call(clinician, 'DELETE', `/connections/${patient.id}`);
  expect((await set('daily')).status).toBe(409);
  expect(await promoteJobs(world, 're-sync')).toHaveLength(1);
  await eventually(async () => ((await promoteJobs(world, 're-sync')).length === 0 ? true : undefined));
});
