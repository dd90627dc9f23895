import { createReference, type MedplumClient, type WithId } from '@medplum/core';
import type { AccessPolicy, Bundle, Patient, Practitioner, Resource, Task } from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { API_ROUTES } from '../contract/api-routes.ts';
import { connectionAttemptSchema } from '../contract/connection-attempt.ts';
import { BRIDGE_CODE_SYSTEM, ERASURE_TASK_CODE } from '../contract/identifiers.ts';
import { clinicianPolicy, patientPolicy } from '../provision/access-policies.ts';
import { connectChart, KIM, storeChart } from './connect-chart.ts';
import { measureEffects } from './measure-effects.ts';
import { eventually, startWorld, type World } from './start-world.ts';

/** The record that somebody else wants to see, or to change, and everything that has an id of it. */
interface Victim {
  readonly patient: Patient & { id: string };
  readonly consentId: string;
  readonly orgConnectionId: string;
  /** An import that is done. */
  readonly taskId: string;
  /** One that waits for a decision. */
  readonly heldTaskId: string;
  /** Of an erasure. */
  readonly receiptId: string;
}

/** A call with the victim's ids, and what somebody else is answered. */
interface Attempted {
  readonly path: string;
  readonly body?: unknown;
  readonly patient: number;
  readonly clinician: number;
}

let world: World;
let clinician: MedplumClient;
let victim: Victim;

beforeAll(async () => {
  world = await startWorld();
  clinician = await world.signIn('clinician@example.com');
  const patient = await storeChart(clinician);
  const { consentId, orgConnectionId, task } = await connect(patient, {});
  const held = await connect(patient, { given: 'Zyxwvut' });
  const receiptId = (await makeReceipt(patient, consentId)).id ?? '';
  victim = { patient, consentId, orgConnectionId, taskId: task.id ?? '', heldTaskId: held.task.id ?? '', receiptId };
});

afterAll(async () => {
  await world.close();
});

function makeReceipt(patient: Patient, consentId: string): Promise<Task> {
  return clinician.createResource<Task>({
    resourceType: 'Task',
    status: 'completed',
    intent: 'order',
    code: { coding: [{ system: BRIDGE_CODE_SYSTEM, code: ERASURE_TASK_CODE }] },
    focus: { reference: `Consent/${consentId}` },
    for: createReference(patient),
  });
}

/** A connection whose record is of Kim, or of somebody who is not; gives its Task once the import is at rest. */
async function connect(patient: WithId<Patient>, who: { given?: string }) {
  const persona = { seed: 5, resources: 40, documentBytes: 200, patient: { ...KIM, ...who } };
  const { consentId, orgConnectionId } = await connectChart(world, clinician, patient, { persona });
  const task = await eventually(async (): Promise<Task | undefined> => {
    const tasks = await clinician.searchResources('Task', 'status=completed,on-hold&_count=1000', { cache: 'reload' });
    return tasks.find(({ focus }) => {
      return focus?.reference === `Consent/${consentId}` || focus?.identifier?.value === orgConnectionId;
    });
  });
  return { consentId, orgConnectionId, task };
}

/** Calls that are about no patient at all. */
const ABOUT_NOBODY = ['post /webhook', 'get /connections/return', 'post /connections/events', 'get /imports/events'];

