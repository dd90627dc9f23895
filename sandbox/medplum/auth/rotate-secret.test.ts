import type { ClientApplication, Parameters } from '@medplum/fhirtypes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CLIENT, type OpenSandbox, openSandbox, signIn } from '../open-sandbox.ts';

let sandbox: OpenSandbox;

beforeAll(async () => {
  sandbox = await openSandbox();
});

afterAll(() => sandbox.close());

async function takes(client_id: string, client_secret: string): Promise<boolean> {
  const body = new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret });
  return (await fetch(`${sandbox.server.baseUrl}oauth2/token`, { method: 'POST', body })).ok;
}

test('a rotated client is taken with both secrets until the old one is retired; only an admin rotates', async () => {
  const admin = await signIn(sandbox.server.baseUrl, CLIENT.admin);
  const project = admin.getProject()?.id;
  const made: ClientApplication = await admin.post(`admin/projects/${project}/client`, { name: 'rotated' });
  const { id = '', secret: old = '' } = made;
  const path = `ClientApplication/${id}/$rotate-secret`;
  expect((await sandbox.call('POST', path, { secret: old })).status).toBe(403);
  const rotate = (body: object): Promise<Parameters> => admin.post(admin.fhirUrl(path), body);
  await expect(rotate({})).rejects.toThrow('Secret to rotate must be provided');
  await expect(rotate({ secret: old, retiringSecret: old })).rejects.toThrow('Only one secret');
  await expect(rotate({ secret: 'wrong' })).rejects.toThrow('does not match');

  const { parameter = [] } = await rotate({ secret: old });
  const [secret = ''] = parameter.map(({ resource }) => (resource as ClientApplication).secret);
  expect([await takes(id, old), await takes(id, secret), await takes(id, 'wrong')]).toEqual([true, true, false]);
  await rotate({ retiringSecret: old });
  expect([await takes(id, old), await takes(id, secret)]).toEqual([false, true]);
});
