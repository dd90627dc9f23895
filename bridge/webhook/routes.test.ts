import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { HttpError } from '../errors.ts';
import { createLog } from '../observe/log.ts';
import { createMetrics } from '../observe/metrics.ts';
import { openReceipts } from '../queue/keep-receipts.ts';
import { openQueues, type Queues } from '../queue/open-queues.ts';
import { type TestRedis, withRedis } from '../test/with-redis.ts';
import { webhookRoutes } from './routes.ts';
import { createVerifier } from './verify-signature.ts';

const OLD_SECRET = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;
const NEW_SECRET = Buffer.alloc(24, 2).toString('base64');
const OTHER_SECRET = Buffer.alloc(24, 3).toString('base64');
const BASE = 'https://api.example.com/v1';

let store: TestRedis;
let queues: Queues;
let server: Server;
let metrics: ReturnType<typeof createMetrics>;

beforeAll(async () => {
  store = await withRedis();
});

beforeEach(async () => {
  await store.redis.flushall();
  queues = openQueues(store.redis, store.prefix);
  metrics = createMetrics();
  const verify = createVerifier([OLD_SECRET, NEW_SECRET]);
  const log = createLog('silent');
  const { keep: keepReceipt } = openReceipts(store.redis, store.prefix);
  const app = express();
  app.use(webhookRoutes({ verify, addJob: queues.add, fastenBaseUrl: BASE, mode: 'test', keepReceipt, log, metrics }));
  app.use((error: unknown, _req: express.Request, res: express.Response, _next: express.NextFunction) => {
    res.status(error instanceof HttpError ? error.status : ((error as { status?: number }).status ?? 500)).json({});
  });
  server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(async () => {
  server.close();
  server.closeAllConnections();
  await queues.close();
});

afterAll(async () => {
  await store.close();
});

interface Sending {
  readonly secret?: string;
  readonly at?: Date;
  readonly headers?: Record<string, string>;
  /** What is sent in place of what was signed. */
  readonly tampered?: string;
}

async function send(body: string, { secret = NEW_SECRET, at = new Date(), headers, tampered }: Sending = {}) {
  const signature = new Webhook(secret).sign('msg_1', at, body);
  const signed = {
    'content-type': 'application/json',
    'webhook-id': 'msg_1',
    'webhook-timestamp': `${Math.floor(at.getTime() / 1000)}`,
    'webhook-signature': signature,
  };
  const { port } = server.address() as AddressInfo;
  const init = { method: 'POST', headers: { ...signed, ...headers }, body: tampered ?? body };
  return (await fetch(`http://127.0.0.1:${port}/webhook`, init)).status;
}

function readyEvent(changes: object = {}): string {
  const download_links = [{ url: `${BASE}/bridge/fhir/ehi-export/t1/download/a.jsonl`, export_type: 'jsonl' }];
  const data = { org_connection_id: 'c1', task_id: 't1', download_links };
  return JSON.stringify({ api_mode: 'test', type: 'patient.ehi_export_success', id: 'e1', data, ...changes });
}

async function waiting(): Promise<number> {
  const counts = await queues.countJobs();
  return Object.values(counts).reduce((sum, states) => sum + (states.waiting ?? 0), 0);
}

async function countOf(outcome: string): Promise<number> {
  const { values } = await metrics.webhooks.get();
  return values.find(({ labels }) => labels.outcome === outcome)?.value ?? 0;
}

test('a signed event is a job on Redis when it is answered, with ids and no address', async () => {
  expect(await send(readyEvent())).toBe(200);
  expect(await waiting()).toBe(1);
  const kept = await store.dump();
  expect(kept).toContain('a.jsonl');
  expect(kept).not.toContain('https://');
});

test('while a secret is rotated both are good', async () => {
  expect(await send(readyEvent(), { secret: OLD_SECRET })).toBe(200);
  expect(await send(readyEvent({ id: 'e2' }), { secret: NEW_SECRET })).toBe(200);
  expect(await waiting()).toBe(2);
});

test('of several signatures in the header one good one is enough', async () => {
  const body = readyEvent();
  const at = new Date();
  const good = new Webhook(NEW_SECRET).sign('msg_1', at, body);
  expect(await send(body, { at, headers: { 'webhook-signature': `v1a,abc v1,bm9wZQ== ${good}` } })).toBe(200);
});

const MINUTE_MS = 60_000;
test.each<[string, Sending]>([
  ['by another secret', { secret: OTHER_SECRET }],
  ['six minutes ago', { at: new Date(Date.now() - 6 * MINUTE_MS) }],
  ['six minutes ahead', { at: new Date(Date.now() + 6 * MINUTE_MS) }],
  ['for another body', { tampered: readyEvent({ id: 'e9' }) }],
  ['for the same body written otherwise', { tampered: JSON.stringify(JSON.parse(readyEvent()), null, 1) }],
  ['for another message id', { headers: { 'webhook-id': 'msg_2' } }],
  ['not at all', { headers: { 'webhook-signature': '' } }],
  ['with the secret itself', { headers: { 'webhook-signature': NEW_SECRET } }],
  ['in a version we do not know', { headers: { 'webhook-signature': 'v2,abc' } }],
  ['at no time', { headers: { 'webhook-timestamp': 'NaN' } }],
])('an event signed %s is refused and leaves nothing but a count', async (_name, sending) => {
  expect(await send(readyEvent(), sending)).toBe(401);
  // What an accepted event leaves; the shorter ids of this event can stand in the store's random prefix by chance.
  expect(await store.dump()).not.toContain('a.jsonl');
  expect(await waiting()).toBe(0);
  expect(await countOf('forged')).toBe(1);
});

test('a second delivery is answered and does nothing', async () => {
  expect(await send(readyEvent({ date: '2026-01-02T03:04:05Z' }))).toBe(200);
  expect(await send(readyEvent({ date: '2026-01-02T03:05:05Z' }))).toBe(200);
  expect([await waiting(), await countOf('duplicate')]).toEqual([1, 1]);
});

test('an event without an id is known by its delivery', async () => {
  expect(await send(readyEvent({ id: undefined }))).toBe(200);
  expect(await send(readyEvent({ id: undefined }))).toBe(200);
  expect(await waiting()).toBe(1);
});

test('an event of the other mode is answered and dropped', async () => {
  expect(await send(readyEvent({ api_mode: 'live' }))).toBe(200);
  expect([await waiting(), await countOf('wrong-mode')]).toEqual([0, 1]);
});

test('an unknown type is answered and dropped', async () => {
  expect(await send(readyEvent({ type: 'patient.something_new' }))).toBe(200);
  expect([await waiting(), await countOf('ignored')]).toEqual([0, 1]);
});

test('a signed body that is no event is refused, so that Fasten shows it', async () => {
  expect(await send('not json')).toBe(400);
  expect(await send(readyEvent({ data: {} }))).toBe(400);
  expect([await waiting(), await countOf('unreadable')]).toEqual([0, 2]);
});

test('a body without end is cut off', async () => {
  expect(await send(readyEvent({ padding: 'x'.repeat(1_100_000) }))).toBe(413);
});

test('without any secret there is no webhook', () => {
  expect(() => createVerifier([])).toThrow('at least one');
});
