import { ORG_CONNECTION_SYSTEM } from '@fasten-medplum/bridge/contract/identifiers';
import type { Observation, ObservationComponent } from '@medplum/fhirtypes';
import { expect, test } from 'vitest';
import type { Fact } from '../find-facts.ts';
import { pairReadings } from './pair-readings.ts';
import { readReadings } from './read-readings.ts';

let made = 0;

const loinc = (code: string) => ({ coding: [{ system: 'http://loinc.org', code }] });
const pressure = (value: number) => ({ value, unit: 'mmHg', system: 'http://unitsofmeasure.org', code: 'mm[Hg]' });
const part = (code: string, value: number): ObservationComponent => ({
  code: loinc(code),
  valueQuantity: pressure(value),
});

function observe(code: string, more: Partial<Observation>, namespace = 'portal'): Fact & Observation {
  return {
    resourceType: 'Observation',
    id: `${made++}`,
    meta: { tag: [{ system: ORG_CONNECTION_SYSTEM, code: namespace }] },
    status: 'final',
    code: loinc(code),
    effectiveDateTime: '2024-05-01T09:00:00Z',
    ...more,
  };
}

const systolic = (value: number, more: Partial<Observation> = {}, namespace?: string) =>
  observe('8480-6', { valueQuantity: pressure(value), ...more }, namespace);
const diastolic = (value: number, more: Partial<Observation> = {}, namespace?: string) =>
  observe('8462-4', { valueQuantity: pressure(value), ...more }, namespace);
const told = (...observations: (Fact & Observation)[]) =>
  pairReadings(observations.flatMap(readReadings)).map(({ text }) => text);

test.each(['85354-9', '55284-4'])('the components of a panel %s are one pressure, in whatever order', (code) => {
  const panel = observe(code, { component: [part('8462-4', 80), part('8480-6', 120)] });
  const [taking, ...others] = pairReadings(readReadings(panel));
  expect(others).toEqual([]);
  expect(taking).toMatchObject({ text: '120/80 mmHg', facts: [panel], at: '2024-05-01T09:00:00Z' });
  expect(taking?.readings.map(({ value, name }) => [value, name])).toEqual([
    [120, 'Blood pressure'],
    [80, 'Blood pressure'],
  ]);
});

test('two Observations of one moment are one pressure, however the moment is written', () => {
  const [upper, lower] = [systolic(120), diastolic(80, { effectiveDateTime: '2024-05-01T11:00:00+02:00' })];
  const [taking, ...others] = pairReadings([lower, upper].flatMap(readReadings));
  expect(others).toEqual([]);
  expect(taking).toMatchObject({ text: '120/80 mmHg', facts: [upper, lower] });
});

test('a value whose other half is not known stands alone', () => {
  expect(told(systolic(120))).toEqual(['Systolic 120 mmHg']);
  expect(told(observe('85354-9', { component: [part('8462-4', 80)] }))).toEqual(['Diastolic 80 mmHg']);
  const later = { effectiveDateTime: '2024-05-01T09:05:00Z' };
  expect(told(systolic(120), diastolic(80, later))).toEqual(['Systolic 120 mmHg', 'Diastolic 80 mmHg']);
});

test('what belongs together is never guessed', () => {
  const day = { effectiveDateTime: '2024-05-01' };
  const apart = ['Systolic 120 mmHg', 'Systolic 140 mmHg', 'Diastolic 80 mmHg'];
  expect(told(systolic(120, day), systolic(140, day), diastolic(80, day))).toEqual(apart);
  const [{ effectiveDateTime: _, ...undated }, { effectiveDateTime: __, ...undatedToo }] = [
    systolic(120),
    diastolic(80),
  ];
  expect(told(undated, undatedToo)).toEqual(['Systolic 120 mmHg', 'Diastolic 80 mmHg']);
  expect(told(systolic(120), diastolic(80, {}, 'clinic'))).toEqual(['Systolic 120 mmHg', 'Diastolic 80 mmHg']);
  const standing = observe('8454-1', { valueQuantity: pressure(75) });
  expect(told(systolic(120), standing)).toEqual(['Systolic 120 mmHg', 'Diastolic 75 mmHg']);
});

test('a panel and the Observations that say the same are two pressures: each has its own origin', () => {
  const panel = observe('85354-9', { component: [part('8480-6', 120), part('8462-4', 80)] });
  expect(told(panel, systolic(121), diastolic(81))).toEqual(['120/80 mmHg', '121/81 mmHg']);
});

test('a pressure that came as a text is told as it came', () => {
  expect(told(observe('55284-4', { valueString: '120/80' }))).toEqual(['120/80']);
});
