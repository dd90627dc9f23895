import type { MedplumClient, WithId } from '@medplum/core';
import type { Consent, Patient } from '@medplum/fhirtypes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectionListSchema } from '../contract/connection.ts';
import { connectionAttemptSchema } from '../contract/connection-attempt.ts';
import { withResync } from '../contract/resync.ts';
import { connectChart, KIM, storeChart } from './connect-chart.ts';
import { promoteJobs } from './promote-jobs.ts';
import { eventually, startWorld, type World } from './start-world.ts';

const PERSONA = { seed: 4, resources: 20, documentBytes: 200, patient: KIM };
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

async function connect(patient: WithId<Patient>, consentExpiresAt: string): Promise<Consent> {
  await connectChart(world, clinician, patient, { persona: PERSONA, consentExpiresAt });
  return consentOf(patient);
}

async function consentOf(patient: Patient): Promise<Consent> {
  return (await clinician.searchOne('Consent', `patient=Patient/${patient.id}`, { cache: 'reload' })) as Consent;
}

function endsAs(patient: Patient, status: Consent['status']): Promise<Consent> {
  return eventually(async () => {
    const consent = await consentOf(patient);
    return consent.status === status ? consent : undefined;
  });
}

test('a consent that has run out ends the connection, and the patient is offered to connect again', async () => {
  const patient = await storeChart(clinician);
  await connect(patient, new Date(Date.now() - 1_000).toISOString());
  const ended = await endsAs(patient, 'inactive');
  const about = `subject=Patient/${patient.id}`;
  const all = await clinician.searchResources('Communication', about, { cache: 'reload' });
  const messages = all.filter(({ topic }) => topic?.text !== 'Your health system is connected');
  expect([...messages]).toMatchObject([{ about: [{ reference: `Consent/${ended.id}` }], status: 'completed' }]);
  expect(messages[0]?.payload?.[0]?.contentString).toMatch(/connect it again/);
  const { body } = await world.call(clinician, 'GET', `/connections/${patient.id}`);
  expect(connectionListSchema.parse(body).connections).toMatchObject([{ status: 'inactive' }]);
});

test('an end that has moved is waited for', async () => {
  const patient = await storeChart(clinician);
  const later = new Date(Date.now() + 30 * DAY_MS).toISOString();
  const consent = await connect(patient, later);
  const early = new Date(Date.now() - 1_000).toISOString();
  await clinician.updateResource({ ...consent, provision: { ...consent.provision, period: { end: early } } });
  expect(await promoteJobs(world, 'connection-expiry')).toHaveLength(1);
  const kept = await eventually(async () => {
    const stored = await consentOf(patient);
    return stored.provision?.period?.end === early ? undefined : stored;
  });
  expect(kept).toMatchObject({ status: 'active', provision: { period: { end: later } } });
});

test('a sweep closes attempts that nobody ended, and plans anew what Redis has lost', async () => {
  const [patient, other] = [await storeChart(clinician), await storeChart(clinician)];
  const begun = await world.call(clinician, 'POST', '/connections/initiate', { patientId: patient.id });
  const attempt = connectionAttemptSchema.parse(begun.body);
  const fresh = await world.call(clinician, 'POST', '/connections/initiate', { patientId: other.id });
  const pending = await clinician.readResource('Consent', attempt.externalId);
  await clinician.updateResource({ ...pending, dateTime: new Date(Date.now() - 3 * DAY_MS).toISOString() });
  const lost = await storeChart(clinician);
  await clinician.updateResource(
    withResync(await connect(lost, new Date(Date.now() + DAY_MS).toISOString()), 'weekly'),
  );

  await promoteJobs(world, 'sweep');
  const closed = await endsAs(patient, 'rejected');
  expect(closed.identifier ?? []).toEqual([]);
  expect((await consentOf(other)).id).toBe(connectionAttemptSchema.parse(fresh.body).externalId);
  expect((await consentOf(other)).status).toBe('proposed');
  const planned = await eventually(async () => {
    const { body } = await world.call(clinician, 'GET', `/connections/${lost.id}`);
    return connectionListSchema.parse(body).connections[0]?.nextResync;
  });
  expect(Date.parse(planned)).toBeGreaterThan(Date.now() + 6 * DAY_MS);
});

test('a sweep finds a connection behind ten thousand others, where Medplum gives no page by its number any more', async () => {
  const patient = await storeChart(clinician);
  const consent = await connect(patient, new Date(Date.now() + DAY_MS).toISOString());
  const { id: _, identifier: __, meta: ___, provision: ____, ...inert } = consent;
  for (let planted = 0; planted < 10_500; planted += 500) {
    const entry = Array.from({ length: 500 }, () => ({
      request: { method: 'POST', url: 'Consent' } as const,
      resource: inert,
    }));
    await clinician.executeBatch({ resourceType: 'Bundle', type: 'batch', entry });
  }
  const lost = await storeChart(clinician);
  await clinician.updateResource(
    withResync(await connect(lost, new Date(Date.now() + DAY_MS).toISOString()), 'weekly'),
  );

  await promoteJobs(world, 'sweep');
  await eventually(async () => {
    const { body } = await world.call(clinician, 'GET', `/connections/${lost.id}`);
    return connectionListSchema.parse(body).connections[0]?.nextResync;
  });
});
