import { request } from 'node:http';
import type { Basic, Bundle, BundleEntry } from '@medplum/fhirtypes';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { StoreFault } from '../faults/fault-kinds.ts';
import { bundleOf, type OpenSandbox, openSandbox, statusesOf } from './open-sandbox.ts';

const BASIC = { resourceType: 'Basic', code: { text: 'x' } } as const;
let sandbox: OpenSandbox;

beforeAll(async () => {
  sandbox = await openSandbox();
});

afterEach(() => sandbox.server.faults.reset());
afterAll(() => sandbox.close());

async function admin(method: string, body?: unknown, headers: Record<string, string> = {}) {
  const init = { method, headers: { 'content-type': 'application/json', ...headers } };
  const url = new URL('sandbox/faults', sandbox.server.baseUrl);
  const answer = await fetch(url, { ...init, ...(body !== undefined && { body: JSON.stringify(body) }) });
  return { status: answer.status, body: JSON.parse(await answer.text()) };
}

const post = () => sandbox.call('POST', 'Basic', BASIC);
const once = { times: 1 };

test.each([
  ['throttled', 429, 'application/json'],
  ['throttledAtGateway', 429, 'text/html'],
  ['serverError', 500, 'application/json'],
  ['badGateway', 502, 'text/html'],
  ['unavailable', 503, 'text/html'],
] as const)('%s: a request is refused with %i, and nothing is done', async (fault: StoreFault, status, type) => {
  expect((await admin('PUT', { [fault]: once })).status).toBe(200);
  const before = sandbox.server.countWrites();
  const answer = await post();
  expect([answer.status, answer.headers.get('content-type')]).toEqual([status, expect.stringContaining(type)]);
  expect(sandbox.server.countWrites()).toBe(before);
  expect((await post()).status).toBe(201);
});

test('a 429 says for how long: by RateLimit and its outcome, or by Retry-After alone', async () => {
  await admin('PUT', { throttled: { ...once, ms: 1500 } });
  const own = await post();
  expect(own.headers.get('ratelimit')).toBe('"requests";r=0;t=2');
  expect(own.headers.get('retry-after')).toBeNull();
  expect(own.text).toContain('_msBeforeNext\\":1500');
  await admin('PUT', { throttled: null, throttledAtGateway: { ...once, ms: 1500 } });
  const gateway = await post();
  expect([gateway.headers.get('ratelimit'), gateway.headers.get('retry-after')]).toEqual([null, '2']);
});

test('a connection that is dropped before has done nothing', async () => {
  await admin('PUT', { dropped: once });
  const before = sandbox.server.countWrites();
  await expect(post()).rejects.toThrow('fetch failed');
  expect(sandbox.server.countWrites()).toBe(before);
});

test('a reply that is lost, or given by a gateway, is of a request that was carried out', async () => {
  const before = sandbox.server.countWrites();
  await admin('PUT', { replyLost: once });
  await expect(post()).rejects.toThrow('fetch failed');
  await admin('PUT', { gatewayTimeout: once });
  const answer = await post();
  expect([answer.status, answer.headers.get('etag')]).toEqual([504, null]);
  expect(sandbox.server.countWrites()).toBe(before + 2);
});

test('bytes that are read are lost like everything else', async () => {
  const binary = await sandbox.call('POST', 'Binary', 'text', { 'content-type': 'text/plain' });
  const { id } = binary.json as { id: string };
  await admin('PUT', { replyLost: once });
  await expect(sandbox.call('GET', `Binary/${id}`)).rejects.toThrow('fetch failed');
  expect((await sandbox.call('GET', `Binary/${id}`)).text).toBe('text');
});

test('a slow request is answered all the same', async () => {
  await admin('PUT', { slowReply: { ...once, ms: 20 } });
  expect((await post()).status).toBe(201);
});

test('a conflict rolls a transaction back, and one entry of a batch', async () => {
  await admin('PUT', { conflict: once });
  const before = sandbox.server.countWrites();
  const refused = await sandbox.call('POST', '', bundleOf('transaction', [BASIC, BASIC]));
  expect([refused.status, refused.text]).toEqual([409, expect.stringContaining('40001')]);
  expect(sandbox.server.countWrites()).toBe(before);
  await admin('PUT', { conflict: once });
  const { id } = (await post()).json as Basic;
  const request = { method: 'PUT', url: `Basic/${id}` } as const;
  const put = [1, 2].map(
    (of): BundleEntry => ({ request, resource: { ...BASIC, id: `${id}`, code: { text: `${of}` } } }),
  );
  const batch = await sandbox.call('POST', '', bundleOf('batch', [BASIC], put));
  expect(statusesOf(batch.json as Bundle)).toEqual(['201', '409', '200']);
});

test('only what the filter names is struck, and never the sign-in nor the switches', async () => {
  await admin('PUT', { unavailable: { method: 'GET', path: '/Basic' } });
  expect((await post()).status).toBe(201);
  expect((await sandbox.call('GET', 'Patient')).status).toBe(200);
  expect((await sandbox.call('GET', 'Basic')).status).toBe(503);
  expect((await admin('GET')).body).toContainEqual(
    expect.objectContaining({ name: 'unavailable', asked: 1, struck: 1 }),
  );
  expect((await admin('DELETE')).status).toBe(200);
  expect((await sandbox.call('GET', 'Basic')).status).toBe(200);
});

test('a page of another origin may not switch anything, whatever name leads here', async () => {
  expect((await admin('GET', undefined, { origin: 'https://evil.example' })).status).toBe(403);
  const status = await new Promise((resolve, reject) => {
    const url = new URL('sandbox/faults', sandbox.server.baseUrl);
    request(url, { headers: { host: 'evil.example' } }, (res) => resolve(res.resume().statusCode))
      .on('error', reject)
      .end();
  });
  expect(status).toBe(403);
});
