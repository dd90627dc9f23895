import { readdir } from 'node:fs/promises';
import type { MedplumClient } from '@medplum/core';
import type { Patient, Task } from '@medplum/fhirtypes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectionListSchema, connectionSchema } from '../contract/connection.ts';
import { EHI_EXPORT_SYSTEM, ORG_CONNECTION_SYSTEM } from '../contract/identifiers.ts';
import { importStatusSchema } from '../contract/import-status.ts';
import { countsFromTask, settledLines } from '../contract/import-task.ts';
import { KIM, storeChart, UNMISTAKABLE } from './connect-chart.ts';
import { eventually, startWorld, type World } from './start-world.ts';

let world: World;
let clinician: MedplumClient;

beforeAll(async () => {
  world = await startWorld();
  clinician = await world.signIn('clinician@example.com');
});

afterAll(async () => {
  await world.close();
});

/** A connection at Fasten, not yet known to the bridge, with a small export behind it. */
function connectAtFasten(seed: number) {
  return world.fasten.createConnection({ persona: { seed, resources: 60, documentBytes: 500, patient: KIM } });
}

function complete(patient: Patient, orgConnectionId: string) {
  const body = { patientId: patient.id, org_connection_id: orgConnectionId };
  return world.call(clinician, 'POST', '/connections/complete', body);
}

function endedTask(patient: Patient): Promise<Task> {
  return eventually(async () => {
    const tasks = await clinician.searchResources('Task', `patient=Patient/${patient.id}`, { cache: 'reload' });
    return tasks.find(({ status }) => ['completed', 'failed', 'cancelled'].includes(status));
  });
}

test('a connection becomes searchable records and a completed Task', async () => {
  const patient = await storeChart(clinician);
  const { orgConnectionId } = await connectAtFasten(1);

  const connected = await complete(patient, orgConnectionId);
  expect(connected.status).toBe(200);
  expect(connectionSchema.parse(connected.body)).toMatchObject({ orgConnectionId, status: 'active' });

  const task = await endedTask(patient);
  const counts = countsFromTask(task);
  expect(task.status).toBe('completed');
  expect(counts.lines).toBeGreaterThanOrEqual(60);
  expect(settledLines(counts)).toBe(counts.lines);

  const observations = await clinician.searchResources('Observation', `patient=Patient/${patient.id}&_count=1000`);
  expect(observations.length).toBeGreaterThan(0);
  expect(observations[0]?.meta?.source).toContain(`${ORG_CONNECTION_SYSTEM}/${orgConnectionId}#Observation/`);

  const status = await world.call(clinician, 'GET', `/imports/${task.id}`);
  expect(importStatusSchema.parse(status.body)).toMatchObject({ status: 'completed', phase: 'loaded', counts });
  const list = connectionListSchema.parse((await world.call(clinician, 'GET', `/connections/${patient.id}`)).body);
  expect(list.connections[0]).toMatchObject({
    orgConnectionId,
    latestImport: { taskId: task.id, status: 'completed' },
  });
});

test('a second delivery of the same event does nothing', async () => {
  const patient = await storeChart(clinician);
  const { orgConnectionId } = await connectAtFasten(2);
  await complete(patient, orgConnectionId);
  const task = await endedTask(patient);
  const event = world.fasten.deliveries().find(({ data }) => data.org_connection_id === orgConnectionId);

  const before = await clinician.readHistory('Task', task.id ?? '');
  const seen = event?.attempts.length ?? 0;
  expect(world.fasten.redeliver(event?.eventId ?? '')).toBe(true);
  await eventually(async () => {
    const again = world.fasten.deliveries().find(({ eventId }) => eventId === event?.eventId);
    return (again?.attempts.length ?? 0) > seen ? true : undefined;
  });
  expect(world.log()).toMatch(new RegExp(`"webhook.duplicate".*"eventId":"${event?.eventId}"`));
  const after = await clinician.readHistory('Task', task.id ?? '');
  expect(after.entry?.length).toBe(before.entry?.length);
});

test('an event that overtakes the answer to our own request is taken', async () => {
  const patient = await storeChart(clinician);
  const { orgConnectionId } = await connectAtFasten(3);
  // Somebody else's request makes Fasten export before the bridge knows of the connection at all.
  const authorization = `Basic ${btoa('public_test_sandbox:private_test_sandbox')}`;
  await fetch(`${world.fasten.baseUrl}/bridge/fhir/ehi-export`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ org_connection_id: orgConnectionId }),
  });
  await eventually(async () => world.log().match(/"event":"job.retried".*"code":"connection-unknown"/) ?? undefined);
  expect((await complete(patient, orgConnectionId)).status).toBe(200);
  expect((await endedTask(patient)).status).toBe('completed');
  const tasks = await clinician.searchResources('Task', `patient=Patient/${patient.id}`);
  expect(tasks.map(({ identifier }) => identifier?.[0]?.system)).toEqual([EHI_EXPORT_SYSTEM]);
});

test('completing twice, and at the same time, makes one Consent and one import', async () => {
  const patient = await storeChart(clinician);
  const { orgConnectionId } = await connectAtFasten(4);
  const answers = await Promise.all([1, 2, 3].map(() => complete(patient, orgConnectionId)));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  await endedTask(patient);
  const consents = await clinician.searchResources('Consent', `patient=Patient/${patient.id}`);
  const tasks = await clinician.searchResources('Task', `patient=Patient/${patient.id}`);
  expect([consents.length, tasks.length]).toEqual([1, 1]);
});

