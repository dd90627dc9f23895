import type { MedplumClient } from '@medplum/core';
import type { Observation, Task } from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CLIENT } from '../../sandbox/medplum/open-sandbox.ts';
import { seed } from '../../sandbox/seed.ts';
import { connectionListSchema } from '../contract/connection.ts';
import { type Erasure, endedConnectionsSchema, erasureSchema } from '../contract/erasure.ts';
import { ORG_CONNECTION_SYSTEM } from '../contract/identifiers.ts';
import { rawExportsFromTask } from '../contract/import-task.ts';
import { bindConnection, storeChart } from './connect-chart.ts';
import { eventually, startWorld, type World } from './start-world.ts';

const { id: adminId = '', secret: adminSecret = '' } = seed.clients[CLIENT.admin] ?? {};

const ALEX = { given: 'Alex', family: 'Patient', birthDate: '1980-01-01', gender: 'other' } as const;
const MODES = [
  ['expunged', { MEDPLUM_ADMIN_CLIENT_ID: adminId, MEDPLUM_ADMIN_CLIENT_SECRET: adminSecret }, 404],
  ['history-kept', {}, 410],
] as const;

describe.each(MODES)('erasing, with the outcome %s', (outcome, environment, gone) => {
  let world: World;
  let clinician: MedplumClient;
  let patientUser: MedplumClient;

  beforeAll(async () => {
    world = await startWorld({ more: environment });
    clinician = await world.signIn('clinician@example.com');
    patientUser = await world.signIn('patient@example.com');
  });

  afterAll(() => world.close());

  const own = '7e6d5c4b-3a29-4817-a6b5-c4d3e2f1a002';

  async function connect(patientId: string, seedOfRecord: number): Promise<string> {
    const persona = { seed: seedOfRecord, resources: 60, documentBytes: 500, patient: ALEX };
    const { orgConnectionId } = await world.fasten.createConnection({ persona, portalId: crypto.randomUUID() });
    await complete(patientId, orgConnectionId);
    return orgConnectionId;
  }

  async function complete(patientId: string, orgConnectionId: string): Promise<void> {
    await bindConnection(world, clinician, { id: patientId }, orgConnectionId);
    await importOf(patientId, orgConnectionId);
  }

  async function connectionOf(patientId: string, orgConnectionId: string) {
    const { body } = await world.call(clinician, 'GET', `/connections/${patientId}`);
    return connectionListSchema.parse(body).connections.find((each) => each.orgConnectionId === orgConnectionId);
  }

  function importOf(patientId: string, orgConnectionId: string): Promise<Task> {
    return eventually(async () => {
      const { latestImport } = (await connectionOf(patientId, orgConnectionId)) ?? {};
      if (latestImport?.status !== 'completed') return undefined;
      return clinician.readResource('Task', latestImport.taskId, { cache: 'reload' });
    });
  }

  async function recordsOf(namespace: string): Promise<Observation[]> {
    const query = `_tag=${encodeURIComponent(`${ORG_CONNECTION_SYSTEM}|${namespace}`)}&_count=1000`;
    return [...(await clinician.searchResources('Observation', query, { cache: 'reload' }))];
  }

  async function statusOf(reference: string): Promise<number> {
    const headers = { authorization: `Bearer ${clinician.getAccessToken()}` };
    return (await fetch(`${world.medplum.baseUrl}fhir/R4/${reference}`, { headers })).status;
  }

  function receipt(caller: MedplumClient, erasureId: string): Promise<Erasure> {
    return eventually(async () => {
      const { body } = await world.call(caller, 'GET', `/erasures/${erasureId}`);
      const erasure = erasureSchema.parse(body);
      return ['completed', 'failed'].includes(erasure.status) ? erasure : undefined;
    });
  }

  test('a patient erases one of their connections; the other stays, and so do the Consent and the receipt', async () => {
    const [mine, other] = [await connect(own, 1), await connect(own, 2)];
    const task = await importOf(own, mine);
    const [before, others] = [await recordsOf(mine), await recordsOf(other)];
    expect([before.length > 0, others.length > 0]).toEqual([true, true]);

    const path = `/connections/${own}/${mine}?erase=true`;
    const response = await fetch(`${world.api}${path}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${patientUser.getAccessToken()}` },
    });
    expect(response.status).toBe(202);
    const { connections, erasures } = endedConnectionsSchema.parse(await response.json());
    expect(connections).toMatchObject([{ orgConnectionId: mine, status: 'inactive' }]);
    const [{ erasureId = '', consentId = '' } = {}, ...more] = erasures;
    expect(more).toEqual([]);
    expect(response.headers.get('location')).toBe(`/api/fasten-health/erasures/${erasureId}`);

    const done = await receipt(patientUser, erasureId);
    expect(done).toMatchObject({ status: 'completed', outcome, consentId, edited: 0, kept: [] });
    expect(done.erased).toMatchObject({ Observation: before.length, Task: 1 });
    expect(await recordsOf(mine)).toEqual([]);
    expect(await recordsOf(other)).toEqual(others);
    const files = rawExportsFromTask(task).map(({ reference }) => reference);
    for (const reference of [`Task/${task.id}`, `Observation/${before[0]?.id}`, ...files]) {
      expect([reference, await statusOf(reference)]).toEqual([reference, gone]);
    }
    expect(await statusOf(`Patient/${own}`)).toBe(200);
    expect(await clinician.readResource('Consent', consentId, { cache: 'reload' })).toMatchObject({
      status: 'inactive',
    });

    const again = await world.call(patientUser, 'DELETE', path);
    expect(endedConnectionsSchema.parse(again.body).erasures).toEqual([done]);
  });

  test('an export that comes afterwards is refused; connected again, it is loaded once', async () => {
    const patient = await storeChart(clinician, ALEX);
    const orgConnectionId = await connect(patient.id, 3);
    const before = await recordsOf(orgConnectionId);
    const erased = await world.call(clinician, 'DELETE', `/connections/${patient.id}?erase=true`);
    const [{ erasureId = '' } = {}] = endedConnectionsSchema.parse(erased.body).erasures;
    await receipt(clinician, erasureId);
    const late = { org_connection_id: orgConnectionId, task_id: crypto.randomUUID(), download_links: [] };
    await world.fasten.sendEvent({ type: 'patient.ehi_export_success', data: late });
    await eventually(async () => world.log().match(/"export.refused".*"reason":"connection-revoked"/) ?? undefined);
    expect(await recordsOf(orgConnectionId)).toEqual([]);

    await complete(patient.id, orgConnectionId);
    const records = await recordsOf(orgConnectionId);
    expect(records).toHaveLength(before.length);
    expect(new Set(records.map(({ meta }) => meta?.source)).size).toBe(before.length);
  });

  test('nobody erases what is not theirs', async () => {
    const patient = await storeChart(clinician, ALEX);
    const orgConnectionId = await connect(patient.id, 4);
    const path = `/connections/${patient.id}/${orgConnectionId}`;
    const refused = await world.call(patientUser, 'DELETE', `${path}?erase=true`);
    expect(refused).toMatchObject({ status: 404, body: { resourceType: 'OperationOutcome' } });
    expect((await connectionOf(patient.id, orgConnectionId))?.status).toBe('active');
    expect((await world.call(undefined, 'DELETE', `${path}?erase=true`)).status).toBe(401);
    expect((await world.call(clinician, 'DELETE', `${path}?erase=maybe`)).status).toBe(400);
    const nobody = '/connections/00000000-0000-4000-8000-000000000000?erase=true';
    expect((await world.call(clinician, 'DELETE', nobody)).status).toBe(404);
    const task = await importOf(patient.id, orgConnectionId);
    expect((await world.call(clinician, 'GET', `/erasures/${task.id}`)).status).toBe(404);
  });

  test('a bridge that is stopped while it erases goes on afterwards', async () => {
    const patient = await storeChart(clinician, ALEX);
    const orgConnectionId = await connect(patient.id, 5);
    const count = (await recordsOf(orgConnectionId)).length;
    const erased = await world.call(clinician, 'DELETE', `/connections/${patient.id}?erase=true`);
    const [{ erasureId = '' } = {}] = endedConnectionsSchema.parse(erased.body).erasures;
    await eventually(async () => {
      const { status } = await clinician.readResource('Task', erasureId, { cache: 'reload' });
      return status === 'requested' ? undefined : status;
    });
    await world.restartBridge();
    expect((await receipt(clinician, erasureId)).erased).toMatchObject({ Observation: count });
    expect(await recordsOf(orgConnectionId)).toEqual([]);
  });
});
