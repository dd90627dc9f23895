import type { Observation } from '@medplum/fhirtypes';
import { expect, test } from 'vitest';
import type { Fact } from '../find-facts.ts';
import { converterBetween } from './convert-unit.ts';
import { groupReadings, seriesOf } from './group-readings.ts';
import { readReadings } from './read-readings.ts';
import { isConverted, reconcileSeries } from './reconcile-series.ts';

const LOINC = 'http://loinc.org';

function observe(code: string, value: number, unit: string, at: string, high?: number): Fact & Observation {
  return {
    resourceType: 'Observation',
    id: `${code} ${at}`,
    status: 'final',
    code: { coding: [{ system: LOINC, code, display: 'Glucose [Moles/volume] in Serum or Plasma' }] },
    effectiveDateTime: at,
    valueQuantity: { value, unit },
    ...(high !== undefined && { referenceRange: [{ high: { value: high, unit } }] }),
  };
}

function reconcile(...observations: (Fact & Observation)[]) {
  const [measurement] = groupReadings(observations.flatMap(readReadings));
  return reconcileSeries(seriesOf({ readings: measurement?.readings ?? [] }), converterBetween);
}

test('glucose by mass and by moles is one measurement in the unit that most values came in', () => {
  const [glucose, ...others] = reconcile(
    observe('2345-7', 90, 'mg/dL', '2019-01-01', 99),
    observe('14749-6', 5.5, 'mmol/L', '2020-01-01', 5.5),
    observe('2345-7', 95, 'mg/dL', '2021-01-01', 99),
  );
  expect(others).toEqual([]);
  expect(glucose?.unitText).toBe('mg/dL');
  expect(glucose?.readings.map(({ value }) => Math.round(value ?? 0))).toEqual([95, 99, 90]);
  const [converted, ...more] = glucose?.readings.filter(isConverted) ?? [];
  expect(more).toEqual([]);
  expect(converted).toMatchObject({ text: '5.5 mmol/L', convertedFrom: 'mmol/L' });
  expect(converted?.high).toBeCloseTo(99.1, 1);
});

test('a unit that nobody can convert keeps its own axis', () => {
  const series = reconcile(
    observe('29463-7', 69, 'kg', '2019-01-01'),
    observe('29463-7', 70, 'kg', '2020-01-01'),
    observe('29463-7', 154, 'lb', '2021-01-01'),
    observe('29463-7', 11, 'stone (old)', '2022-01-01'),
  );
  expect(series.map(({ unitText, readings: { length } }) => [unitText, length])).toEqual([
    ['kg', 3],
    ['stone (old)', 1],
  ]);
});
