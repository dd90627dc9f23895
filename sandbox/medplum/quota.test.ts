import type { Bundle, OperationOutcome, Patient } from '@medplum/fhirtypes';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bundleOf, type OpenSandbox, openSandbox, statusesOf } from './open-sandbox.ts';

let sandbox: OpenSandbox;
beforeEach(async () => {
  sandbox = await openSandbox({ switches: { quota: { fhirInteractionsPerMinute: 1000 } } });
});
afterEach(() => sandbox.close());

const patients = (count: number): Patient[] => Array.from({ length: count }, () => ({ resourceType: 'Patient' }));
const remaining = (headers: Headers) => Number(/"fhirInteractions";r=(\d+)/.exec(headers.get('RateLimit') ?? '')?.[1]);

test('every reply carries both limits, and no Retry-After', async () => {
  const { headers } = await sandbox.call('GET', 'Patient');
  expect(headers.get('RateLimit')).toMatch(/^"requests";r=\d+;t=\d+, "fhirInteractions";r=980;t=\d+$/);
  expect(headers.has('Retry-After')).toBe(false);
});

test('a read costs 1, a history 10, a search 20, a write 100, an identical PUT 100 too', async () => {
  const created = await sandbox.call('POST', 'Patient', patients(1)[0]);
  const { id } = created.json as Patient;
  const costs = [1000 - remaining(created.headers)];
  let before = remaining(created.headers);
  for (const [method, path, body] of [
    ['GET', `Patient/${id}`],
    ['GET', `Patient/${id}/_history`],
    ['GET', 'Patient'],
    ['PUT', `Patient/${id}`, created.json],
  ] as const) {
    const after = remaining((await sandbox.call(method, path, body)).headers);
    costs.push(before - after);
    before = after;
  }
  expect(costs).toEqual([100, 1, 10, 20, 100]);
});

test('in a batch the first entry over quota and all after it are 429, those before stay', async () => {
  const answer = await sandbox.call('POST', '', bundleOf('batch', patients(12)));
  expect(answer.status).toBe(200);
  expect(statusesOf(answer.json)).toEqual([...Array(10).fill('201'), '429', '429']);
});

test('a transaction over quota is 429 as a whole, stores nothing, and the units are spent', async () => {
  const answer = await sandbox.call('POST', '', bundleOf('transaction', patients(12)));
  expect(answer.status).toBe(429);
  const { diagnostics = '{}' } = (answer.json as OperationOutcome).issue[0] ?? {};
  expect(JSON.parse(diagnostics)).toMatchObject({ _msBeforeNext: expect.any(Number), limit: 1000 });
  const next = await sandbox.call('GET', 'Patient');
  expect(next.status).toBe(429);
  sandbox.server.switches.quota = undefined;
  // One Patient is the seed's.
  expect(((await sandbox.call('GET', 'Patient?_total=accurate')).json as Bundle).total).toBe(1);
});

test('/auth/me is free', async () => {
  const before = remaining((await sandbox.call('GET', 'Patient')).headers);
  await sandbox.call('GET', '/auth/me');
  expect(remaining((await sandbox.call('GET', 'Patient')).headers)).toBe(before - 20);
});
