import type { Basic, Bundle, BundleEntry } from '@medplum/fhirtypes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CLIENT, type OpenSandbox, openSandbox, signIn, statusesOf } from './open-sandbox.ts';

let sandbox: OpenSandbox;

beforeAll(async () => {
  sandbox = await openSandbox();
});

afterAll(() => sandbox.close());

const newBasic = () => sandbox.medplum.createResource<Basic>({ resourceType: 'Basic', code: { text: 'x' } });

test('what an admin expunges was never there, and an ordinary client expunges nothing', async () => {
  const admin = await signIn(sandbox.server.baseUrl, CLIENT.admin);
  const [one, other, deleted] = [await newBasic(), await newBasic(), await newBasic()];
  await sandbox.medplum.deleteResource('Basic', deleted.id ?? '');
  expect((await sandbox.call('POST', `Basic/${one.id}/$expunge`)).status).toBe(403);
  const unknown = { id: crypto.randomUUID() };
  const entry = [one, deleted, unknown].map(
    ({ id }): BundleEntry => ({ request: { method: 'POST', url: `Basic/${id}/$expunge` } }),
  );
  const reply = await admin.executeBatch({ resourceType: 'Bundle', type: 'batch', entry });
  expect(statusesOf(reply)).toEqual(['200', '200', '200']);
  for (const { id } of [one, deleted]) {
    expect((await sandbox.call('GET', `Basic/${id}`)).status).toBe(404);
    expect((await sandbox.call('GET', `Basic/${id}/_history`)).status).toBe(404);
  }
  expect((await sandbox.call('GET', `Basic/${other.id}`)).status).toBe(200);
});

test('a transaction that updates what was expunged stores nothing', async () => {
  const admin = await signIn(sandbox.server.baseUrl, CLIENT.admin);
  const basic = await newBasic();
  await admin.post(admin.fhirUrl('Basic', basic.id ?? '', '$expunge'), {});
  const source = `urn:after-expunge:${basic.id}`;
  const bundle: Bundle = {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [
      { request: { method: 'POST', url: 'Basic' }, resource: { ...basic, meta: { source } } },
      { request: { method: 'PUT', url: `Basic/${basic.id}` }, resource: basic },
    ],
  };
  expect((await sandbox.call('POST', '', bundle)).status).toBe(404);
  expect(await sandbox.medplum.searchResources('Basic', { _source: source })).toHaveLength(0);
});
