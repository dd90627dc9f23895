import type { CodeableConcept, Quantity } from '@medplum/fhirtypes';

/** Below the first and above the second a laboratory calls whoever asked. */
export type CriticalLimits = readonly [low: number, high: number];

const LOINC = 'http://loinc.org';

/**
 * Tests (LOINC) whose critical limits laboratories agree on, by unit in lower case: means of medical centers in the USA, for
 * adults (Kost, JAMA 1990;263:704-707), which those of children hardly differ from; of the INR, what is usual.
 */
const TESTS: readonly (readonly [readonly string[], Readonly<Record<string, CriticalLimits>>])[] = [
  [['2823-3', '6298-4'], { 'mmol/l': [2.8, 6.2], 'meq/l': [2.8, 6.2] }],
  [['2951-2', '2947-0'], { 'mmol/l': [120, 158], 'meq/l': [120, 158] }],
  [['2345-7', '2339-0', '1558-6', '41653-7', '14749-6', '15074-8'], { 'mg/dl': [46, 484], 'mmol/l': [2.6, 26.9] }],
  [['17861-6', '2000-8'], { 'mg/dl': [6.6, 12.9], 'mmol/l': [1.65, 3.22] }],
  [['718-7'], { 'g/dl': [6.6, 19.9], 'g/l': [66, 199] }],
  [['777-3', '26515-7'], { '10*3/ul': [37, 910], '10*9/l': [37, 910], 'k/ul': [37, 910] }],
  [['6690-2', '26464-8'], { '10*3/ul': [2, 37], '10*9/l': [2, 37], 'k/ul': [2, 37] }],
  [['6301-6'], { '': [0, 5], '1': [0, 5], '{inr}': [0, 5], inr: [0, 5], ratio: [0, 5], '{ratio}': [0, 5] }],
];

/** The limits of a test in the unit of its value; undefined for a test that has none, and for a unit that is not known here. */
export function criticalLimits({ coding = [] }: CodeableConcept, value: Quantity): CriticalLimits | undefined {
  const codes = coding.flatMap(({ system, code }) => (system === LOINC && code ? [code] : []));
  const [, byUnit = {}] = TESTS.find(([tests]) => tests.some((test) => codes.includes(test))) ?? [];
  const units = [value.code, value.unit ?? value.code ?? ''].map((unit) => unit?.toLowerCase());
  const known = units.find((unit) => unit !== undefined && Object.hasOwn(byUnit, unit));
  return known === undefined ? undefined : byUnit[known];
}
