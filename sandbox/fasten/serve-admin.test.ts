import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PERSONA_IDS } from '../personas/catalogue.ts';
import { receiveWebhooks, type WebhookReceiver } from './receive-webhooks.ts';
import { SANDBOX_KEYS } from './sandbox-keys.ts';
import { type SandboxFasten, startFasten } from './start-fasten.ts';

let dir: string;
let file: string;
let webhook: WebhookReceiver;
let fasten: SandboxFasten;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'fasten-admin-'));
  file = join(dir, 'record.jsonl');
  await writeFile(file, '{"resourceType":"Patient","id":"p"}\n');
  webhook = await receiveWebhooks(SANDBOX_KEYS.webhookSecret);
  fasten = await startFasten();
});

afterAll(async () => {
  await fasten.close();
  await webhook.close();
  await rm(dir, { recursive: true, force: true });
});

async function admin(method: string, path: string, body?: unknown) {
  const init =
    body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const response = await fetch(fasten.adminUrl + path, { method, ...init });
  return { status: response.status, body: JSON.parse(await response.text()) };
}

test('the webhook is set, events are sent to it, listed and delivered again', async () => {
  expect((await admin('PUT', '/webhook', { url: webhook.url })).body).toMatchObject({ url: webhook.url });
  const sent = await admin('POST', '/events', { type: 'patient.request_support', data: { email: 'a@example.com' } });
  expect(sent.status).toBe(202);
  const first = await webhook.waitFor('patient.request_support');
  expect(first.id).toBe(sent.body.eventId);
  expect((await admin('POST', `/deliveries/${first.id}/redeliver`)).status).toBe(202);
  expect((await webhook.waitFor('patient.request_support', 2)).id).toBe(first.id);
  const listed = (await admin('GET', '/deliveries')).body as { eventId: string }[];
  expect(listed.map(({ eventId }) => eventId)).toContain(first.id);
  expect((await admin('POST', '/webhook/test')).status).toBe(202);
  expect((await admin('POST', '/deliveries/unknown/redeliver')).status).toBe(404);
});

test('a connection is made of any file, listed and revoked', async () => {
  const made = await admin('POST', '/connections', { file, platformType: 'athena' });
  expect(made).toMatchObject({ status: 201, body: { status: 'authorized', platformType: 'athena' } });
  const record = `/connections/${made.body.orgConnectionId}/record`;
  expect((await admin('PUT', record, { persona: { seed: 3 } })).body).toMatchObject({
    source: { persona: { seed: 3 } },
  });
  expect((await admin('PUT', '/connections/unknown/record', { file })).status).toBe(404);
  expect((await admin('PUT', record, {})).status).toBe(400);
  const path = `/connections/${made.body.orgConnectionId}/revoke`;
  expect((await admin('POST', path)).body).toMatchObject({ status: 'revoked' });
  expect((await admin('GET', '/connections')).body).toHaveLength(1);
  expect((await admin('POST', '/connections/unknown/revoke')).status).toBe(404);
  expect((await admin('GET', '/tasks')).body).toEqual([]);
});

test('every sign-in of every persona is offered, and is made where the persona signs in', async () => {
  const offered = (await admin('GET', '/personas')).body as { name: string; spec: object }[];
  expect(new Set(offered.map(({ name }) => name)).size).toBe(offered.length);
  expect(offered.length).toBeGreaterThan(PERSONA_IDS.length);
  const connect = async (name: string) =>
    (await admin('POST', '/connections', offered.find((each) => each.name === name)?.spec)).body;
  const [first, second] = [await connect('same-portal-twice-1'), await connect('same-portal-twice-2')];
  expect(second).toMatchObject({ portalId: first.portalId, endpointId: first.endpointId, platformType: 'medplum' });
  expect(second.orgConnectionId).not.toBe(first.orgConnectionId);
  const tefca = await connect('tefca-ccda');
  expect(tefca).toMatchObject({ tefcaDirectoryId: expect.stringMatching(/^urn:oid:/), platformType: 'tefca_direct' });
  expect(tefca).not.toHaveProperty('portalId');
});

test('what it cannot do is said in one line', async () => {
  expect((await admin('POST', '/connections', {})).body.error).toContain('give file or persona, not both');
  expect((await admin('POST', '/connections', { file, colour: 'red' })).body.error).toContain('colour');
  expect((await admin('POST', '/connections', { file: join(dir, 'absent') })).body.error).toContain('ENOENT');
  expect((await admin('POST', '/clock', { ms: -1 })).status).toBe(400);
});

test('the clock moves forward on request', async () => {
  const before = (await admin('POST', '/clock', { ms: 1 })).body.nowMs;
  expect((await admin('POST', '/clock', { ms: 3_600_000 })).body.nowMs).toBeGreaterThanOrEqual(before + 3_600_000);
});
