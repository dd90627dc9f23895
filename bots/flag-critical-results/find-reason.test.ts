import type { Observation, ObservationReferenceRange, Quantity } from '@medplum/fhirtypes';
import { expect, test } from 'vitest';
import type { About } from './choose-range.ts';
import { criticalReason, steepChange } from './find-reason.ts';

const TAKEN_AT = Date.parse('2026-06-01');

function about(birthDate?: string, gender: 'female' | 'male' = 'female'): About {
  return { patient: { gender, ...(birthDate && { birthDate }) }, takenAt: TAKEN_AT };
}

const ADULT = about('1970-01-01');
const CHILD = about('2017-01-01');
const NEWBORN = about('2026-05-30');

const of = (value: number, unit = 'U/L', comparator?: Quantity['comparator']): Quantity => {
  return { value, unit, ...(comparator && { comparator }) };
};
const range = (low: number, high: number, more: Partial<ObservationReferenceRange> = {}): ObservationReferenceRange => {
  return { low: of(low), high: of(high), ...more };
};
const years = (low: number, high: number) => ({ low: of(low, 'years'), high: of(high, 'a') });
const called = (code: string) => [{ coding: [{ code }] }];
const loinc = (code: string) => ({ coding: [{ system: 'http://loinc.org', code }], text: 'Test' });

function result(changes: Partial<Observation>): Observation {
  return { resourceType: 'Observation', status: 'final', code: { text: 'Test' }, ...changes };
}

const NORMAL = [range(30, 120)];
const FOR_ALL_AGES = [range(140, 420, { age: years(0, 17) }), range(30, 120, { age: years(18, 120) })];
const FOR_BOTH_SEXES = [
  range(30, 60, { appliesTo: [{ text: 'Male' }] }),
  range(100, 150, { appliesTo: [{ coding: [{ code: 'female' }] }] }),
];

test.each<[string, Partial<Observation>, About?]>([
  ['one beyond its range by more than that is wide', { valueQuantity: of(400), referenceRange: NORMAL }],
  ['`>` beyond it', { valueQuantity: of(400, 'U/L', '>'), referenceRange: NORMAL }],
  ['`<` below it', { valueQuantity: of(2, 'U/L', '<'), referenceRange: [range(30, 50)] }],
  ['that of an adult, by the adults’ range', { valueQuantity: of(400), referenceRange: FOR_ALL_AGES }],
  ['that of a child, by the children’s range', { valueQuantity: of(800), referenceRange: FOR_ALL_AGES }, CHILD],
  [
    'that of a man, by the men’s range',
    { valueQuantity: of(110), referenceRange: FOR_BOTH_SEXES },
    about('1970', 'male'),
  ],
  ['what is called panic in words', { interpretation: [{ text: 'PANIC HIGH' }] }],
  [
    'what is called critical by a local code',
    { interpretation: [{ coding: [{ code: 'C9', display: 'Critical low' }] }] },
  ],
  ['a sodium of 112', { code: loinc('2951-2'), valueQuantity: of(112, 'mmol/L'), interpretation: called('L') }],
  ['a sodium of 112 mEq/L', { code: loinc('2951-2'), valueQuantity: { value: 112, unit: 'mEq/L', code: 'meq/L' } }],
  ['a glucose of 30 mmol/L', { code: loinc('2345-7'), valueQuantity: of(30, 'mmol/L') }],
  ['an INR of 8', { code: loinc('6301-6'), valueQuantity: { value: 8 } }],
  ['one in a component', { component: [{ code: { text: 'Part' }, valueQuantity: of(400), referenceRange: NORMAL }] }],
])('critical: %s', (_, changes, whom = ADULT) => {
  expect(criticalReason(result(changes), whom)).toBeDefined();
});