/** One row for each call of the API at least: a call without one fails the first test below. */
function attempts({
  patient,
  consentId,
  orgConnectionId,
  taskId,
  heldTaskId,
  receiptId,
}: Victim): Record<string, Attempted[]> {
  const hidden = { patient: 404, clinician: 404 };
  const notTheirs = { patient: 403, clinician: 404 };
  const adminsOnly = { patient: 403, clinician: 403 };
  const at = (path: string, body?: unknown): Attempted => ({ path, ...hidden, ...(body !== undefined && { body }) });
  return {
    'post /connections/initiate': [
      at('/connections/initiate', { patientId: patient.id }),
      at('/connections/initiate', { reconnect: consentId }),
    ],
    'post /connections/complete': [
      at('/connections/complete', { patientId: patient.id, org_connection_id: orgConnectionId }),
    ],
    'get /connections/:patientId': [at(`/connections/${patient.id}`)],
    'patch /connections/:patientId/:connectionId': [
      at(`/connections/${patient.id}/${consentId}`, { resync: 'daily' }),
      at(`/connections/${patient.id}/${orgConnectionId}`, { resync: 'daily' }),
    ],
    'delete /connections/:patientId': [at(`/connections/${patient.id}`), at(`/connections/${patient.id}?erase=true`)],
    'delete /connections/:patientId/:connectionId': [
      at(`/connections/${patient.id}/${consentId}`),
      at(`/connections/${patient.id}/${orgConnectionId}`),
      at(`/connections/${patient.id}/${consentId}?erase=true`),
    ],
    'get /erasures/:erasureId': [at(`/erasures/${receiptId}`)],
    'post /sync/:patientId': [at(`/sync/${patient.id}`)],
    'post /bulk-export/:patientId': [at(`/bulk-export/${patient.id}`)],
    'get /imports/:taskId': [at(`/imports/${taskId}`), at(`/imports/${heldTaskId}`)],
    'get /imports/:taskId/events': [at(`/imports/${taskId}/events`)],
    'post /imports/:taskId/accept': [{ path: `/imports/${heldTaskId}/accept`, ...notTheirs }],
    'post /imports/:taskId/reject': [{ path: `/imports/${heldTaskId}/reject`, ...notTheirs }],
    'post /imports/:taskId/retry': [at(`/imports/${taskId}/retry`)],
    'post /imports/:taskId/redrive': [{ path: `/imports/${taskId}/redrive`, ...notTheirs }],
    'get /imports/:taskId/patients': [{ path: `/imports/${heldTaskId}/patients`, ...notTheirs }],
    'get /imports/:taskId/ledger': [at(`/imports/${taskId}/ledger`), at(`/imports/${heldTaskId}/ledger`)],
    'post /imports/:taskId/ledger/search': [
      at(`/imports/${taskId}/ledger/search`, { text: 'a' }),
      at(`/imports/${heldTaskId}/ledger/search`, { text: 'a' }),
    ],
    'get /imports/:taskId/lines/:n': [at(`/imports/${taskId}/lines/1`), at(`/imports/${heldTaskId}/lines/1`)],
    'get /data/:patientId': [at(`/data/${patient.id}`)],
    'post /data/:patientId/views': [at(`/data/${patient.id}/views`)],
    'get /data/:patientId/:dataType': [at(`/data/${patient.id}/labs`)],
    'get /bots/feeds': [{ path: '/bots/feeds', ...adminsOnly }],
    'get /bots/runs': [{ path: '/bots/runs', ...adminsOnly }],
    'get /webhooks': [{ path: '/webhooks', ...adminsOnly }],
    'get /servers': [{ path: '/servers', ...adminsOnly }],
    'get /queues': [{ path: '/queues', ...adminsOnly }],
    'get /queues/dead': [{ path: '/queues/dead', ...adminsOnly }],
    'post /queues/board': [{ path: '/queues/board', ...adminsOnly }],
    'post /queues/:queue/dead/:jobId/replay': [{ path: `/queues/import/dead/${taskId}/replay`, ...adminsOnly }],
  };
}

/** A clinician who may see and write what is in the compartment of one organisation, and a record of it. */
async function clinicianElsewhere(): Promise<MedplumClient> {
  const admin = await world.signIn('admin@example.com');
  const rules = clinicianPolicy.resource ?? [];
  const policy = await admin.createResource<AccessPolicy>({
    resourceType: 'AccessPolicy',
    name: 'Clinician of one organisation',
    resource: rules.map((rule) => ({ ...rule, criteria: `${rule.resourceType}?_compartment=%organization` })),
  });
  const organization = await admin.createResource({ resourceType: 'Organization', name: 'Elsewhere' });
  const parameter = [{ name: 'organization', valueReference: createReference(organization) }];
  const profile = await admin.createResource<Practitioner>({ resourceType: 'Practitioner' });
  return world.signInAs(profile, [{ policy: createReference(policy), parameter }]);
}

