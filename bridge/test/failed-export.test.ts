import type { MedplumClient } from '@medplum/core';
import type { Communication, Consent, Patient, Task } from '@medplum/fhirtypes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { importStatusFromTask } from '../contract/import-status.ts';
import { connectChart, KIM, storeChart } from './connect-chart.ts';
import { promoteJobs } from './promote-jobs.ts';
import { eventually, startWorld, type World } from './start-world.ts';

const PERSONA = { seed: 3, resources: 20, documentBytes: 200, patient: KIM };
const HOUR_MS = 3_600_000;
let world: World;
let clinician: MedplumClient;

beforeAll(async () => {
  world = await startWorld();
  clinician = await world.signIn('clinician@example.com');
});

afterAll(async () => {
  await world.close();
});

async function connect(failWith?: string): Promise<Patient & { id: string }> {
  const patient = await storeChart(clinician);
  await connectChart(world, clinician, patient, { persona: PERSONA, ...(failWith && { failWith }) });
  return patient;
}

async function tasksOf(patient: Patient, status: Task['status']): Promise<Task[]> {
  const query = `patient=Patient/${patient.id}&status=${status}`;
  return [...(await clinician.searchResources('Task', query, { cache: 'reload' }))];
}

function failedTasks(patient: Patient, count: number): Promise<Task[]> {
  return eventually(async () => {
    const tasks = await tasksOf(patient, 'failed');
    return tasks.length === count ? tasks : undefined;
  });
}

/** But the one that a health system was connected. */
async function messagesFor(patient: Patient): Promise<Communication[]> {
  const query = `subject=Patient/${patient.id}`;
  const all = await clinician.searchResources('Communication', query, { cache: 'reload' });
  return all.filter(({ identifier }) => !identifier?.[0]?.value?.includes('/connected/'));
}

test('a fault that may pass is tried again twice, then the patient is asked to reconnect, once', async () => {
  const patient = await connect('token_refresh_failure');
  for (const [failures, delayMs] of [0.5 * HOUR_MS, 4 * HOUR_MS].entries()) {
    const tasks = await failedTasks(patient, failures + 1);
    expect(tasks.map((task) => importStatusFromTask(task).nextStep)).toEqual(tasks.map(() => 'retry'));
    expect(await messagesFor(patient)).toEqual([]);
    expect(await promoteJobs(world, 'export-request')).toEqual([delayMs]);
  }
  const tasks = await failedTasks(patient, 3);
  const steps = tasks.map((task) => importStatusFromTask(task).nextStep).toSorted();
  expect(steps).toEqual(['reconnect', 'retry', 'retry']);
  expect(await promoteJobs(world, 'export-request')).toEqual([]);
  const messages = await messagesFor(patient);
  expect(messages).toMatchObject([{ status: 'completed', recipient: [{ reference: `Patient/${patient.id}` }] }]);
  expect(messages[0]?.payload?.[0]?.contentString).toMatch(/connect it again/);
});

test('two exports that failed side by side are followed by one, and the patient is told once', async () => {
  const patient = await connect('token_refresh_failure');
  await failedTasks(patient, 1);
  const { orgConnectionId: org_connection_id = '' } = world.fasten.connections().at(-1) ?? {};
  const data = { org_connection_id, task_id: crypto.randomUUID(), failure_reason: 'token_refresh_failure' };
  await world.fasten.sendEvent({ type: 'patient.ehi_export_failed', data });
  await failedTasks(patient, 2);
  const from = world.log().length;
  expect(await promoteJobs(world, 'export-request')).toHaveLength(2);
  await eventually(
    async () =>
      world
        .log()
        .slice(from)
        .match(/"export.not-needed"/) ?? undefined,
  );
  const tasks = await failedTasks(patient, 3);
  expect(tasks.map((task) => importStatusFromTask(task).nextStep).toSorted()).toEqual(['reconnect', 'retry', 'retry']);
  expect(
    world
      .log()
      .slice(from)
      .match(/"export.requested"/g),
  ).toHaveLength(1);
  expect(await messagesFor(patient)).toHaveLength(1);
});

test('what trying again cannot cure is told at once', async () => {
  const [missing, invalid] = [await connect('scope_patient_missing'), await connect('resource_invalid_content')];
  for (const [patient, nextStep, words] of [
    [missing, 'reconnect', /connect it again/],
    [invalid, 'support', /do not need to do anything/],
  ] as const) {
    const [task] = await failedTasks(patient, 1);
    expect(importStatusFromTask(task as Task)).toMatchObject({ status: 'failed', nextStep });
    expect((await messagesFor(patient))[0]?.payload?.[0]?.contentString).toMatch(words);
  }
  expect(await promoteJobs(world, 'export-request')).toEqual([]);
});

test('an export whose webhook was lost is asked for again, and its record comes', async () => {
  const { url = '' } = await world.fasten.setWebhook({ url: 'http://127.0.0.1:9/' });
  const webhookUrl = `${world.api}/webhook`;
  expect(url).not.toBe(webhookUrl);
  const patient = await connect();
  await eventually(async () => (await tasksOf(patient, 'requested'))[0]);
  await eventually(async () => world.fasten.deliveries().find(({ state }) => state === 'failed'));
  await world.fasten.setWebhook({ url: webhookUrl });
  await eventually(async () => ((await promoteJobs(world, 'export-watch')).length > 0 ? true : undefined));
  await eventually(async () => (await tasksOf(patient, 'completed'))[0]);
  expect(world.log()).toContain('"export.stranded"');
  // The next look finds nothing to do any more.
  await eventually(async () => ((await promoteJobs(world, 'export-watch')).length > 0 ? true : undefined));
});

test('an export that never comes is given up after a day, and one of an ended connection at the next look', async () => {
  await world.fasten.setWebhook({ url: 'http://127.0.0.1:9/' });
  const [lost, ended] = [await connect(), await connect()];
  const stranded = await eventually(async () => (await tasksOf(lost, 'requested'))[0]);
  await eventually(async () => (await tasksOf(ended, 'requested'))[0]);
  await clinician.updateResource({ ...stranded, authoredOn: new Date(Date.now() - 26 * HOUR_MS).toISOString() });
  const consent = (await clinician.searchOne('Consent', `patient=Patient/${ended.id}`)) as Consent;
  await clinician.updateResource({ ...consent, status: 'inactive' });
  const looked = await eventually(async () => {
    await promoteJobs(world, 'export-watch');
    const [failed] = await tasksOf(lost, 'failed');
    const [cancelled] = await tasksOf(ended, 'cancelled');
    return failed && cancelled ? { failed, cancelled } : undefined;
  });
  expect(importStatusFromTask(looked.failed)).toMatchObject({ reason: 'export-stranded', nextStep: 'support' });
  expect(importStatusFromTask(looked.cancelled).reason).toBe('connection-revoked');
  expect(await messagesFor(lost)).toHaveLength(1);
  expect(await messagesFor(ended)).toEqual([]);
  await world.fasten.setWebhook({ url: `${world.api}/webhook` });
});
