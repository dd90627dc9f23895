import { BRIDGE_CODE_SYSTEM, CRITICAL_RESULT_CODE } from '@fasten-medplum/bridge/contract/identifiers';
import type { BotEvent } from '@medplum/core';
import type { Observation, ObservationReferenceRange, Resource } from '@medplum/fhirtypes';
import { MockClient } from '@medplum/mock';
import { beforeEach, expect, test } from 'vitest';
import { handler } from './flag-critical-results.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

let medplum: MockClient;

beforeEach(() => {
  medplum = new MockClient();
});

const daysAgo = (days: number): string => new Date(Date.now() - days * DAY_MS).toISOString();
const quantity = (value: number, unit = 'mmol/L') => ({ value, unit, code: unit });
const range = (low: number, high: number): ObservationReferenceRange[] => [
  { low: quantity(low), high: quantity(high) },
];
const called = (code: string) => [{ coding: [{ code }] }];

function makeResult(changes: Partial<Observation> = {}): Observation & { id: string } {
  return {
    resourceType: 'Observation',
    id: '2f6f3f1c-6d1c-4c6e-9a0e-1f1f3c1b7c11',
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code: '2823-3' }], text: 'Potassium' },
    subject: { reference: 'Patient/123' },
    effectiveDateTime: daysAgo(1),
    valueQuantity: quantity(4),
    ...changes,
  };
}

function eventWith(input: Resource): BotEvent<Resource> {
  return { bot: { reference: 'Bot/1' }, contentType: 'application/fhir+json', input, secrets: {} };
}

const run = (input: Resource) => handler(medplum, eventWith(input));
const count = async (type: 'Flag' | 'Task' | 'Provenance') => {
  const query = type === 'Provenance' ? { entity: `Observation/${makeResult().id}` } : {};
  const all = await medplum.searchResources(type, query, { cache: 'reload' });
  const isOurs = (one: Resource) => JSON.stringify(one).includes(CRITICAL_RESULT_CODE) || type === 'Provenance';
  return all.filter(isOurs).length;
};

test.each<[string, Partial<Observation>, string]>([
  [
    'called critically high',
    { interpretation: called('HH') },
    'Potassium 4 mmol/L: called critically high by its source',
  ],
  [
    'far above its range',
    { valueQuantity: quantity(7.1), referenceRange: range(3.5, 5.1) },
    'Potassium 7.1 mmol/L: far above the reference range 3.5–5.1',
  ],
  [
    'far below its only limit',
    { valueQuantity: quantity(1.5), referenceRange: [{ low: quantity(3.5) }] },
    'Potassium 1.5 mmol/L: far below the reference range 3.5–',
  ],
  [
    'critical in a component',
    {
      component: [{ code: { text: 'Systolic' }, valueQuantity: quantity(220, 'mm[Hg]'), interpretation: called('HH') }],
    },
    'Systolic 220 mm[Hg]: called critically high by its source',
  ],
])('a result that is %s is flagged, with a task that says why', async (_, changes, reason) => {
  const flag = await run(makeResult(changes));
  expect(flag).toMatchObject({ status: 'active', code: { text: reason }, subject: { reference: 'Patient/123' } });
  const [task] = await medplum.searchResources('Task', { code: `${BRIDGE_CODE_SYSTEM}|${CRITICAL_RESULT_CODE}` });
  expect(task).toMatchObject({
    priority: 'urgent',
    description: reason,
    focus: { reference: `Observation/${makeResult().id}` },
    for: { reference: 'Patient/123' },
  });
});

test('the same result never comes up twice, even corrected, and its Provenance leads back to it', async () => {
  await run(makeResult({ interpretation: called('LL') }));
  await run(makeResult({ interpretation: called('AA'), status: 'corrected' }));
  expect([await count('Flag'), await count('Task'), await count('Provenance')]).toEqual([1, 1, 1]);
  const [provenance] = await medplum.searchResources('Provenance', { entity: `Observation/${makeResult().id}` });
  expect(provenance?.target.map(({ reference }) => reference?.split('/')[0])).toEqual(['Flag', 'Task']);
});

test('a steep change against the last value is flagged', async () => {
  const { id: _, ...last } = makeResult({ effectiveDateTime: daysAgo(20) });
  await medplum.createResource({ ...last, valueQuantity: quantity(4) });
  const flag = await run(makeResult({ valueQuantity: quantity(6.2), referenceRange: range(3.5, 5.1) }));
  expect(flag?.code.text).toContain('rose steeply from 4 mmol/L on');
});

test.each<[string, Partial<Observation>]>([
  ['within its range again', { valueQuantity: quantity(5), referenceRange: range(3.5, 5.1) }],
  ['by less than half', { valueQuantity: quantity(2.9) }],
  ['in another unit', { valueQuantity: quantity(15.6, 'mg/dL') }],
])('a change is not flagged %s', async (_, changes) => {
  const { id: __, ...last } = makeResult({ effectiveDateTime: daysAgo(20) });
  await medplum.createResource({ ...last, valueQuantity: quantity(2) });
  expect(await run(makeResult(changes))).toBeUndefined();
});

test.each<[string, Resource]>([
  ['a critical result of last year', makeResult({ interpretation: called('HH'), effectiveDateTime: daysAgo(365) })],
  ['one without a date', makeResult({ interpretation: called('HH'), effectiveDateTime: undefined as never })],
  ['a preliminary one', makeResult({ interpretation: called('HH'), status: 'preliminary' })],
  ['one about no patient', makeResult({ interpretation: called('HH'), subject: { reference: 'Device/1' } })],
  ['a high one that is not critical', makeResult({ valueQuantity: quantity(5.4), referenceRange: range(3.5, 5.1) })],
  [
    'one of several ranges',
    makeResult({ valueQuantity: quantity(9), referenceRange: [...range(1, 2), ...range(3, 9)] }),
  ],
  ['another resource', { resourceType: 'Patient', id: '123' }],
])('%s is not flagged', async (_, input) => {
  expect(await run(input)).toBeUndefined();
  expect(await count('Flag')).toBe(0);
});

test('a project says itself how long a result is recent', async () => {
  const old = makeResult({ interpretation: called('HH'), effectiveDateTime: daysAgo(60) });
  const secrets = { CRITICAL_RESULTS_RECENT_DAYS: { name: 'CRITICAL_RESULTS_RECENT_DAYS', valueString: '90' } };
  expect(await handler(medplum, { ...eventWith(old), secrets })).toBeDefined();
});
