import type { AuditEvent, Extension, Observation } from '@medplum/fhirtypes';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type HookReceiver, receiveHooks } from '../../likeness/receive-hooks.ts';
import { type OpenSandbox, openSandbox } from '../open-sandbox.ts';

const SUCCESS = 'https://medplum.com/fhir/StructureDefinition/subscription-success-codes';
const pulse: Observation = { resourceType: 'Observation', status: 'final', code: { text: 'Pulse' } };

let sandbox: OpenSandbox;
let hooks: HookReceiver;
beforeEach(async () => {
  sandbox = await openSandbox({ switches: { hookBackoffMs: 1 } });
  hooks = await receiveHooks();
});
afterEach(async () => {
  await sandbox.close();
  hooks.close();
});

async function subscribe(endpoint = hooks.url, extension: Extension[] = []): Promise<void> {
  const channel = { type: 'rest-hook' as const, endpoint };
  const about = { criteria: 'Observation', reason: 'test', status: 'active' as const };
  await sandbox.medplum.createResource({ resourceType: 'Subscription', ...about, channel, extension });
}

const settled = () => expect.poll(() => sandbox.server.countBotRuns()).toBe(0);
const statusesOf = () => hooks.received.map(({ body }) => (JSON.parse(body) as Observation).status);

async function outcomes(): Promise<(string | undefined)[]> {
  const events = await sandbox.medplum.searchResources('AuditEvent', '_sort=_lastUpdated', { cache: 'reload' });
  return events.map((event: AuditEvent) => `${event.outcome} ${event.outcomeDesc}`);
}

test('a hook that always fails is called five times, and each time is recorded', async () => {
  await subscribe();
  hooks.answers.push(500, 500, 500, 500, 500, 500);
  await sandbox.medplum.createResource(pulse);
  await settled();
  expect(await outcomes()).toEqual([0, 1, 2, 3, 4].map((n) => `4 Attempt ${n} received status 500`));
});

test('a retry is for the newest version only', async () => {
  sandbox.server.switches.hookBackoffMs = 300;
  await subscribe();
  hooks.answers.push(500);
  const made = await sandbox.medplum.createResource(pulse);
  await expect.poll(() => hooks.received.length).toBe(1);
  await sandbox.medplum.updateResource<Observation>({ ...made, status: 'amended' });
  await settled();
  expect(statusesOf()).toEqual(['final', 'amended']);
});

test('a Subscription may say which answers are good', async () => {
  await subscribe(hooks.url, [{ url: SUCCESS, valueString: '200, 410-420' }]);
  hooks.answers.push(418);
  await sandbox.medplum.createResource(pulse);
  await settled();
  expect(await outcomes()).toEqual(['0 Attempt 0 received status 418']);
});

test('an address where nobody listens is a failure like any other', async () => {
  await subscribe('http://127.0.0.1:1/nobody');
  await sandbox.medplum.createResource(pulse);
  await settled();
  expect(await outcomes()).toHaveLength(5);
});

test('a server that stops waits for no hook', async () => {
  sandbox.server.switches.hookBackoffMs = 3_600_000;
  await subscribe();
  hooks.answers.push(500);
  await sandbox.medplum.createResource(pulse);
  await expect.poll(outcomes).toHaveLength(1);
});
