import type { MedplumClient } from '@medplum/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { signIn } from '../../sandbox/medplum/open-sandbox.ts';
import { type SandboxMedplum, startMedplum } from '../../sandbox/medplum/start-medplum.ts';
import { seed } from '../../sandbox/seed.ts';
import { type Caller, type Callers, createCallers } from '../medplum/callers.ts';
import type { StoredConsent } from '../medplum/find-connection.ts';
import { assertMayErase } from './assert-may-erase.ts';
import { makePendingConsent } from './make-consent.ts';

let server: SandboxMedplum;
let callers: Callers;
let bridge: MedplumClient;

const READER_POLICY = 'a11c0de5-0000-4000-8000-00000000000a';

beforeAll(async () => {
  const [own, plain, other] = seed.clients;
  if (!own || !plain || !other) throw new Error('the seed has no clients');
  const reader = { ...other, access: [{ policy: { reference: `AccessPolicy/${READER_POLICY}` } }] };
  const policy = {
    resourceType: 'AccessPolicy' as const,
    id: READER_POLICY,
    resource: [{ resourceType: 'Consent' as const, readonly: true }],
  };
  server = await startMedplum({
    seed: { ...seed, policies: [...(seed.policies ?? []), policy], users: [], clients: [own, plain, reader] },
  });
  callers = createCallers(server.baseUrl);
  bridge = await signIn(server.baseUrl, 0);
});

afterAll(async () => {
  await callers.close();
  await server.close();
});

const newConsent = (): Promise<StoredConsent> =>
  bridge.createResource(makePendingConsent('a-patient', 'Patient/a-patient', new Date()));

async function callerOf(client: MedplumClient, profile?: string): Promise<Caller> {
  const caller = await callers.identify(client.getAccessToken() ?? '');
  return { ...caller, ...(profile && { profile }) };
}

test('staff who may write the Consent may erase, and it stays as it is', async () => {
  const consent = await newConsent();
  await assertMayErase(await callerOf(bridge), consent);
  expect((await bridge.readHistory('Consent', consent.id)).entry).toHaveLength(1);
});

test('staff who may only read it may not', async () => {
  const reader = await callerOf(await signIn(server.baseUrl, 2));
  const consent = await newConsent();
  expect((await reader.read('Consent', consent.id)).id).toBe(consent.id);
  await expect(assertMayErase(reader, consent)).rejects.toMatchObject({ status: 403 });
});

test('a patient may erase their own, another patient and a relative whom a policy lets write may not', async () => {
  const consent = await newConsent();
  await assertMayErase(await callerOf(await signIn(server.baseUrl, 2), 'Patient/a-patient'), consent);
  for (const profile of ['Patient/another', 'RelatedPerson/somebody']) {
    await expect(assertMayErase(await callerOf(bridge, profile), consent)).rejects.toMatchObject({ status: 403 });
  }
});

test('what has changed since it was read is read again first', async () => {
  const consent = await newConsent();
  await bridge.updateResource({ ...consent, status: 'inactive' });
  await expect(assertMayErase(await callerOf(bridge), consent)).rejects.toMatchObject({ status: 409 });
});