test('every call of the API is tried with the ids of another patient, or is about nobody', () => {
  const routes = API_ROUTES.map(({ method, path }) => `${method} ${path}`);
  const tried = [...Object.keys(attempts(victim)), ...ABOUT_NOBODY];
  expect(tried.toSorted()).toEqual(routes.toSorted());
});

describe.each(['patient', 'clinician'] as const)('another %s', (who) => {
  test('is refused whatever they ask with these ids, and nothing is done', async () => {
    const other = who === 'patient' ? await world.signInAs(await storeChart(clinician)) : await clinicianElsewhere();
    const before = await measureEffects(world);
    for (const [route, rows] of Object.entries(attempts(victim))) {
      const method = route.split(' ')[0]?.toUpperCase() ?? '';
      for (const { path, body, [who]: expected } of rows) {
        const answer = await world.call(other, method, path, body);
        expect([route, answer.status, answer.body]).toMatchObject([
          route,
          expected,
          { resourceType: 'OperationOutcome' },
        ]);
      }
    }
    expect(await measureEffects(world)).toEqual(before);
  });

  test('finds nothing of it in Medplum itself', async () => {
    const other = who === 'patient' ? await world.signInAs(await storeChart(clinician)) : await clinicianElsewhere();
    const { patient, orgConnectionId } = victim;
    const record: Resource[] = [];
    for (const { resourceType } of patientPolicy.resource ?? []) {
      if (resourceType === 'Binary') continue;
      const query = `_tag=${orgConnectionId}&_count=1000`;
      const found = await clinician.searchResources(resourceType as 'Observation', query);
      record.push(...found);
      expect([resourceType, (await other.searchResources(resourceType as 'Observation', query)).length]).toEqual([
        resourceType,
        0,
      ]);
    }
    expect(record.length).toBeGreaterThan(30);
    const urls = record.flatMap(({ resourceType, id, meta }) => [
      `${resourceType}/${id}`,
      `${resourceType}/${id}/_history`,
      `${resourceType}/${id}/_history/${meta?.versionId}`,
    ]);
    const searches = [
      `Patient?_id=${patient.id}&_revinclude=Observation:subject`,
      `Observation?subject=Patient/${patient.id}&_include=Observation:subject`,
      `Consent?patient=Patient/${patient.id}`,
      `Task?patient=Patient/${patient.id}`,
      `AuditEvent?entity=Patient/${patient.id}`,
    ];
    const entry = [...urls, ...searches].map((url) => ({ request: { method: 'GET' as const, url } }));
    const answer: Bundle = await other.executeBatch({ resourceType: 'Bundle', type: 'batch', entry });
    const statuses = answer.entry?.map(({ response }) => response?.status) ?? [];
    expect(new Set(statuses.slice(0, urls.length))).toEqual(new Set(['404']));
    const found = answer.entry?.slice(urls.length).map(({ resource }) => (resource as Bundle).entry?.length ?? 0);
    expect(found).toEqual(searches.map(() => 0));
  });
});

test('a connection of somebody else is not bound by an attempt of ones own', async () => {
  const mine = await storeChart(clinician);
  const user = await world.signInAs(mine);
  const initiated = await world.call(user, 'POST', '/connections/initiate', { patientId: mine.id });
  const { externalState } = connectionAttemptSchema.parse(initiated.body);
  const before = await measureEffects(world);
  const event = { event_type: 'patient.connection_success', data: { org_connection_id: victim.orgConnectionId } };
  const body = { external_state: externalState, event };
  expect((await world.call(user, 'POST', '/connections/complete', body)).status).toBe(409);
  expect(await measureEffects(world)).toEqual(before);
});

test('the patient whose ids they are may read what is theirs by each of these calls', async () => {
  const user = await world.signInAs(victim.patient);
  const own = Object.entries(attempts(victim)).filter(
    ([route]) => route.startsWith('get ') && !/queues|bots|webhooks|servers|\/patients$/.test(route),
  );
  for (const [route, [row]] of own) {
    const authorization = `Bearer ${user.getAccessToken()}`;
    const answer = await fetch(`${world.api}${row?.path}`, { headers: { authorization } });
    expect([route, answer.status]).toEqual([route, 200]);
    await answer.body?.cancel();
  }
});
