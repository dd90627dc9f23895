import type { MedplumClient, WithId } from '@medplum/core';
import type { Patient, Task } from '@medplum/fhirtypes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectionListSchema } from '../contract/connection.ts';
import { countsFromTask } from '../contract/import-task.ts';
import { decideImport } from '../export/decide-import.ts';
import { verifyImport } from '../ingest/ledger/verify-import.ts';
import { openQueues } from '../queue/open-queues.ts';
import { bindConnection, KIM, storeChart } from './connect-chart.ts';
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

type Place = { portalId: string } | { tefcaDirectoryId: string };

/** A sign-in at a portal. The seed says whose account it is: another one has another Patient, with the same name. */
async function signInAt(place: Place, account: number, who: { family: string } = KIM): Promise<string> {
  const persona = { seed: account, resources: 40, documentBytes: 300, patient: { ...KIM, ...who } };
  return (await world.fasten.createConnection({ persona, ...place })).orgConnectionId;
}

async function connectionOf(patient: Patient, orgConnectionId: string) {
  const { body } = await world.call(clinician, 'GET', `/connections/${patient.id}`);
  const { connections } = connectionListSchema.parse(body);
  return connections.find((connection) => connection.orgConnectionId === orgConnectionId);
}

/** Completes a connection and waits for its import. */
async function connect(patient: WithId<Patient>, orgConnectionId: string): Promise<Task> {
  await bindConnection(world, clinician, patient, orgConnectionId);
  return ended(patient, orgConnectionId);
}

function ended(patient: Patient, orgConnectionId: string): Promise<Task> {
  return eventually(async () => {
    const { latestImport } = (await connectionOf(patient, orgConnectionId)) ?? {};
    if (!latestImport || !['completed', 'failed', 'on-hold'].includes(latestImport.status)) return undefined;
    return clinician.readResource('Task', latestImport.taskId, { cache: 'reload' });
  });
}

async function observationsOf(patient: Patient): Promise<number> {
  const query = `patient=Patient/${patient.id}&_count=1000`;
  return (await clinician.searchResources('Observation', query, { cache: 'reload' })).length;
}

test.each([
  ['portal', { portalId: 'portal-1' }],
  ['TEFCA directory', { tefcaDirectoryId: 'urn:oid:2.16.840.1.1' }],
])('connecting the same %s again does not double the record', async (_name, place) => {
  const patient = await storeChart(clinician);
  const [first, second] = [await signInAt(place, 1), await signInAt(place, 1)];
  await connect(patient, first);
  const stored = await observationsOf(patient);
  const again = await connect(patient, second);

  expect(again.status).toBe('completed');
  const counts = countsFromTask(again);
  expect([counts.created, counts.updated]).toEqual([0, 0]);
  expect(counts.unchanged).toBeGreaterThanOrEqual(40);
  expect(await observationsOf(patient)).toBe(stored);
  const newest = await connectionOf(patient, second);
  expect(newest).toMatchObject({ namespace: first, status: 'active' });
  expect(newest).not.toHaveProperty('continuedBy');
  expect(await connectionOf(patient, first)).toMatchObject({ namespace: first, continuedBy: newest?.consentId });
  const verified = await verifyImport(clinician, { namespace: first });
  expect(verified).toMatchObject({ task: again.id, found: { missing: 0, doubled: 0, changed: 0 } });
});

test('a revoked connection is continued as well', async () => {
  const patient = await storeChart(clinician);
  const place = { portalId: 'portal-2' };
  const [first, second] = [await signInAt(place, 2), await signInAt(place, 2)];
  await connect(patient, first);
  await world.fasten.setWebhook({ connectionEvents: true });
  await world.fasten.revokeConnection(first);
  await world.fasten.setWebhook({ connectionEvents: false });
  await eventually(async () => ((await connectionOf(patient, first))?.status === 'inactive' ? true : undefined));
  expect(countsFromTask(await connect(patient, second)).created).toBe(0);
  expect(await connectionOf(patient, second)).toMatchObject({ namespace: first, status: 'active' });
});

test('the same portal is another lineage for another patient, and another portal for the same one', async () => {
  const [mine, theirs] = [await storeChart(clinician), await storeChart(clinician)];
  const [first, second] = [await signInAt({ portalId: 'portal-3' }, 3), await signInAt({ portalId: 'portal-3' }, 4)];
  const third = await signInAt({ portalId: 'portal-4' }, 5);
  await connect(mine, first);
  await connect(theirs, second);
  await connect(mine, third);
  expect(await connectionOf(theirs, second)).toMatchObject({ namespace: second });
  expect(await connectionOf(mine, third)).toMatchObject({ namespace: third });
});

test('another account at the same portal begins a lineage of its own, and each is continued by its own', async () => {
  const patient = await storeChart(clinician);
  const place = { portalId: 'portal-5' };
  const [one, other] = [await signInAt(place, 6), await signInAt(place, 7)];
  await connect(patient, one);
  expect(countsFromTask(await connect(patient, other)).unchanged).toBe(0);
  expect(await connectionOf(patient, other)).toMatchObject({ namespace: other });

  const oneAgain = await signInAt(place, 6);
  expect(countsFromTask(await connect(patient, oneAgain)).created).toBe(0);
  expect(await connectionOf(patient, oneAgain)).toMatchObject({ namespace: one });
});

test('two connections to one portal at once are one lineage', async () => {
  const patient = await storeChart(clinician);
  const place = { portalId: 'portal-6' };
  const ids = [await signInAt(place, 8), await signInAt(place, 8)];
  await Promise.all(ids.map((id) => bindConnection(world, clinician, patient, id)));
  const tasks = await Promise.all(ids.map((id) => ended(patient, id)));
  const namespaces = await Promise.all(ids.map(async (id) => (await connectionOf(patient, id))?.namespace));
  expect(new Set(namespaces).size).toBe(1);
  const counts = tasks.map(countsFromTask);
  expect(Math.min(...counts.map(({ created }) => created))).toBe(0);
});

test('an import of a connection that continues a revoked one can be held, and accepted', async () => {
  const patient = await storeChart(clinician);
  const place = { portalId: 'portal-7' };
  const [first, second] = [await signInAt(place, 9), await signInAt(place, 9, { family: 'Married' })];
  await connect(patient, first);
  const consent = await clinician.searchOne('Consent', `patient=Patient/${patient.id}`, { cache: 'reload' });
  await clinician.patchResource('Consent', consent?.id ?? '', [{ op: 'replace', path: '/status', value: 'inactive' }]);
  await bindConnection(world, clinician, patient, second);
  const task = await eventually(async () => {
    const held = await clinician.searchResources('Task', 'status=on-hold', { cache: 'reload' });
    return held.find(({ focus }) => focus?.identifier?.value === second);
  });
  const queues = openQueues(world.redis.redis, world.redis.prefix);
  await decideImport({ medplum: clinician, decider: clinician, addJob: queues.add }, task.id ?? '', 'accepted');
  const done = await ended(patient, second);
  await queues.close();
  const { created, updated } = countsFromTask(done);
  expect(done.status).toBe('completed');
  expect(updated).toBeGreaterThan(created);
});
