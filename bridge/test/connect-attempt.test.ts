import type { MedplumClient } from '@medplum/core';
import type { Consent, Patient } from '@medplum/fhirtypes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PORTALS } from '../../sandbox/fasten/portals.ts';
import { connectionListSchema } from '../contract/connection.ts';
import type { ConnectionAttempt } from '../contract/connection-attempt.ts';
import { CURRENT_CONSENT_TEXT, consentVersionOf } from '../contract/consent-text.ts';
import { type Attempt, initiate, storeUser } from './begin-attempt.ts';
import { KIM } from './connect-chart.ts';
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

async function signInAt(attempt: ConnectionAttempt, portalId = crypto.randomUUID()): Promise<string> {
  const persona = { seed: 1, resources: 20, documentBytes: 200, patient: KIM };
  const { externalId, externalState } = attempt;
  return (await world.fasten.createConnection({ persona, portalId, externalId, externalState })).orgConnectionId;
}

/** The event that Stitch gives the page. */
function success(attempt: ConnectionAttempt, orgConnectionId: string) {
  const { externalId, externalState } = attempt;
  const data = { org_connection_id: orgConnectionId, external_id: externalId, external_state: externalState };
  return { event_type: 'patient.connection_success', data: { ...data, connection_status: 'authorized' } };
}

function complete({ externalState, user }: Attempt, event: object) {
  return world.call(user, 'POST', '/connections/complete', { external_state: externalState, event });
}

async function connectionsOf(patient: Patient) {
  const { body } = await world.call(clinician, 'GET', `/connections/${patient.id}`);
  return connectionListSchema.parse(body).connections;
}

async function consentsOf(patient: Patient): Promise<Consent[]> {
  return [...(await clinician.searchResources('Consent', `patient=Patient/${patient.id}`, { cache: 'reload' }))];
}

test('an attempt becomes a connection, and its secret is kept nowhere', async () => {
  const patient = await storeUser(world, clinician);
  const attempt = await initiate(world, patient);
  expect(attempt.publicId).toMatch(/^public_test_/);
  const { stitchScriptUrl } = world.fasten;
  expect(attempt.stitch).toEqual({ scriptUrl: stitchScriptUrl, styleUrl: stitchScriptUrl.replace('.js', '.css') });
  expect(await consentsOf(patient)).toMatchObject([{ id: attempt.externalId, status: 'proposed' }]);
  expect(await connectionsOf(patient)).toEqual([]);

  const orgConnectionId = await signInAt(attempt);
  const event = success(attempt, orgConnectionId);
  const answers = [await complete(attempt, event), await complete(attempt, [event])];
  for (const { status, body } of answers) {
    expect(status).toBe(200);
    expect(connectionListSchema.parse(body).connections).toMatchObject([{ orgConnectionId, status: 'active' }]);
  }
  const consents = await consentsOf(patient);
  expect(consents).toMatchObject([{ id: attempt.externalId, status: 'active' }]);
  for (const kept of [JSON.stringify(consents), world.log(), await world.redis.dump()]) {
    expect(kept).not.toContain(attempt.externalState);
  }
  const done = await eventually(async () => {
    const [connection] = await connectionsOf(patient);
    return connection?.latestImport?.status === 'completed' ? connection : undefined;
  });
  expect(done.orgConnectionId).toBe(orgConnectionId);
});

test('one attempt may end in several connections, as in TEFCA mode', async () => {
  const patient = await storeUser(world, clinician);
  const attempt = await initiate(world, patient);
  const ids = [await signInAt(attempt), await signInAt(attempt)];
  const data = ids.map((org_connection_id) => ({ org_connection_id, connection_status: 'connected' }));
  expect((await complete(attempt, { event_type: 'widget.complete', data })).status).toBe(200);
  expect((await connectionsOf(patient)).map(({ orgConnectionId }) => orgConnectionId).toSorted()).toEqual(
    ids.toSorted(),
  );
});

