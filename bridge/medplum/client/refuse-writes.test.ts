import { expect, test } from 'vitest';
import { refuseWrites } from './refuse-writes.ts';

const ROOT = 'http://127.0.0.1/fhir/R4';
const send = (method: string, url = ROOT, body?: unknown) =>
  refuseWrites(async () => new Response('through'))(url, { method, ...(body ? { body: JSON.stringify(body) } : {}) });
const bundle = (type: string, ...methods: string[]) => ({
  resourceType: 'Bundle',
  type,
  entry: methods.map((method) => ({ request: { method, url: 'Patient' } })),
});

test.each([
  ['a read', 'GET', `${ROOT}/Patient/1`],
  ['the sign-in', 'POST', 'http://127.0.0.1/oauth2/token'],
  ['a batch of searches', 'POST', ROOT, bundle('batch', 'GET', 'GET')],
])('%s goes out', async (_, method, url, body?: unknown) => {
  expect((await send(method, url, body)).status).toBe(200);
});

test.each([
  ['a create', 'POST', `${ROOT}/Patient`, { resourceType: 'Patient' }],
  ['an update', 'PUT', `${ROOT}/Patient/1`, { resourceType: 'Patient' }],
  ['a delete', 'DELETE', `${ROOT}/Patient/1`],
  ['a transaction', 'POST', ROOT, bundle('transaction', 'GET')],
  ['a batch with one write among reads', 'POST', ROOT, bundle('batch', 'GET', 'POST')],
  ['a body that is no text', 'POST', `${ROOT}/Binary`],
])('%s does not', async (_, method, url, body?: unknown) => {
  await expect(send(method, url, body)).rejects.toThrow('a dry run tried to write');
});
