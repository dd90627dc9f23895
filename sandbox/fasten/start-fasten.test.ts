import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { receiveWebhooks, type WebhookReceiver } from './receive-webhooks.ts';
import { SANDBOX_KEYS } from './sandbox-keys.ts';
import { type FastenOptions, type SandboxFasten, startFasten } from './start-fasten.ts';

const HOUR_MS = 60 * 60 * 1000;
const basic = `Basic ${Buffer.from(`${SANDBOX_KEYS.publicId}:${SANDBOX_KEYS.privateKey}`).toString('base64')}`;

let dir: string;
let file: string;
let webhook: WebhookReceiver;
let fasten: SandboxFasten;

async function start(options: FastenOptions = {}): Promise<SandboxFasten> {
  return await startFasten({
    dataDir: join(dir, 'fasten'),
    webhookUrl: webhook.url,
    exportDelayMs: 20,
    retryDelaysMs: [5, 5, 5, 5],
    ...options,
  });
}

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'fasten-'));
  file = join(dir, 'record.jsonl');
  await writeFile(file, '{"resourceType":"Condition","id":"a"}\r\n\r\n{"id":"p","resourceType":"Patient"}\n{"cut');
  webhook = await receiveWebhooks(SANDBOX_KEYS.webhookSecret);
  fasten = await start();
});

afterEach(async () => {
  await fasten.close();
  await webhook.close();
  await rm(dir, { recursive: true, force: true });
});

