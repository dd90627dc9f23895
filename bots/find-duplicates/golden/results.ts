import type { Observation, Quantity } from '@medplum/fhirtypes';
import { concept, daysAfter, type GoldenPair, SUBJECT } from './golden-pair.ts';

interface Analyte {
  readonly loinc: string;
  readonly name: string;
  readonly colloquial: string;
  readonly value: Quantity;
  /** The same value in another unit. */
  readonly converted: Quantity;
  /** A value that somebody could take for the same. */
  readonly near: number;
  /** Another one that sounds like it: `loinc|code|name`. */
  readonly confused: string;
}

const q = (value: number, unit: string): Quantity => ({ value, unit, system: 'http://unitsofmeasure.org', code: unit });

const ANALYTES: readonly Analyte[] = [
  {
    loinc: '2823-3',
    name: 'Potassium [Moles/volume] in Serum or Plasma',
    colloquial: 'K+',
    value: q(4.1, 'mmol/L'),
    converted: { value: 4.1, unit: 'mEq/L' },
    near: 4.3,
    confused: 'loinc|6298-4|Potassium [Moles/volume] in Blood',
  },
  {
    loinc: '718-7',
    name: 'Hemoglobin [Mass/volume] in Blood',
    colloquial: 'Hgb',
    value: q(13.2, 'g/dL'),
    converted: q(132, 'g/L'),
    near: 13.4,
    confused: 'loinc|4548-4|Hemoglobin A1c',
  },
  {
    loinc: '6690-2',
    name: 'Leukocytes [#/volume] in Blood by Automated count',
    colloquial: 'WBC',
    value: q(7.4, '10*3/uL'),
    converted: { value: 7400, unit: '/uL' },
    near: 7.6,
    confused: 'loinc|26464-8|Leukocytes [#/volume] in Blood',
  },
  {
    loinc: '3016-3',
    name: 'Thyrotropin [Units/volume] in Serum or Plasma',
    colloquial: 'TSH',
    value: q(2.35, 'm[IU]/L'),
    converted: { value: 2.35, unit: 'uIU/mL' },
    near: 2.53,
    confused: 'loinc|3024-7|Thyroxine (T4) free',
  },
  {
    loinc: '10839-9',
    name: 'Troponin I.cardiac [Mass/volume] in Serum or Plasma',
    colloquial: 'Trop',
    value: q(0.04, 'ng/mL'),
    converted: q(40, 'ng/L'),
    near: 0.06,
    confused: 'loinc|6598-7|Troponin T.cardiac',
  },
  {
    loinc: '2532-0',
    name: 'Lactate dehydrogenase [Enzymatic activity/volume] in Serum or Plasma',
    colloquial: 'LDH',
    value: q(188, 'U/L'),
    converted: { value: 188, unit: 'IU/L' },
    near: 191,
    confused: 'loinc|2524-7|Lactate [Moles/volume] in Serum or Plasma',
  },
  {
    loinc: '3141-9',
    name: 'Body weight Measured',
    colloquial: 'Wt',
    value: q(81.6, 'kg'),
    converted: q(180, '[lb_av]'),
    near: 83,
    confused: 'loinc|29463-7|Body weight',
  },
];

/** With a code of its own for each kind of unit. */
const TWO_CODES = [
  ['2345-7', q(99, 'mg/dL'), '14749-6', q(5.5, 'mmol/L'), q(5.9, 'mmol/L')],
  ['2160-0', q(1.1, 'mg/dL'), '14682-9', q(97, 'umol/L'), q(115, 'umol/L')],
  ['2093-3', q(205, 'mg/dL'), '14647-2', q(5.3, 'mmol/L'), q(5.0, 'mmol/L')],
] as const;

const DAY = '2023-01-09';
const at = (time: string) => `${DAY}T${time}:00Z`;

function result(more: Partial<Observation>): Observation {
  return {
    resourceType: 'Observation',
    status: 'final',
    code: {},
    subject: SUBJECT,
    effectiveDateTime: at('07:15'),
    ...more,
  };
}