test('events of another attempt, made-up secrets and attempts that are over bind nothing', async () => {
  const patient = await storeUser(world, clinician);
  const [mine, other] = [await initiate(world, patient), await initiate(world, patient)];
  const orgConnectionId = await signInAt(other);
  expect((await complete(mine, success(other, orgConnectionId))).status).toBe(422);
  expect((await complete({ ...mine, externalState: 'made-up' }, success(mine, orgConnectionId))).status).toBe(422);
  expect((await complete(mine, success(mine, 'unknown-to-fasten'))).status).toBe(422);
  expect((await complete(mine, { event_type: 'widget.close' })).status).toBe(422);
  expect((await complete(mine, { type: 'no event' })).status).toBe(400);

  const consent = await clinician.readResource('Consent', mine.externalId);
  const identifier = consent.identifier?.map((each) => ({ ...each, period: { end: '2020-01-01T00:00:00Z' } }));
  await clinician.updateResource({ ...consent, identifier } as Consent);
  expect((await complete(mine, success(mine, orgConnectionId))).status).toBe(422);
  expect(await connectionsOf(patient)).toEqual([]);
});

test('a patient binds nothing by an id alone, and nobody a connection that is of somebody else', async () => {
  const [mine, theirs] = [await storeUser(world, clinician), await storeUser(world, clinician)];
  const [attempt, other] = [await initiate(world, mine), await initiate(world, theirs)];
  const orgConnectionId = await signInAt(other);
  const body = { patientId: mine.id, org_connection_id: orgConnectionId };
  expect((await world.call(mine.user, 'POST', '/connections/complete', body)).status).toBe(403);
  expect((await complete(other, success(other, orgConnectionId))).status).toBe(200);
  expect((await complete(attempt, success(attempt, orgConnectionId))).status).toBe(409);
  expect(await connectionsOf(mine)).toEqual([]);
  for (const [path, wanted] of [['initiate', { patientId: mine.id }] as const, ['complete', body] as const]) {
    expect((await world.call(undefined, 'POST', `/connections/${path}`, wanted)).status).toBe(401);
  }
  for (const patientId of ['00000000-0000-4000-8000-000000000000', theirs.id]) {
    expect((await world.call(mine.user, 'POST', '/connections/initiate', { patientId })).status).toBe(404);
  }
});

test('a connection that was ended is connected again under its old id', async () => {
  const patient = await storeUser(world, clinician);
  const first = await initiate(world, patient);
  const orgConnectionId = await signInAt(first);
  await complete(first, success(first, orgConnectionId));
  await world.call(patient.user, 'DELETE', `/connections/${patient.id}`);
  const again = await initiate(world, patient, { reconnect: first.externalId });
  expect(again.reconnectOrgConnectionId).toBe(orgConnectionId);
  expect((await complete(again, success(again, orgConnectionId))).status).toBe(200);
  expect(await consentsOf(patient)).toMatchObject([{ id: first.externalId, status: 'active' }]);
  expect((await complete(first, success(first, orgConnectionId))).status).toBe(422);
});

test('ending one connection leaves the other; what comes for it later is refused', async () => {
  const patient = await storeUser(world, clinician);
  const attempt = await initiate(world, patient);
  const ids = [await signInAt(attempt), await signInAt(attempt)];
  const data = ids.map((org_connection_id) => ({ org_connection_id, connection_status: 'authorized' }));
  await complete(attempt, { event_type: 'widget.complete', data });
  const ended = await world.call(patient.user, 'DELETE', `/connections/${patient.id}/${ids[0]}`);
  expect(ended.status).toBe(200);
  const stati = new Map((await connectionsOf(patient)).map(({ orgConnectionId, status }) => [orgConnectionId, status]));
  expect(ids.map((id) => stati.get(id))).toEqual(['inactive', 'active']);

  const late = { org_connection_id: ids[0], task_id: crypto.randomUUID(), download_links: [] };
  await world.fasten.sendEvent({ type: 'patient.ehi_export_success', data: late });
  await eventually(async () => world.log().match(/"export.refused".*"reason":"connection-revoked"/) ?? undefined);
  expect((await world.call(patient.user, 'DELETE', `/connections/${patient.id}/unknown`)).status).toBe(404);
  expect((await world.call(undefined, 'DELETE', `/connections/${patient.id}`)).status).toBe(401);
});

