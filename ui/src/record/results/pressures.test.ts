import { expect, test } from 'vitest';
import { loincCheckDigit } from '../../../test/loinc-check-digit.ts';
import { codesOf, halfOf, joinPressure, PRESSURES, pressureOf } from './pressures.ts';

const loinc = (code: string) => ({ system: 'http://loinc.org', code });

test('every code of the table is a LOINC code, and stands in it once', () => {
  const codes = PRESSURES.flatMap(codesOf);
  expect(new Set(codes).size).toBe(codes.length);
  for (const code of codes) {
    const [digits = '', told] = code.split('-');
    expect(`${digits}-${loincCheckDigit(digits)}`, code).toBe(`${digits}-${told}`);
  }
});

test('both panels and both values are one pressure, and only LOINC says so', () => {
  const names = ['85354-9', '55284-4', '8480-6', '8462-4'].map((code) => pressureOf(loinc(code))?.name);
  expect(new Set(names)).toEqual(new Set(['Blood pressure']));
  expect(pressureOf(loinc('8460-8'))?.name).toBe('Blood pressure, standing');
  expect(['8480-6', '8462-4', '85354-9', '8867-4'].map((code) => halfOf(loinc(code)))).toEqual([
    'Systolic',
    'Diastolic',
    undefined,
    undefined,
  ]);
  expect(halfOf({ system: 'urn:oid:1.2.3', code: '8480-6' })).toBeUndefined();
});

test.each([
  ['120 mmHg', '80 mmHg', '120/80 mmHg'],
  ['> 240 mmHg', '80.5 mmHg', '> 240/80.5 mmHg'],
  ['120', '80', '120/80'],
  ['120 mmHg', '10.7 kPa', '120 mmHg / 10.7 kPa'],
  ['120 mmHg', 'not measured (unknown)', '120 mmHg / not measured (unknown)'],
])('%s and %s are written %s', (systolic, diastolic, joined) => {
  expect(joinPressure(systolic, diastolic)).toBe(joined);
});
