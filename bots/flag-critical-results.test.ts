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

const CRITICAL_TASKS = { code: `${BRIDGE_CODE_SYSTEM}|${CRITICAL_RESULT_CODE}` };

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
    { code: { text: 'Lactate' }, valueQuantity: quantity(4.5), referenceRange: range(0.5, 2.2) },
    'Lactate 4.5 mmol/L: far above the reference range 0.5–2.2',
  ],
  [
    'far below its only limit',
    { code: { text: 'Phosphate' }, valueQuantity: quantity(0.3), referenceRange: [{ low: quantity(0.8) }] },
    'Phosphate 0.3 mmol/L: far below the reference range 0.8–',
  ],
  [
    'beyond the limits of its test',
    { valueQuantity: quantity(6.6), interpretation: called('H'), referenceRange: range(3.5, 5.1) },
    'Potassium 6.6 mmol/L: critically high (above 6.2)',
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
  ['an error', { status: 'entered-in-error' }],
  ['preliminary', { status: 'preliminary' }],
  ['without a unit', { valueQuantity: { value: 4 } }],
])('a change against a value that is %s is none', async (_, changes) => {
  const { id: __, ...last } = makeResult({ effectiveDateTime: daysAgo(2), ...changes });
  await medplum.createResource(last);
  expect(await run(makeResult({ valueQuantity: quantity(6.2), referenceRange: range(3.5, 5.1) }))).toBeUndefined();
});

test('the last value in the same unit is the one that counts, whichever code stands first', async () => {
  const coding = [{ system: 'urn:lab', code: 'K' }, ...(makeResult().code.coding ?? [])];
  const { id: _, ...last } = makeResult({ effectiveDateTime: daysAgo(20) });
  await medplum.createResource(last);
  await medplum.createResource({
    ...last,
    effectiveDateTime: daysAgo(10),
    valueQuantity: quantity(15.6, 'mg/dL'),
  });
  const now = { code: { coding, text: 'Potassium' }, valueQuantity: quantity(6.1), referenceRange: range(3.5, 5.1) };
  expect((await run(makeResult(now)))?.code.text).toContain('rose steeply from 4 mmol/L on');
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
  ...(['preliminary', 'registered', 'cancelled', 'entered-in-error', 'unknown'] as const).map(
    (status): [string, Resource] => [
      `one whose status is ${status}`,
      makeResult({ interpretation: called('HH'), status }),
    ],
  ),
  ['one about no patient', makeResult({ interpretation: called('HH'), subject: { reference: 'Device/1' } })],
  ['a high one that is not critical', makeResult({ valueQuantity: quantity(5.4), referenceRange: range(3.5, 5.1) })],
  [
    'one of several ranges',
    makeResult({
      code: { text: 'Lactate' },
      valueQuantity: quantity(9),
      referenceRange: [...range(1, 2), ...range(3, 4)],
    }),
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

test.each(['', 'many'])('a number of days that is none (%o) is the usual one', async (valueString) => {
  const secrets = { CRITICAL_RESULTS_RECENT_DAYS: { name: 'CRITICAL_RESULTS_RECENT_DAYS', valueString } };
  const result = (days: number) => makeResult({ interpretation: called('HH'), effectiveDateTime: daysAgo(days) });
  expect(await handler(medplum, { ...eventWith(result(3000)), secrets })).toBeUndefined();
  expect(await handler(medplum, { ...eventWith(result(2)), secrets })).toBeDefined();
});

test('a result that its source takes back is flagged no more, and nobody has to look', async () => {
  const flag = await run(makeResult({ interpretation: called('HH') }));
  for (const _ of ['told', 'told again']) await run(makeResult({ status: 'entered-in-error' }));
  expect(await medplum.readResource('Flag', flag?.id ?? '', { cache: 'reload' })).toMatchObject({
    status: 'entered-in-error',
  });
  const [task] = await medplum.searchResources('Task', CRITICAL_TASKS, { cache: 'reload' });
  expect(task).toMatchObject({ status: 'cancelled', statusReason: { text: expect.stringContaining('taken back') } });
});

test('what somebody works on already stays theirs when its result is taken back', async () => {
  await run(makeResult({ interpretation: called('HH') }));
  const [task] = await medplum.searchResources('Task', CRITICAL_TASKS, { cache: 'reload' });
  if (!task) throw new Error('a task was written');
  await medplum.updateResource({ ...task, status: 'in-progress' });
  await run(makeResult({ status: 'entered-in-error' }));
  const [now] = await medplum.searchResources('Task', CRITICAL_TASKS, { cache: 'reload' });
  expect(now?.status).toBe('in-progress');
});

test('the same result through another source is flagged once; another value at that time is another result', async () => {
  const told = { interpretation: called('HH'), valueQuantity: quantity(7.1) };
  const { id: _, ...copy } = makeResult(told);
  const first = await run(await medplum.createResource(copy));
  const second = await run(await medplum.createResource(copy));
  expect(second?.id).toBe(first?.id);
  expect(await count('Flag')).toBe(1);
  await run(await medplum.createResource({ ...copy, valueQuantity: quantity(7.4) }));
  expect(await count('Flag')).toBe(2);
});