test('what Stitch says besides success is kept for support, without what a person typed', async () => {
  const { user } = await storeUser(world, clinician);
  const data = { request_id: 'req-1', error: 'fasten_server_error', error_description: 'Zyxwvut was refused' };
  const failed = { event_type: 'patient.connection_failed', api_mode: 'test', data };
  expect((await world.call(user, 'POST', '/connections/events', failed)).status).toBe(202);
  const typed = { event_type: 'search.query', data: { query: 'Qponmlk' } };
  expect((await world.call(user, 'POST', '/connections/events', typed)).status).toBe(400);
  expect((await world.call(undefined, 'POST', '/connections/events', failed)).status).toBe(401);
  const kept = await world.redis.dump();
  expect(kept).toContain('fasten_server_error');
  expect(`${kept}${world.log()}`).not.toMatch(/Zyxwvut|Qponmlk/);
});

/** What a browser is told that Fasten has sent back. */
async function returnWith(query: Record<string, string>): Promise<string | null> {
  const url = `${world.api}/connections/return?${new URLSearchParams(query)}`;
  const answer = await fetch(url, { redirect: 'manual' });
  expect([answer.status, answer.headers.get('referrer-policy')]).toEqual([303, 'no-referrer']);
  return answer.headers.get('location');
}

test('the redirect flow binds a connection by the secret of its attempt, and by nothing else', async () => {
  const patient = await storeUser(world, clinician);
  const attempt = await initiate(world, patient);
  const org_connection_id = await signInAt(attempt);
  const { externalState: external_state } = attempt;
  expect(await returnWith({ org_connection_id })).toBe('/?connection=failed');
  expect(await returnWith({ external_state, error: 'access_denied', error_description: 'x' })).toBe(
    '/?connection=failed',
  );
  expect(await returnWith({ org_connection_id, external_state: 'made-up' })).toBe('/?connection=refused');
  expect(await returnWith({ org_connection_id: 'unknown', external_state })).toBe('/?connection=refused');
  expect(await connectionsOf(patient)).toEqual([]);
  expect(await returnWith({ org_connection_id, external_state, endpoint_id: 'e' })).toBe('/?connection=connected');
  expect(await connectionsOf(patient)).toMatchObject([{ orgConnectionId: org_connection_id, status: 'active' }]);
  expect(world.log()).not.toContain(external_state);
});

test('what was agreed to is kept word for word with every connection of the attempt, and by its version again', async () => {
  const patient = await storeUser(world, clinician);
  const { version: consentVersion, statements } = CURRENT_CONSENT_TEXT;
  const attempt = await initiate(world, patient, { patientId: patient.id, consentVersion });
  for (const id of [await signInAt(attempt), await signInAt(attempt)]) {
    expect((await complete(attempt, success(attempt, id))).status).toBe(200);
  }
  const consents = await consentsOf(patient);
  expect(consents).toHaveLength(2);
  for (const consent of consents) {
    const words = Buffer.from(consent.sourceAttachment?.data ?? '', 'base64').toString();
    expect(words).toContain(statements[0]);
    expect(consentVersionOf(consent)).toBe(consentVersion);
  }
  expect((await connectionsOf(patient)).map((connection) => connection.consentVersion)).toEqual([
    consentVersion,
    consentVersion,
  ]);
});

test('a reconnect keeps the text that was agreed to this time; a text that never was is refused', async () => {
  const patient = await storeUser(world, clinician);
  const first = await initiate(world, patient);
  const id = await signInAt(first);
  await complete(first, success(first, id));
  const [before] = await consentsOf(patient);
  expect(before && consentVersionOf(before)).toBeUndefined();

  const again = { reconnect: before?.id, consentVersion: CURRENT_CONSENT_TEXT.version };
  await initiate(world, patient, again);
  const [after] = await consentsOf(patient);
  expect(after && consentVersionOf(after)).toBe(CURRENT_CONSENT_TEXT.version);
  const unknown = { patientId: patient.id, consentVersion: '1999-01-01' };
  expect((await world.call(patient.user, 'POST', '/connections/initiate', unknown)).status).toBe(422);
});

test('a connection has the name that the catalog gives its health system', async () => {
  const patient = await storeUser(world, clinician);
  const attempt = await initiate(world, patient);
  const [portal] = PORTALS;
  const persona = { seed: 1, resources: 20, documentBytes: 200, patient: KIM };
  const { externalId, externalState } = attempt;
  const place = { portalId: portal?.portalId ?? '', brandId: portal?.brandId ?? '' };
  const made = await world.fasten.createConnection({ persona, ...place, externalId, externalState });
  await complete(attempt, success(attempt, made.orgConnectionId));
  expect(await connectionsOf(patient)).toMatchObject([{ facts: { name: portal?.name } }]);
});
