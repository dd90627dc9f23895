import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ChaosChange } from './chaos.ts';
import { receiveWebhooks, type WebhookReceiver } from './receive-webhooks.ts';
import { SANDBOX_KEYS } from './sandbox-keys.ts';
import { type SandboxFasten, startFasten } from './start-fasten.ts';

const authorization = `Basic ${btoa(`${SANDBOX_KEYS.publicId}:${SANDBOX_KEYS.privateKey}`)}`;
let dir: string;
let file: string;
let webhook: WebhookReceiver;
let fasten: SandboxFasten;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'chaos-'));
  file = join(dir, 'record.jsonl');
  await writeFile(file, '{"resourceType":"Patient","id":"p"}\n{"resourceType":"Condition","id":"c"}\n');
  webhook = await receiveWebhooks(SANDBOX_KEYS.webhookSecret);
  fasten = await startFasten({ webhookUrl: webhook.url, exportDelayMs: 10, retryDelaysMs: [5, 5, 5, 5] });
});

afterEach(async () => {
  await fasten.close();
  await webhook.close();
  await rm(dir, { recursive: true, force: true });
});

/** By HTTP, as a demo or another process does it. */
async function put(change: ChaosChange): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${fasten.adminUrl}/chaos`, { method: 'PUT', headers, body: JSON.stringify(change) });
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject(change);
}

async function post(orgConnectionId: string): Promise<Response> {
  const headers = { authorization, 'content-type': 'application/json' };
  const body = JSON.stringify({ org_connection_id: orgConnectionId });
  return fetch(`${fasten.baseUrl}/bridge/fhir/ehi-export`, { method: 'POST', headers, body });
}

async function exported() {
  const { orgConnectionId } = await fasten.createConnection({ file });
  await post(orgConnectionId);
  return webhook.waitFor('patient.ehi_export_success');
}

async function download(url: unknown): Promise<string> {
  const redirect = await fetch(`${url}`, { headers: { authorization }, redirect: 'manual' });
  return (await fetch(redirect.headers.get('location') ?? '')).text();
}

test('the API answers amiss so many times and then as ever', async () => {
  await put({ answerNext: { status: 503, times: 2, method: 'POST' } });
  const { orgConnectionId } = await fasten.createConnection({ file });
  const statuses: number[] = [];
  for (let call = 0; call < 3; call++) statuses.push((await post(orgConnectionId)).status);
  expect(statuses).toEqual([503, 503, 200]);
});

test('every event is delivered as often as asked for, under one id', async () => {
  await put({ copies: 3 });
  await fasten.sendTest();
  await webhook.waitFor('webhook.test', 3);
  expect(new Set(webhook.received.map(({ id }) => id)).size).toBe(1);
});

test('events overtake one that is held back', async () => {
  await put({ delaysMs: { 'patient.connection_success': 300 } });
  await exported();
  await webhook.waitFor('patient.connection_success');
  expect(webhook.received.map(({ type }) => type)).toEqual([
    'patient.ehi_export_success',
    'patient.connection_success',
  ]);
});

test.each([
  ['both', ['download_links', 'download_link']],
  ['list', ['download_links']],
  ['old-field', ['download_link']],
] as const)('files are told as %s', async (links, fields) => {
  await put({ links, stats: 'none' });
  const { data } = await exported();
  expect(Object.keys(data).filter((name) => /link|stats/.test(name))).toEqual(fields);
});

test('a list may be of bare addresses', async () => {
  await put({ links: 'bare-list' });
  expect((await exported()).data.download_links).toEqual([expect.stringMatching(/^http/)]);
});

test('totals need not add up', async () => {
  await put({ stats: 'odd' });
  expect((await exported()).data.stats).toEqual({
    total_resources: 12,
    total_by_resource_type: { Condition: 1, Patient: 1, Observation: 300 },
  });
});

test('an id may lack a group', async () => {
  await put({ ids: 'four-groups' });
  expect(`${(await exported()).data.task_id}`.split('-')).toHaveLength(4);
});

test('an export may be one Bundle', async () => {
  await put({ format: 'fhir_bundle', links: 'list' });
  const { data } = await exported();
  const [link] = data.download_links as { url: string; export_type: string }[];
  expect(link?.export_type).toBe('fhir_bundle');
  expect(JSON.parse(await download(link?.url))).toMatchObject({
    resourceType: 'Bundle',
    entry: [{ resource: { id: 'p' } }, { resource: { id: 'c' } }],
  });
});

test('a file may be shorter than it was, without a word', async () => {
  await put({ keepBytes: 40 });
  expect(await download((await exported()).data.download_link)).toBe('{"resourceType":"Patient","id":"p"}\n{"re');
  await put({ keepBytes: 0 });
});

test('a switch that is not known is refused', async () => {
  const headers = { 'content-type': 'application/json' };
  const init = { method: 'PUT', headers, body: '{"colour":"red"}' };
  expect((await fetch(`${fasten.adminUrl}/chaos`, init)).status).toBe(400);
});
