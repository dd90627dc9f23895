import type { MedplumClient } from '@medplum/core';
import type { AuditEvent } from '@medplum/fhirtypes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectionListSchema } from '../contract/connection.ts';
import { endedConnectionsSchema } from '../contract/erasure.ts';
import { connectChart, storeChart, UNMISTAKABLE } from './connect-chart.ts';
import { eventually, startWorld, type World } from './start-world.ts';

let world: World;
let clinician: MedplumClient;

beforeAll(async () => {
  world = await startWorld();
  clinician = await world.signIn('clinician@example.com');
});

afterAll(() => world.close());

const CLINICIAN = 'Practitioner/7e6d5c4b-3a29-4817-a6b5-c4d3e2f1a001';

test('consent, import, reads, revocation and erasure are each recorded, with references only', async () => {
  const patient = await storeChart(clinician, UNMISTAKABLE);
  const about = `Patient/${patient.id}`;
  const events = async (): Promise<AuditEvent[]> => [
    ...(await clinician.searchResources('AuditEvent', { entity: about, _count: '100' }, { cache: 'reload' })),
  ];
  /** The event of this interaction in which this resource is an entity. */
  const recorded = (interaction: string, reference: string) =>
    eventually(async () =>
      (await events()).find(({ subtype, entity }) => {
        const isOf = entity?.some(({ what }) => what?.reference === reference);
        return isOf && subtype?.[0]?.code === interaction;
      }),
    );
  const by = ({ agent }: AuditEvent) => agent.find(({ requestor }) => requestor)?.who?.reference;

  const persona = { seed: 21, resources: 40, documentBytes: 200, patient: UNMISTAKABLE };
  await connectChart(world, clinician, patient, { persona });
  const connection = await eventually(async () => {
    const list = await world.call(clinician, 'GET', `/connections/${patient.id}`);
    const [found] = connectionListSchema.parse(list.body).connections;
    return found?.latestImport?.status === 'completed' ? found : undefined;
  });
  const consent = `Consent/${connection.consentId}`;
  const task = `Task/${connection.latestImport?.taskId}`;
  expect(by(await recorded('create', consent))).toBe(CLINICIAN);
  expect(by(await recorded('transaction', task))).toMatch(/^ClientApplication\//);

  expect((await world.call(clinician, 'GET', `/data/${patient.id}/labs`)).status).toBe(200);
  const read = await recorded('search', about);
  expect(by(read)).toBe(CLINICIAN);
  const queries = read.entity?.flatMap(({ query }) => (query ? Buffer.from(query, 'base64').toString() : []));
  expect(queries).toEqual(['data/labs']);
  expect((await world.call(clinician, 'POST', `/data/${patient.id}/views`)).status).toBe(202);
  const opened = await recorded('read', about);
  expect(by(opened)).toBe(CLINICIAN);
  expect((await world.call(clinician, 'GET', `/imports/${connection.latestImport?.taskId}/ledger`)).status).toBe(200);
  expect(by(await recorded('read', task))).toBe(CLINICIAN);

  const ended = await world.call(clinician, 'DELETE', `/connections/${patient.id}?erase=true`);
  const [{ erasureId = '' } = {}] = endedConnectionsSchema.parse(ended.body).erasures;
  expect(by(await recorded('update', consent))).toBe(CLINICIAN);
  const erased = await recorded('delete', `Task/${erasureId}`);
  expect([by(erased), erased.outcome]).toEqual([CLINICIAN, '0']);

  const all = await events();
  expect(JSON.stringify(all)).not.toMatch(/Zyxwvut|Qponmlk|1971-02-03/);
  expect(world.log()).not.toContain('audit.lost');
});

test('whoever is refused is not recorded as having read', async () => {
  const stranger = await clinician.createResource({ resourceType: 'Patient' });
  const patientUser = await world.signIn('patient@example.com');
  expect((await world.call(patientUser, 'GET', `/data/${stranger.id}`)).status).toBe(404);
  expect((await world.call(patientUser, 'POST', `/data/${stranger.id}/views`)).status).toBe(404);
  expect((await world.call(clinician, 'GET', `/data/${stranger.id}`)).status).toBe(200);
  const event = await eventually(() =>
    clinician.searchOne('AuditEvent', { entity: `Patient/${stranger.id}` }, { cache: 'reload' }),
  );
  expect(event.agent.find(({ requestor }) => requestor)?.who?.reference).toBe(CLINICIAN);
  expect((await clinician.searchResources('AuditEvent', { entity: `Patient/${stranger.id}` })).length).toBe(1);
});