test.each<[string, Partial<Observation>, About?]>([
  ['`<` of a large number', { valueQuantity: of(400, 'U/L', '<'), referenceRange: NORMAL }],
  ['`>` of a small number', { valueQuantity: of(2, 'U/L', '>'), referenceRange: [range(30, 50)] }],
  ['a range in another unit', { valueQuantity: of(400, 'ukat/L'), referenceRange: NORMAL }],
  ['a range in words', { valueQuantity: of(400), referenceRange: [{ text: '30 - 120 U/L' }] }],
  [
    'what a treatment aims at',
    { valueQuantity: of(400), referenceRange: [range(30, 120, { type: { text: 'Therapeutic' } })] },
  ],
  [
    'that of a child, by the adults’ range',
    { valueQuantity: of(400), referenceRange: [range(30, 120, { age: years(18, 120) })] },
    CHILD,
  ],
  ['an age that is not known', { valueQuantity: of(400), referenceRange: FOR_ALL_AGES.slice(1) }, about()],
  ['a woman’s, by the men’s range', { valueQuantity: of(110), referenceRange: FOR_BOTH_SEXES }],
  [
    'a range of the pregnant',
    { valueQuantity: of(400), referenceRange: [range(30, 120, { appliesTo: [{ text: 'Pregnancy' }] })] },
  ],
  [
    'what its laboratory calls high only',
    { valueQuantity: of(400), referenceRange: NORMAL, interpretation: called('H') },
  ],
  ['what its laboratory calls normal', { valueQuantity: of(400), referenceRange: NORMAL, interpretation: called('N') }],
  ['what is said not to be critical', { interpretation: [{ text: 'not critical' }, { text: 'non-critical' }] }],
  [
    'a glucose of 180, far outside its range',
    {
      code: loinc('2345-7'),
      valueQuantity: of(180, 'mg/dL'),
      referenceRange: [{ low: of(70, 'mg/dL'), high: of(99, 'mg/dL') }],
    },
  ],
  [
    'a warfarin patient’s INR',
    {
      code: loinc('6301-6'),
      valueQuantity: { value: 2.6 },
      referenceRange: [{ low: { value: 0.9 }, high: { value: 1.1 } }],
    },
  ],
  ['a potassium in a unit nobody knows', { code: loinc('2823-3'), valueQuantity: of(7.1, 'mg/24h') }],
  ['a newborn’s glucose, by an adult’s limits', { code: loinc('2345-7'), valueQuantity: of(44, 'mg/dL') }, NEWBORN],
  ['words', { valueString: 'HH', referenceRange: NORMAL }],
  ['no value', { dataAbsentReason: { text: 'not done' }, referenceRange: NORMAL }],
])('not critical: %s', (_, changes, whom = ADULT) => {
  expect(criticalReason(result(changes), whom)).toBeUndefined();
});

const LABORATORY = [{ coding: [{ code: 'laboratory' }] }];

test.each<[string, Partial<Observation>, Quantity]>([
  ['a rise above the range', { valueQuantity: of(190), referenceRange: NORMAL }, of(100)],
  ['a fall below it', { valueQuantity: of(20), referenceRange: NORMAL }, of(60)],
  ['a rise from less than can be measured', { valueQuantity: of(190), referenceRange: NORMAL }, of(5, 'U/L', '<')],
  ['a fall to that', { valueQuantity: of(5, 'U/L', '<'), referenceRange: NORMAL }, of(60)],
  ['a laboratory’s without a range', { valueQuantity: of(190), category: LABORATORY }, of(100)],
])('steep: %s', (_, changes, last) => {
  expect(steepChange(result(changes), result({ valueQuantity: last }), ADULT)).toBeDefined();
});

test.each<[string, Partial<Observation>, Quantity]>([
  ['a fall towards the range', { valueQuantity: of(150), referenceRange: NORMAL }, of(400)],
  ['a rise towards it', { valueQuantity: of(25), referenceRange: NORMAL }, of(10)],
  ['a pulse without a range', { valueQuantity: of(98, '/min') }, of(60, '/min')],
  ['a rise to `<`', { valueQuantity: of(190, 'U/L', '<'), referenceRange: NORMAL }, of(100)],
  ['a fall from `<`', { valueQuantity: of(20), referenceRange: NORMAL }, of(60, 'U/L', '<')],
  [
    'what its laboratory calls normal',
    { valueQuantity: of(190), category: LABORATORY, interpretation: called('N') },
    of(100),
  ],
  ['a value without a unit', { valueQuantity: { value: 190 }, category: LABORATORY }, of(100)],
])('not steep: %s', (_, changes, last) => {
  expect(steepChange(result(changes), result({ valueQuantity: last }), ADULT)).toBeUndefined();
});
