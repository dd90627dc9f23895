import type { MedplumClient } from '@medplum/core';
import type { Consent, Task } from '@medplum/fhirtypes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  BRIDGE_CODE_SYSTEM,
  CONNECTION_CONSENT_CODE,
  IMPORT_TASK_CODE,
  ORG_CONNECTION_SYSTEM,
} from '../contract/identifiers.ts';
import { holdFromTask } from '../contract/import-hold.ts';
import { importStatusSchema } from '../contract/import-status.ts';
import { openQueues, type Queues } from '../queue/open-queues.ts';
import { connectChart, KIM, storeChart } from './connect-chart.ts';
import { eventually, startWorld, type World } from './start-world.ts';

let world: World;
let clinician: MedplumClient;
let patientUser: MedplumClient;
let queues: Queues;

beforeAll(async () => {
  world = await startWorld();
  clinician = await world.signIn('clinician@example.com');
  patientUser = await world.signIn('patient@example.com');
  queues = openQueues(world.redis.redis, world.redis.prefix);
});

afterAll(async () => {
  await queues.close();
  await world.close();
});

/** A connection of a new chart of Kim's; the records are of whoever is named. Gives its Task as soon as there is one. */
async function connect(seed: number, who: Partial<typeof KIM> | { given: string }) {
  const patient = await storeChart(clinician);
  const persona = { seed, resources: 60, documentBytes: 200, patient: { ...KIM, ...who } };
  const { consentId, orgConnectionId } = await connectChart(world, clinician, patient, { persona });
  const focus = `Consent/${consentId}`;
  return eventually(async () => {
    const tasks = await clinician.searchResources('Task', '_count=1000', { cache: 'reload' });
    return tasks.find((task) => task.focus?.reference === focus || task.focus?.identifier?.value === orgConnectionId);
  });
}

/** Waits until the import is at rest, and gives every status that the stream told. */
async function follow(task: Task, caller = clinician) {
  const headers = { authorization: `Bearer ${caller.getAccessToken()}` };
  const response = await fetch(`${world.api}/imports/${task.id}/events`, { headers });
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
  const events = (await response.text()).trim().split('\n\n');
  expect(events.at(-1)).toBe('event: end\ndata: {}');
  return events.flatMap((event) => {
    const [, json] = /^event: status\ndata: (.*)$/.exec(event) ?? [];
    return json ? [importStatusSchema.parse(JSON.parse(json))] : [];
  });
}

function call(task: Task, verb: string, caller: MedplumClient | undefined = clinician) {
  return world.call(caller, 'POST', `/imports/${task.id}/${verb}`);
}

test('an import is followed to its end, with the caller token in a header and nowhere else', async () => {
  const task = await connect(31, {});
  const statuses = await follow(task);
  expect(statuses.at(-1)).toMatchObject({ status: 'completed', phase: 'loaded' });
  expect(statuses.at(-1)?.counts.lines).toBeGreaterThan(0);
  expect(await follow(task)).toHaveLength(1);
  const token = clinician.getAccessToken() ?? '';
  expect((await fetch(`${world.api}/imports/${task.id}/events?access_token=${token}`)).status).toBe(401);
  expect((await world.call(clinician, 'GET', '/imports/no-such-task/events')).status).toBe(404);
});

test('an open stream does not keep the service from stopping', async () => {
  const task = await clinician.createResource<Task>({
    resourceType: 'Task',
    status: 'in-progress',
    intent: 'order',
    code: { coding: [{ system: BRIDGE_CODE_SYSTEM, code: IMPORT_TASK_CODE }] },
  });
  const headers = { authorization: `Bearer ${clinician.getAccessToken()}` };
  const response = await fetch(`${world.api}/imports/${task.id}/events`, { headers });
  await world.restartBridge();
  expect(await response.text()).toMatch(/^event: status\ndata: .*"in-progress"/);
});

test('a clinician accepts a held import over the API, twice as well as once, and a patient never', async () => {
  const task = await connect(32, { given: 'Zyxwvut' });
  expect((await follow(task)).at(-1)).toMatchObject({ status: 'on-hold', reason: 'patient-differs' });
  for (const verb of ['accept', 'reject']) {
    const refused = await call(task, verb, patientUser);
    expect(refused).toMatchObject({ status: 403, body: { resourceType: 'OperationOutcome' } });
  }
  expect((await world.call(undefined, 'POST', `/imports/${task.id}/accept`)).status).toBe(401);
  expect((await call(task, 'retry')).status).toBe(409);
  expect(await call(task, 'accept')).toEqual({ status: 200, body: { outcome: 'queued' } });
  expect((await call(task, 'accept')).status).toBe(200);
  expect((await call(task, 'reject')).status).toBe(409);
  expect((await follow(task)).at(-1)).toMatchObject({ status: 'completed' });
  const stored = await clinician.readResource('Task', task.id ?? '', { cache: 'reload' });
  expect(holdFromTask(stored)).toMatchObject({
    decision: 'accepted',
    decidedBy: expect.stringMatching(/^Practitioner\//),
  });
});

test('what a clinician rejects stays out', async () => {
  const task = await connect(33, { given: 'Zyxwvut' });
  await follow(task);
  expect(await call(task, 'reject')).toEqual({ status: 200, body: { outcome: 'rejected' } });
  expect((await call(task, 'accept')).status).toBe(409);
  expect((await follow(task)).at(-1)).toMatchObject({ status: 'rejected' });
});

/** A Task and the Consent that it needs; without a Patient its import fails for good. */
async function makeFailing() {
  const consent = await clinician.createResource<Consent>({
    resourceType: 'Consent',
    status: 'active',
    scope: { coding: [{ code: 'patient-privacy' }] },
    category: [{ coding: [{ system: BRIDGE_CODE_SYSTEM, code: CONNECTION_CONSENT_CODE }] }],
    identifier: [{ system: ORG_CONNECTION_SYSTEM, value: 'made-up-connection' }],
    policyRule: { text: 'none' },
  });
  const task = await clinician.createResource<Task>({
    resourceType: 'Task',
    status: 'requested',
    intent: 'order',
    code: { coding: [{ system: BRIDGE_CODE_SYSTEM, code: IMPORT_TASK_CODE }] },
    focus: { reference: `Consent/${consent.id}` },
  });
  return { consent, task };
}

test('an import that failed is tried again, as often as it is asked for', async () => {
  const { consent, task } = await makeFailing();
  await queues.add('import', [task.id ?? ''], {
    taskId: task.id ?? '',
    consentId: consent.id ?? '',
    exportId: 'e',
    files: [],
  });
  expect((await follow(task)).at(-1)).toMatchObject({ status: 'failed', reason: 'consent-without-patient' });
  expect(await call(task, 'retry')).toEqual({ status: 200, body: { outcome: 'queued' } });
  await eventually(async () => world.log().match(/"import.retried"/) ?? undefined);
  expect((await follow(task)).at(-1)).toMatchObject({ status: 'failed', reason: 'consent-without-patient' });
  await eventually(async () => {
    return world.log().match(/"import.gave-up"/g)?.length === 2 ? true : undefined;
  });
});

test('an import that the queue does not know, or that is done, is not tried again', async () => {
  const { task } = await makeFailing();
  await clinician.updateResource<Task>({ ...task, status: 'failed' });
  expect(await call(task, 'retry')).toMatchObject({ status: 409, body: { issue: [{ code: 'conflict' }] } });
  await clinician.updateResource<Task>({ ...task, status: 'completed' });
  expect((await call(task, 'retry')).status).toBe(409);
});