async function call(path: string, init: RequestInit = {}) {
  const response = await fetch(fasten.baseUrl + path, {
    redirect: 'manual',
    headers: { authorization: basic },
    ...init,
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text.startsWith('{') ? JSON.parse(text) : text };
}

async function requestExport(orgConnectionId: string) {
  const headers = { authorization: basic, 'content-type': 'application/json' };
  const body = JSON.stringify({ org_connection_id: orgConnectionId });
  return await call('/bridge/fhir/ehi-export', { method: 'POST', headers, body });
}

/** A connection whose export has succeeded, with the download address out of its webhook. */
async function exported() {
  const { orgConnectionId } = await fasten.createConnection({ file });
  const { body } = await requestExport(orgConnectionId);
  const event = await webhook.waitFor('patient.ehi_export_success');
  return { orgConnectionId, taskId: body.data.task_id as string, event, url: `${event.data.download_link}` };
}

test('credentials are needed, unknown paths are 403 without them and 404 with them', async () => {
  const wrong = `Basic ${Buffer.from('public_test_sandbox:wrong').toString('base64')}`;
  const path = '/bridge/org_connection/unknown';
  expect((await call(path, { headers: {} })).status).toBe(401);
  expect((await call(path, { headers: { authorization: wrong } })).body).toEqual({
    success: false,
    error: 'invalid credentials',
  });
  expect((await call(path, { headers: { authorization: `Bearer ${SANDBOX_KEYS.publicId}` } })).status).toBe(401);
  // As Fasten's own quickstart does it.
  expect((await call(path, { headers: { authorization: `Bearer ${SANDBOX_KEYS.privateKey}` } })).status).toBe(404);
  expect((await call(path)).status).toBe(404);
  expect((await call('/nowhere', { headers: {} })).status).toBe(403);
  expect((await call('/nowhere')).status).toBe(404);
});

test('the organisation is told to whoever has the public id', async () => {
  const known = await call(`/bridge/org?public_id=${SANDBOX_KEYS.publicId}`, { headers: {} });
  expect(known.body).toMatchObject({ success: true, data: { status: 'active' } });
  expect((await call('/bridge/org?public_id=public_test_other', { headers: {} })).status).toBe(404);
});

test('a connection is announced by webhook and told by the API, each with its own field names', async () => {
  const { orgConnectionId } = await fasten.createConnection({ file, externalId: 'key-1', platformType: 'cerner' });
  const event = await webhook.waitFor('patient.connection_success');
  expect(event).toMatchObject({
    isGenuine: true,
    apiMode: 'test',
    data: { org_connection_id: orgConnectionId, external_id: 'key-1', connection_status: 'authorized' },
  });
  expect((await call(`/bridge/org_connection/${orgConnectionId}`)).body.data).toMatchObject({
    org_connection_id: orgConnectionId,
    platform_type: 'cerner',
    status: 'authorized',
    catalog_portal_id: event.data.portal_id,
  });
});

test('an export goes from pending to success and its webhook counts what the file holds', async () => {
  const { orgConnectionId } = await fasten.createConnection({ file });
  const { status, body } = await requestExport(orgConnectionId);
  expect(status).toBe(200);
  expect(body).toEqual({ success: true, data: { task_id: expect.any(String), status: 'pending' } });
  const event = await webhook.waitFor('patient.ehi_export_success');
  expect(event.isGenuine).toBe(true);
  expect(event.headers['webhook-id']).toBe(event.id);
  expect(event.data).toMatchObject({
    org_connection_id: orgConnectionId,
    task_id: body.data.task_id,
    stats: { total_resources: 2, total_by_resource_type: { Condition: 1, Patient: 1 } },
    download_links: [{ export_type: 'jsonl', content_type: 'application/fhir+ndjson' }],
  });
  expect(event.data).not.toHaveProperty('external_id');
  const status2 = await call(`/bridge/fhir/ehi-export/${body.data.task_id}`);
  expect(status2.body).toEqual({ success: true, data: { task_id: body.data.task_id, status: 'success' } });
});

test('a request without a known connection is refused', async () => {
  expect((await requestExport('unknown')).status).toBe(404);
  const init = { method: 'POST', headers: { authorization: basic, 'content-type': 'application/json' } };
  expect((await call('/bridge/fhir/ehi-export', { ...init, body: '{}' })).status).toBe(400);
  expect((await call('/bridge/fhir/ehi-export', { ...init, body: '{' })).status).toBe(400);
});

test('for 24 hours a connection has one export, and asking again repeats its webhook as a new event', async () => {
  const first = await exported();
  expect((await requestExport(first.orgConnectionId)).body.data).toEqual({ task_id: first.taskId, status: 'success' });
  const again = await webhook.waitFor('patient.ehi_export_success', 2);
  expect(again.data).toEqual(first.event.data);
  expect(again.id).not.toBe(first.event.id);
  fasten.advanceClock(24 * HOUR_MS);
  expect((await requestExport(first.orgConnectionId)).body.data.task_id).not.toBe(first.taskId);
});

test('a record that has changed at its source is told by the next export, beside the one from before', async () => {
  const { orgConnectionId, taskId } = await exported();
  const exportOf = async (resources: number, nth: number) => {
    await fasten.changeRecord(orgConnectionId, { persona: { resources, documentBytes: 60 } });
    const { body } = await requestExport(orgConnectionId);
    expect(body.data).toEqual({ task_id: expect.not.stringMatching(taskId), status: 'pending' });
    const { data } = await webhook.waitFor('patient.ehi_export_success', nth);
    expect(data).toMatchObject({ task_id: body.data.task_id, stats: { total_resources: resources } });
    return `${data.download_link}`.replace(fasten.baseUrl, '');
  };
  const linesOf = async (path: string) => {
    const answer = await fetch((await call(path)).headers.get('location') ?? '');
    return (await answer.text()).trim().split('\n').length;
  };
  const links = [await exportOf(12, 2), await exportOf(20, 3)];
  expect(await Promise.all(links.map(linesOf))).toEqual([12, 20]);
  expect(await fasten.changeRecord('unknown', { file })).toBeUndefined();
});

test('a download redirects to the other origin, which serves the very bytes and refuses a second credential', async () => {
  const { url } = await exported();
  const { status, headers } = await call(url.replace(fasten.baseUrl, ''));
  const target = headers.get('location') ?? '';
  expect(status).toBe(302);
  expect(new URL(target).origin).toBe(fasten.storageOrigin);
  expect(fasten.storageOrigin).not.toBe(new URL(fasten.baseUrl).origin);
  expect((await fetch(target, { headers: { authorization: basic } })).status).toBe(400);
  const answer = await fetch(target);
  const bytes = await readFile(file);
  expect(answer.headers.get('content-length')).toBe(`${bytes.length}`);
  expect(Buffer.from(await answer.arrayBuffer())).toEqual(bytes);
});

test('a download can be resumed by byte range as long as the file is the same', async () => {
  const { url } = await exported();
  const target = (await call(url.replace(fasten.baseUrl, ''))).headers.get('location') ?? '';
  const etag = (await fetch(target, { method: 'HEAD' })).headers.get('etag') ?? '';
  expect(etag).toMatch(/^"/);
  const part = await fetch(target, { headers: { range: 'bytes=10-', 'if-range': etag } });
  expect(part.status).toBe(206);
  expect(await part.text()).toBe((await readFile(file, 'utf8')).slice(10));
  expect((await fetch(target, { headers: { range: 'bytes=10-', 'if-range': '"other"' } })).status).toBe(200);
});

test('a signed address dies after ten minutes, the download itself after 24 hours', async () => {
  const { url } = await exported();
  const path = url.replace(fasten.baseUrl, '');
  const target = (await call(path)).headers.get('location') ?? '';
  expect((await fetch(target.replace(/signature=./, 'signature=x'))).status).toBe(403);
  fasten.advanceClock(10 * 60 * 1000);
  expect((await fetch(target)).status).toBe(403);
  expect((await fetch((await call(path)).headers.get('location') ?? '')).status).toBe(200);
  fasten.advanceClock(24 * HOUR_MS);
  expect((await call(path)).status).toBe(410);
  expect((await call(path.replace(/-[^-]+\.jsonl/, '-other.jsonl'))).status).toBe(404);
});

test('downloads need credentials as every other call does', async () => {
  const { url } = await exported();
  expect((await call(url.replace(fasten.baseUrl, ''), { headers: {} })).status).toBe(401);
});

test('an event that is not taken is sent again under the same id with a new signature', async () => {
  webhook.answerNext(500, 503);
  await fasten.sendTest();
  await webhook.waitFor('webhook.test', 3);
  expect(new Set(webhook.received.map(({ id }) => id)).size).toBe(1);
  expect(new Set(webhook.received.map(({ date }) => date)).size).toBeGreaterThan(1);
  expect(webhook.received.every(({ isGenuine }) => isGenuine)).toBe(true);
  await expect.poll(() => fasten.deliveries().map(({ state }) => state)).toEqual(['delivered']);
});

test('after four retries an event has failed, and can still be delivered by hand', async () => {
  webhook.answerNext(500, 500, 500, 500, 500);
  const { eventId } = await fasten.sendTest();
  await expect.poll(() => fasten.deliveries()[0]?.state).toBe('failed');
  expect(webhook.received).toHaveLength(5);
  expect(fasten.redeliver(eventId)).toBe(true);
  await webhook.waitFor('webhook.test', 6);
  await expect.poll(() => fasten.deliveries()[0]?.state).toBe('delivered');
  expect(fasten.redeliver('unknown')).toBe(false);
});

test('a connection can be made to fail, and a revoked one fails as a dead token does', async () => {
  const failing = await fasten.createConnection({ file, failWith: 'resource_patient_failure' });
  await requestExport(failing.orgConnectionId);
  expect((await webhook.waitFor('patient.ehi_export_failed')).data).toMatchObject({
    failure_reason: 'resource_patient_failure',
  });
  const revoked = await fasten.createConnection({ file });
  await fasten.revokeConnection(revoked.orgConnectionId);
  const event = await webhook.waitFor('patient.authorization_revoked');
  expect(event.data).toMatchObject({ org_connection_id: revoked.orgConnectionId, connection_status: 'revoked' });
  await requestExport(revoked.orgConnectionId);
  expect((await webhook.waitFor('patient.ehi_export_failed', 2)).data).toMatchObject({
    failure_reason: 'token_refresh_failure',
  });
});

test('a file that went away fails the export without saying why', async () => {
  const { orgConnectionId } = await fasten.createConnection({ file });
  await rm(file);
  await requestExport(orgConnectionId);
  const event = await webhook.waitFor('patient.ehi_export_failed');
  expect(event.data).toMatchObject({ failure_reason: 'suppressed_please_contact' });
});

test('a persona is generated, and counted by what it holds', async () => {
  const { orgConnectionId } = await fasten.createConnection({ persona: { seed: 5, resources: 120 } });
  await requestExport(orgConnectionId);
  const event = await webhook.waitFor('patient.ehi_export_success');
  expect(event.data.stats).toMatchObject({ total_resources: 120, total_by_resource_type: { Patient: 1 } });
});

test('a restart keeps connections, finishes pending exports and sends what was not taken yet', async () => {
  await fasten.close();
  fasten = await start({ exportDelayMs: 300, retryDelaysMs: [300] });
  webhook.answerNext(500);
  const { orgConnectionId } = await fasten.createConnection({ file });
  const { body } = await requestExport(orgConnectionId);
  await webhook.waitFor('patient.connection_success');
  await expect.poll(() => fasten.deliveries()[0]?.attempts.length).toBe(1);
  await fasten.close();
  fasten = await start();
  await webhook.waitFor('patient.connection_success', 2);
  const event = await webhook.waitFor('patient.ehi_export_success');
  expect(event.data).toMatchObject({ task_id: body.data.task_id, org_connection_id: orgConnectionId });
});

test('events wait while there is no webhook and go out when it is set', async () => {
  const lonely = await startFasten({ exportDelayMs: 10 });
  try {
    await lonely.sendEvent({ type: 'patient.something_new', data: { a: 1 } });
    expect(webhook.received).toHaveLength(0);
    await lonely.setWebhook({ url: webhook.url });
    expect(await webhook.waitFor('patient.something_new')).toMatchObject({ isGenuine: true, data: { a: 1 } });
  } finally {
    await lonely.close();
  }
});

test('a retry that is due before the attempt is written down is made all the same', async () => {
  await fasten.close();
  fasten = await start({ retryDelaysMs: [0, 0] });
  webhook.answerNext(500, 500);
  await fasten.sendTest();
  await webhook.waitFor('webhook.test', 3);
});

test('a taken port is said, and nothing is left listening', async () => {
  const port = Number(new URL(fasten.baseUrl).port);
  await expect(startFasten({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
});
