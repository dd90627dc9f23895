import type { MedplumClient } from '@medplum/core';
import type { Consent, Patient, Task } from '@medplum/fhirtypes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ConnectionAttempt } from '../contract/connection-attempt.ts';
import { EHI_EXPORT_SYSTEM } from '../contract/identifiers.ts';
import { initiate, storeUser } from './begin-attempt.ts';
import { KIM } from './connect-chart.ts';
import { eventually, startWorld, type World } from './start-world.ts';

const PERSONA = { seed: 1, resources: 20, documentBytes: 200, patient: KIM };
let world: World;
let clinician: MedplumClient;

beforeAll(async () => {
  world = await startWorld();
  clinician = await world.signIn('clinician@example.com');
  await world.fasten.setWebhook({ connectionEvents: true });
});

afterAll(async () => {
  await world.close();
});

/** The patient signs in at the portal; Fasten says so by webhook. */
async function connect(named: Partial<Pick<ConnectionAttempt, 'externalId' | 'externalState'>>): Promise<string> {
  const { externalId, externalState } = named;
  const names = { ...(externalId && { externalId }), ...(externalState && { externalState }) };
  return (await world.fasten.createConnection({ persona: PERSONA, ...names })).orgConnectionId;
}

async function consentsOf(patient: Patient): Promise<Consent[]> {
  return [...(await clinician.searchResources('Consent', `patient=Patient/${patient.id}`, { cache: 'reload' }))];
}

async function tasksOf(patient: Patient): Promise<Task[]> {
  return [...(await clinician.searchResources('Task', `patient=Patient/${patient.id}`, { cache: 'reload' }))];
}

function status(patient: Patient, wanted: Consent['status']): Promise<Consent> {
  return eventually(async () => (await consentsOf(patient)).find((consent) => consent.status === wanted));
}

/** Resolves when the bridge has worked off the event about a connection, and with its id. */
async function workedOff(orgConnectionId: string, type = 'patient.connection_success'): Promise<string> {
  const eventId = await eventually(async () => {
    return world.fasten
      .deliveries()
      .find((each) => each.type === type && each.data.org_connection_id === orgConnectionId)?.eventId;
  });
  return eventId;
}

function refused(eventId: string): Promise<unknown> {
  return eventually(async () => world.log().match(`"connection.refused".*"eventId":"${eventId}"`) ?? undefined);
}

test('a patient who closes the tab is connected all the same, and their record comes', async () => {
  const patient = await storeUser(world, clinician);
  const attempt = await initiate(world, patient);
  const orgConnectionId = await connect(attempt);
  const consent = await status(patient, 'active');
  expect(consent.id).toBe(attempt.externalId);
  expect(consent.identifier?.map(({ value }) => value)).toContain(orgConnectionId);
  await eventually(async () => (await tasksOf(patient)).find((task) => task.status === 'completed'));
  expect(`${world.log()}${await world.redis.dump()}`).not.toContain(attempt.externalState);
});

test('the event and the page may tell of one connection at once', async () => {
  const patient = await storeUser(world, clinician);
  const attempt = await initiate(world, patient);
  const orgConnectionId = await connect(attempt);
  const event = { event_type: 'patient.connection_success', data: { org_connection_id: orgConnectionId } };
  const body = { external_state: attempt.externalState, event };
  const answers = await Promise.all([1, 2].map(() => world.call(patient.user, 'POST', '/connections/complete', body)));
  expect(answers.map((answer) => answer.status)).toEqual([200, 200]);
  await eventually(async () => (await tasksOf(patient)).find((task) => task.status === 'completed'));
  expect(world.fasten.redeliver(await workedOff(orgConnectionId))).toBe(true);
  expect([(await consentsOf(patient)).length, (await tasksOf(patient)).length]).toEqual([1, 1]);
});

test('without a state the id of a pending attempt has to do; a foreign one, a made-up one and none bind nothing', async () => {
  const [patient, other] = [await storeUser(world, clinician), await storeUser(world, clinician)];
  const [attempt, foreign] = [await initiate(world, patient), await initiate(world, other)];
  await refused(await workedOff(await connect({ ...attempt, externalId: foreign.externalId })));
  await refused(await workedOff(await connect({ ...attempt, externalState: 'made-up' })));
  await refused(await workedOff(await connect({ externalId: crypto.randomUUID() })));
  await connect({});
  expect([...(await consentsOf(patient)), ...(await consentsOf(other))]).toMatchObject([
    { status: 'proposed' },
    { status: 'proposed' },
  ]);
  const orgConnectionId = await connect({ externalId: attempt.externalId });
  expect((await status(patient, 'active')).identifier?.map(({ value }) => value)).toContain(orgConnectionId);
  await refused(await workedOff(await connect({ externalId: attempt.externalId })));
});

test('what the patient ended is not revived by an event that comes late; a reconnect revives it', async () => {
  const patient = await storeUser(world, clinician);
  const attempt = await initiate(world, patient);
  const orgConnectionId = await connect(attempt);
  await status(patient, 'active');
  await world.call(patient.user, 'DELETE', `/connections/${patient.id}`);
  const { externalId, externalState } = attempt;
  const data = { org_connection_id: orgConnectionId, external_id: externalId, external_state: externalState };
  const late = await world.fasten.sendEvent({ type: 'patient.connection_success', data });
  await refused(late.eventId);
  expect(await consentsOf(patient)).toMatchObject([{ status: 'inactive' }]);

  const again = await initiate(world, patient, { reconnect: attempt.externalId });
  const named = { external_id: again.externalId, external_state: again.externalState };
  await world.fasten.sendEvent({ type: 'patient.connection_success', data: { ...data, ...named } });
  expect((await status(patient, 'active')).id).toBe(attempt.externalId);
});

test('a revocation ends the connection and cancels the import that waits; one that is overtaken ends nothing', async () => {
  const patient = await storeUser(world, clinician);
  const orgConnectionId = await connect(await initiate(world, patient));
  const consent = await status(patient, 'active');
  await eventually(async () => (await tasksOf(patient)).find((task) => task.status === 'completed'));
  await world.fasten.sendEvent({
    type: 'patient.authorization_revoked',
    data: { org_connection_id: orgConnectionId, connection_status: 'revoked' },
  });
  await eventually(
    async () => world.log().match(`"connection.revoke-outdated".*"connectionId":"${consent.id}"`) ?? undefined,
  );
  expect(await consentsOf(patient)).toMatchObject([{ status: 'active' }]);

  const [done] = await tasksOf(patient);
  const { id: _, meta: __, output: ___, ...rest } = done as Task;
  const identifier = [{ system: EHI_EXPORT_SYSTEM, value: crypto.randomUUID() }];
  const waiting = await clinician.createResource<Task>({ ...rest, identifier, status: 'requested' });
  await world.fasten.revokeConnection(orgConnectionId);
  await status(patient, 'inactive');
  const ended = await eventually(async () => (await tasksOf(patient)).find((task) => task.status === 'cancelled'));
  expect(ended).toMatchObject({ id: waiting.id, statusReason: { coding: [{ code: 'connection-revoked' }] } });
});