function pairsOf({ loinc, name, colloquial, value, converted, near, confused }: Analyte): GoldenPair<Observation>[] {
  const code = concept(`loinc|${loinc}|${name}`);
  const first = result({ code, valueQuantity: value });
  const pair = (about: string, isSame: boolean, more: Partial<Observation>, one: Observation = first) => {
    return { about, isSame, one, other: result({ code, valueQuantity: value, ...more }) };
  };
  const amount = value.value ?? 0;
  return [
    pair('the same code, time and value', true, {}),
    pair('with the day only', true, { effectiveDateTime: DAY }),
    pair('with the time in another zone', true, { effectiveDateTime: `${DAY}T01:15:00-06:00` }),
    pair('in another unit', true, { valueQuantity: converted }),
    pair('the value as text', true, { valueQuantity: undefined as never, valueString: `${value.value} ${value.unit}` }),
    pair('with a local code and the same name', true, { code: concept('own|LAB123|', name) }),
    pair('with a local code and a short name', true, { code: concept('own|LAB123|', colloquial) }),
    pair('preliminary here, final there', true, { status: 'preliminary' }),
    pair(
      'rounded by one digit',
      true,
      { valueQuantity: value },
      result({ code, valueQuantity: { ...value, value: amount * 1.0004 } }),
    ),
    pair('with the time at which it was received', true, { effectiveDateTime: at('08:40') }),
    pair('the next of a series, with another value', false, {
      effectiveDateTime: at('10:20'),
      valueQuantity: { ...value, value: near },
    }),
    pair('the next of a series, with the same value', false, { effectiveDateTime: at('13:15') }),
    pair('another value at the same time', false, { valueQuantity: { ...value, value: near } }),
    pair('below the limit instead of at it', false, { valueQuantity: { ...value, comparator: '<' } }),
    pair('on the next day', false, { effectiveDateTime: daysAfter(DAY, 1) }),
    pair('another analyte with the same number', false, { code: concept(confused) }),
    pair('that was cancelled', false, { status: 'cancelled' }),
    pair('the next of a series with the same value, one with the day only', false, {
      effectiveDateTime: DAY,
      note: [{ text: 'second sample' }],
    }),
  ];
}

function pairsOfTwoCodes([
  code,
  value,
  otherCode,
  otherValue,
  wrongValue,
]: (typeof TWO_CODES)[number]): GoldenPair<Observation>[] {
  const one = result({ code: concept(`loinc|${code}|`), valueQuantity: value });
  const other = (quantity: Quantity) => result({ code: concept(`loinc|${otherCode}|`), valueQuantity: quantity });
  const underOneCode = (quantity: Quantity) => ({ ...one, effectiveDateTime: at('07:18'), valueQuantity: quantity });
  return [
    { about: 'by mass and by amount', isSame: true, one, other: other(otherValue) },
    { about: 'by amount and by mass', isSame: true, one: other(otherValue), other: one },
    { about: 'by mass and by amount, another value', isSame: false, one, other: other(wrongValue) },
    { about: 'by mass and by amount under one code', isSame: true, one, other: underOneCode(otherValue) },
    {
      about: 'by mass and by amount under one code, another value',
      isSame: false,
      one,
      other: underOneCode(wrongValue),
    },
  ];
}

const FINDINGS = [
  ['Positive', 'Detected', 'Negative'],
  ['Negative', 'Not detected', 'Positive'],
  ['Negative', 'NEG', 'Indeterminate'],
] as const;

function pairsOfFindings([said, otherwise, contrary]: (typeof FINDINGS)[number]): GoldenPair<Observation>[] {
  const code = concept('loinc|94500-6|SARS-CoV-2 RNA');
  const one = result({ code, valueCodeableConcept: concept(said) });
  const pressure = (systolic: number, diastolic: number) =>
    result({
      code: concept('loinc|85354-9|Blood pressure panel'),
      component: [
        { code: concept('loinc|8480-6|Systolic'), valueQuantity: q(systolic, 'mm[Hg]') },
        { code: concept('loinc|8462-4|Diastolic'), valueQuantity: q(diastolic, 'mm[Hg]') },
      ],
    });
  return [
    { about: 'a finding in other words', isSame: true, one, other: result({ code, valueString: otherwise }) },
    { about: 'the contrary finding', isSame: false, one, other: result({ code, valueString: contrary }) },
    { about: 'a blood pressure', isSame: true, one: pressure(128, 82), other: pressure(128, 82) },
    { about: 'a blood pressure, other below', isSame: false, one: pressure(128, 82), other: pressure(128, 74) },
  ];
}

export const resultPairs: readonly GoldenPair[] = [
  ...ANALYTES.flatMap(pairsOf),
  ...TWO_CODES.flatMap(pairsOfTwoCodes),
  ...FINDINGS.flatMap(pairsOfFindings),
];