test('a connection of one patient cannot be bound to another, and an unknown one to nobody', async () => {
  const [mine, theirs] = [await storeChart(clinician), await storeChart(clinician)];
  const { orgConnectionId } = await connectAtFasten(5);
  await complete(theirs, orgConnectionId);
  expect((await complete(mine, orgConnectionId)).status).toBe(409);
  expect((await complete(mine, 'made-up')).status).toBe(422);
  expect((await complete(mine, orgConnectionId.toUpperCase())).status).toBe(422);
  expect(await clinician.searchOne('Consent', `patient=Patient/${mine.id}`)).toBeUndefined();
  await endedTask(theirs);
});

test('without a valid token nothing is told', async () => {
  const patient = await storeChart(clinician);
  for (const path of [`/connections/${patient.id}`, '/imports/x', '/nothing']) {
    const answer = await world.call(undefined, 'GET', path);
    expect(answer).toMatchObject({ status: 401, body: { resourceType: 'OperationOutcome' } });
  }
  const body = { patientId: patient.id, org_connection_id: 'x' };
  expect((await world.call(undefined, 'POST', '/connections/complete', body)).status).toBe(401);
});

test('a revoked connection loads nothing more', async () => {
  const patient = await storeChart(clinician);
  const connection = await connectAtFasten(6);
  await complete(patient, connection.orgConnectionId);
  const first = await endedTask(patient);
  await world.fasten.setWebhook({ connectionEvents: true });
  await world.fasten.revokeConnection(connection.orgConnectionId);
  await world.fasten.setWebhook({ connectionEvents: false });
  await eventually(async () => {
    const consent = await clinician.searchOne('Consent', `patient=Patient/${patient.id}`, { cache: 'reload' });
    return consent?.status === 'inactive' ? true : undefined;
  });
  const data = {
    org_connection_id: connection.orgConnectionId,
    task_id: 'later-export',
    download_links: [{ url: `${world.fasten.baseUrl}/bridge/fhir/ehi-export/x/download/y` }],
  };
  await world.fasten.sendEvent({ type: 'patient.ehi_export_success', data });
  const refused = await eventually(async () => {
    const query = `patient=Patient/${patient.id}&status=cancelled`;
    return clinician.searchOne('Task', query, { cache: 'reload' });
  });
  expect(refused.id).not.toBe(first.id);
  expect(refused.statusReason?.coding?.[0]?.code).toBe('connection-revoked');
});

test('an export that failed at Fasten says so on its Task', async () => {
  const patient = await storeChart(clinician);
  const persona = { seed: 7, resources: 20, patient: KIM };
  const connection = await world.fasten.createConnection({ persona, failWith: 'token_refresh_failure' });
  await complete(patient, connection.orgConnectionId);
  const task = await endedTask(patient);
  expect(task).toMatchObject({
    status: 'failed',
    statusReason: { coding: [{ code: 'token_refresh_failure' }, { code: 'retry' }] },
  });
});

test('a download whose signed link expires in its middle goes on with a fresh one', async () => {
  const patient = await storeChart(clinician);
  const { orgConnectionId } = await connectAtFasten(10);
  const cut = world.fasten.cutNextDownload(4000);
  await complete(patient, orgConnectionId);
  const task = await endedTask(patient);
  await cut;
  expect(task.status).toBe('completed');
  const counts = countsFromTask(task);
  expect(counts.lines).toBeGreaterThanOrEqual(60);
  expect([settledLines(counts), counts.quarantined]).toEqual([counts.lines, 0]);
});

test('a bridge that is stopped in mid-import hands it back, and the next one finishes it', async () => {
  const patient = await storeChart(clinician);
  const persona = { seed: 9, resources: 1500, documentBytes: 200, patient: KIM };
  const { orgConnectionId } = await world.fasten.createConnection({ persona });
  await complete(patient, orgConnectionId);
  const isLoading = () => clinician.searchOne('Observation', `patient=Patient/${patient.id}`, { cache: 'reload' });
  await eventually(isLoading);
  await world.restartBridge();
  expect(world.log()).toContain('"event":"job.handed-back","queue":"import"');

  const task = await endedTask(patient);
  const counts = countsFromTask(task);
  expect(task.status).toBe('completed');
  expect(settledLines(counts)).toBe(counts.lines);
  expect(counts.created).toBeGreaterThan(0);
  expect(counts.unchanged).toBeGreaterThan(0);
  const sources = await allSources(patient);
  expect(new Set(sources).size).toBe(sources.length);
});

/** `meta.source` of every Observation and Encounter of a Patient. */
async function allSources(patient: Patient): Promise<(string | undefined)[]> {
  const types = ['Observation', 'Encounter'] as const;
  const found = await Promise.all(
    types.map((type) => clinician.searchResources(type, `patient=Patient/${patient.id}&_count=1000`)),
  );
  return found.flat().map(({ meta }) => meta?.source);
}

test('no name of the record is left in the log, in Redis or on disk', async () => {
  const patient = await storeChart(clinician, UNMISTAKABLE);
  const persona = {
    seed: 8,
    resources: 40,
    patient: UNMISTAKABLE,
    dirt: ['bad-json' as const, 'empty-strings' as const],
  };
  const connection = await world.fasten.createConnection({ persona });
  await complete(patient, connection.orgConnectionId);
  const task = await endedTask(patient);
  expect(task.status).toBe('completed');
  for (const kept of [world.log(), await world.redis.dump()]) {
    expect(kept).not.toMatch(/Zyxwvut|Qponmlk|1971-02-03/);
  }
  const left = await readdir(world.spoolDir, { recursive: true });
  expect(left.filter((name) => name.endsWith('.jsonl'))).toEqual([]);
});
