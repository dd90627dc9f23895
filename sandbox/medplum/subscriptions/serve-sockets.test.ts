import type { SubscriptionEmitter, SubscriptionEventMap } from '@medplum/core';
import type { Bundle, Observation } from '@medplum/fhirtypes';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type OpenSandbox, openSandbox, signIn } from '../open-sandbox.ts';

const pulse: Observation = { resourceType: 'Observation', status: 'final', code: { text: 'Pulse' } };

let sandbox: OpenSandbox;
beforeEach(async () => {
  sandbox = await openSandbox({ switches: { heartbeatMs: 20 } });
});
afterEach(async () => {
  sandbox.medplum.getSubscriptionManager().closeWebSocket();
  await sandbox.close();
});

function once<T extends keyof SubscriptionEventMap>(emitter: SubscriptionEmitter, type: T) {
  return new Promise<SubscriptionEventMap[T]>((resolve) => {
    emitter.addEventListener(type, (event) => resolve(event as SubscriptionEventMap[T]));
  });
}

/** Subscribes as useSubscription of @medplum/react-hooks does, and waits for the handshake. */
async function subscribe(criteria: string): Promise<{ emitter: SubscriptionEmitter; told: (string | undefined)[] }> {
  const emitter = sandbox.medplum.subscribeToCriteria(criteria);
  const told: (string | undefined)[] = [];
  emitter.addEventListener('message', ({ payload }) => told.push((payload as Bundle).entry?.[1]?.resource?.id));
  await once(emitter, 'connect');
  return { emitter, told };
}

test('an unmodified MedplumClient is told what matches its criteria', async () => {
  const { told } = await subscribe('Observation?status=final');
  const writer = await signIn(sandbox.server.baseUrl);
  await writer.createResource<Observation>({ ...pulse, status: 'preliminary' });
  const { id } = await writer.createResource(pulse);
  await expect.poll(() => told).toEqual([id]);
});

test('it is told nothing that was rolled back', async () => {
  const { told } = await subscribe('Observation?status=final');
  const entry = [pulse, { resourceType: 'Patient', nonsense: 1 }].map((resource) => {
    return { request: { method: 'POST', url: resource.resourceType }, resource };
  });
  expect((await sandbox.call('POST', '', { resourceType: 'Bundle', type: 'transaction', entry })).status).toBe(400);
  const { id } = await sandbox.medplum.createResource(pulse);
  await expect.poll(() => told).toEqual([id]);
});

test('it hears that the connection is alive', async () => {
  await subscribe('Observation');
  const { type } = await once(sandbox.medplum.getMasterSubscriptionEmitter(), 'heartbeat');
  expect(type).toBe('heartbeat');
});

test('who has signed out is told nothing more', async () => {
  const { told } = await subscribe('Observation');
  const writer = await signIn(sandbox.server.baseUrl);
  const authorization = { Authorization: `Bearer ${sandbox.medplum.getAccessToken()}` };
  await fetch(`${sandbox.server.baseUrl}oauth2/logout`, { method: 'POST', headers: authorization });
  const heartbeat = once(sandbox.medplum.getMasterSubscriptionEmitter(), 'heartbeat');
  await writer.createResource(pulse);
  await heartbeat;
  expect(told).toEqual([]);
});

test('a server that stops ends its sockets', async () => {
  const own = await openSandbox();
  const socket = new WebSocket(`${own.server.baseUrl.replace('http', 'ws')}ws/subscriptions-r4`);
  const closed = new Promise((resolve) => socket.addEventListener('close', resolve));
  await new Promise((resolve) => socket.addEventListener('open', resolve));
  socket.send('no JSON');
  await own.close();
  await closed;
});
