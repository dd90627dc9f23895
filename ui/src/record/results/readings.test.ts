import type { Observation } from '@medplum/fhirtypes';
import { expect, test } from 'vitest';
import type { Fact } from '../find-facts.ts';
import { groupReadings, seriesOf } from './group-readings.ts';
import { readReadings } from './read-readings.ts';

let made = 0;

function observe(more: Partial<Observation>): Fact & Observation {
  return {
    resourceType: 'Observation',
    id: `${made++}`,
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code: '2345-7', display: 'Glucose' }] },
    effectiveDateTime: '2020-05-01',
    ...more,
  };
}

const mg = (value: number) => ({ value, unit: 'mg/dL', system: 'http://unitsofmeasure.org', code: 'mg/dL' });
const mmol = (value: number) => ({ value, unit: 'mmol/L', system: 'http://unitsofmeasure.org', code: 'mmol/L' });
const said = (code: string) => [{ coding: [{ code }] }];
const flag = (more: Partial<Observation>) => readReadings(observe(more))[0]?.flag?.label;

test('a value is read with its unit and its range', () => {
  const [reading] = readReadings(
    observe({ valueQuantity: mg(101), referenceRange: [{ low: mg(70), high: mg(99) }], interpretation: said('H') }),
  );
  expect(reading).toMatchObject({ name: 'Glucose', value: 101, unit: 'mg/dL', low: 70, high: 99, text: '101 mg/dL' });
  expect(reading?.range).toMatch(/70.*99/);
  expect(reading?.flag).toEqual({ label: 'High', color: 'orange' });
});

test('a value with more digits than anybody measures is shown with six, and drawn as it is', () => {
  const [long] = readReadings(observe({ valueQuantity: mg(59.639076354676824) }));
  expect([long?.text, long?.value]).toEqual(['59.6391 mg/dL', 59.639076354676824]);
  expect(readReadings(observe({ valueQuantity: mg(12345678) }))[0]?.text).toBe('12345678 mg/dL');
});

test('a blood pressure is two readings, and a panel that only names its members is none', () => {
  const component = [
    { code: { coding: [{ system: 'http://loinc.org', code: '8480-6', display: 'Systolic' }] }, valueQuantity: mg(120) },
    { code: { coding: [{ system: 'http://loinc.org', code: '8462-4', display: 'Diastolic' }] }, valueQuantity: mg(80) },
  ];
  const readings = readReadings(observe({ component }));
  expect(readings.map(({ name, half }) => `${name}: ${half}`)).toEqual([
    'Blood pressure: Systolic',
    'Blood pressure: Diastolic',
  ]);
  expect(groupReadings(readings)).toHaveLength(1);
  expect(readReadings(observe({ hasMember: [{ reference: 'Observation/1' }] }))).toEqual([]);
});

test('an observation without a value is told by its notes', () => {
  expect(readReadings(observe({ note: [{ text: 'Looks tired.' }] }))[0]?.text).toBe('Looks tired.');
  expect(readReadings(observe({}))[0]).toMatchObject({ text: 'no value sent', value: undefined });
});

test('what the source says of a value stands; only where it says nothing its range decides', () => {
  const referenceRange = [{ low: mg(70), high: mg(99) }];
  expect(flag({ valueQuantity: mg(120), referenceRange })).toBe('High');
  expect(flag({ valueQuantity: mg(60), referenceRange })).toBe('Low');
  expect(flag({ valueQuantity: mg(120), referenceRange, interpretation: said('N') })).toBeUndefined();
  expect(flag({ valueQuantity: mg(80), referenceRange, interpretation: said('HH') })).toBe('Critically high');
  expect(flag({ valueQuantity: { ...mg(120), comparator: '<' }, referenceRange })).toBeUndefined();
});

test('a range in another unit decides nothing', () => {
  expect(flag({ valueQuantity: mg(101), referenceRange: [{ high: mmol(5.5) }] })).toBeUndefined();
  expect(flag({ valueQuantity: mg(101), referenceRange: [{ high: { value: 99 } }] })).toBe('High');
});

test('what is no number is told too', () => {
  const texts = [
    { valueString: 'trace' },
    { valueCodeableConcept: { text: 'Positive' } },
    { valueBoolean: false },
    { valueInteger: 3 },
    { dataAbsentReason: { coding: [{ code: 'not-performed' }] } },
  ].map((more) => readReadings(observe(more))[0]?.text);
  expect(texts).toEqual(['trace', 'Positive', 'no', '3', 'not measured (not-performed)']);
});

test('readings of one code come together from all sources, newest first, and units stay apart', () => {
  const readings = [
    observe({ valueQuantity: mg(90), effectiveDateTime: '2019-01-01' }),
    observe({ valueQuantity: mmol(5.1), effectiveDateTime: '2021-01-01' }),
    observe({ valueQuantity: mg(95), effectiveDateTime: '2020-01-01' }),
    observe({ valueString: 'see report', effectiveDateTime: '2022-01-01' }),
    observe({ code: { text: 'Mood' }, valueString: 'good', effectiveDateTime: '2023-01-01' }),
  ].flatMap(readReadings);
  const [mood, glucose] = groupReadings(readings);
  expect([mood?.name, glucose?.name]).toEqual(['Mood', 'Glucose']);
  expect(glucose?.readings.map(({ text }) => text)).toEqual(['see report', '5.1 mmol/L', '95 mg/dL', '90 mg/dL']);
  const series = seriesOf({ readings: glucose?.readings ?? [] });
  expect(series.map(({ unit, readings: { length } }) => [unit, length])).toEqual([
    ['mmol/L', 1],
    ['mg/dL', 2],
  ]);
});

test('one unit in two ways of writing it is one series, and nothing of it was converted', () => {
  const written = ['mm[Hg]', 'mmHg', 'mm Hg'].map((unit) => ({ value: 120, unit }));
  const readings = written.map((quantity) => observe({ valueQuantity: quantity })).flatMap(readReadings);
  expect(seriesOf({ readings })).toHaveLength(1);
});

test('a value without a date is listed and not drawn', () => {
  const { effectiveDateTime: _, ...undated } = observe({ valueQuantity: mg(90) });
  const [measurement] = groupReadings(readReadings(undated));
  expect(measurement?.readings).toHaveLength(1);
  expect(seriesOf({ readings: measurement?.readings ?? [] })).toEqual([]);
});
