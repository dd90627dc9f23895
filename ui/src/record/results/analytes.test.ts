import { expect, test } from 'vitest';
import { loincCheckDigit } from '../../../test/loinc-check-digit.ts';
import { ANALYTES, analyteOf } from './analytes.ts';

test('every code of the table is a LOINC code, and stands in it once', () => {
  const codes = ANALYTES.flatMap(({ mass, moles }) => [mass, moles]);
  expect(new Set(codes).size).toBe(codes.length);
  for (const code of codes) {
    const [digits = '', told] = code.split('-');
    expect(`${digits}-${loincCheckDigit(digits)}`, code).toBe(`${digits}-${told}`);
  }
});

test('a substance is known by LOINC only', () => {
  const glucose = analyteOf({ system: 'http://loinc.org', code: '14749-6' });
  expect(glucose).toBe(analyteOf({ system: 'http://loinc.org', code: '2345-7' }));
  expect(glucose?.molarMass).toBeCloseTo(180.16);
  expect(analyteOf({ system: 'urn:oid:1.2.3', code: '2345-7' })).toBeUndefined();
  expect(analyteOf({ system: 'http://loinc.org', code: '3094-0' })).toBeUndefined();
});
