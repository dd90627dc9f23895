import { expect, test } from 'vitest';
import { ANALYTES, analyteOf } from './analytes.ts';

/** LOINC's own check digit: Mod 10 (LOINC Users' Guide, appendix C). */
function checkDigit(digits: string): number {
  const doubled = [...digits].reverse().map((digit, index) => Number(digit) * (index % 2 === 0 ? 2 : 1));
  const sum = doubled.reduce((total, number) => total + (number > 9 ? number - 9 : number), 0);
  return (10 - (sum % 10)) % 10;
}

test('every code of the table is a LOINC code, and stands in it once', () => {
  const codes = ANALYTES.flatMap(({ mass, moles }) => [mass, moles]);
  expect(new Set(codes).size).toBe(codes.length);
  for (const code of codes) {
    const [digits = '', told] = code.split('-');
    expect(`${digits}-${checkDigit(digits)}`, code).toBe(`${digits}-${told}`);
  }
});

test('a substance is known by LOINC only', () => {
  const glucose = analyteOf({ system: 'http://loinc.org', code: '14749-6' });
  expect(glucose).toBe(analyteOf({ system: 'http://loinc.org', code: '2345-7' }));
  expect(glucose?.molarMass).toBeCloseTo(180.16);
  expect(analyteOf({ system: 'urn:oid:1.2.3', code: '2345-7' })).toBeUndefined();
  expect(analyteOf({ system: 'http://loinc.org', code: '3094-0' })).toBeUndefined();
});
