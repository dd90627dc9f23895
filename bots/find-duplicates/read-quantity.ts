import type { Quantity } from '@medplum/fhirtypes';

/** How far two values may be apart that were rounded or converted, as a part of the larger one. */
const ROUNDING_PART = 0.01;

/** LOINC codes of one substance in mass and in amount, and what a value of the first is to be multiplied with for the second. */
const AMOUNTS: readonly (readonly [string, string, number])[] = [
  ['2345-7', '14749-6', 0.0555],
  ['2339-0', '15074-8', 0.0555],
  ['2160-0', '14682-9', 88.42],
  ['2093-3', '14647-2', 0.02586],
  ['2085-9', '14646-4', 0.02586],
  ['13457-7', '39469-2', 0.02586],
  ['2571-8', '14927-8', 0.01129],
  ['17861-6', '2000-8', 0.2495],
  ['1975-2', '14631-6', 17.1],
  ['3094-0', '14937-7', 0.357],
];

/** Units that are written in several ways, as [dimension, factor to it]. */
const UNITS: Readonly<Record<string, readonly [string, number]>> = {
  'g/dl': ['mass/volume', 10],
  'g/l': ['mass/volume', 1],
  'mg/dl': ['mass/volume', 0.01],
  'mg/l': ['mass/volume', 0.001],
  'ug/dl': ['mass/volume', 1e-5],
  'ug/l': ['mass/volume', 1e-6],
  'ng/ml': ['mass/volume', 1e-6],
  'ng/dl': ['mass/volume', 1e-8],
  'ng/l': ['mass/volume', 1e-9],
  'pg/ml': ['mass/volume', 1e-9],
  'mmol/l': ['amount/volume', 1],
  'umol/l': ['amount/volume', 0.001],
  'nmol/l': ['amount/volume', 1e-6],
  // Of what has one charge, as all that is reported in it today.
  'meq/l': ['amount/volume', 1],
  '10*3/ul': ['count/volume', 1e9],
  '10*9/l': ['count/volume', 1e9],
  'x10e3/ul': ['count/volume', 1e9],
  'k/ul': ['count/volume', 1e9],
  'thousand/ul': ['count/volume', 1e9],
  '/ul': ['count/volume', 1e6],
  '10*6/ul': ['count/volume', 1e12],
  '10*12/l': ['count/volume', 1e12],
  'm/ul': ['count/volume', 1e12],
  kg: ['mass', 1],
  g: ['mass', 0.001],
  lb: ['mass', 0.45359],
  '[lb_av]': ['mass', 0.45359],
  lbs: ['mass', 0.45359],
  cm: ['length', 0.01],
  m: ['length', 1],
  in: ['length', 0.0254],
  '[in_i]': ['length', 0.0254],
  inches: ['length', 0.0254],
  'mm[hg]': ['pressure', 1],
  mmhg: ['pressure', 1],
  '/min': ['rate', 1],
  '{beats}/min': ['rate', 1],
  bpm: ['rate', 1],
  'u/l': ['activity/volume', 1],
  'iu/l': ['activity/volume', 1],
  '[iu]/l': ['activity/volume', 1],
  'miu/l': ['activity/volume', 0.001],
  'm[iu]/l': ['activity/volume', 0.001],
  'uiu/ml': ['activity/volume', 0.001],
  'u[iu]/ml': ['activity/volume', 0.001],
};

const TEMPERATURES: Readonly<Record<string, (value: number) => number>> = {
  cel: (value) => value,
  c: (value) => value,
  '[degf]': (value) => ((value - 32) * 5) / 9,
  f: (value) => ((value - 32) * 5) / 9,
};

/** Codes (`loinc|2345-7`) that measure the same in another kind of unit. */
export function sameMeasurement(code: string): string[] {
  const loinc = code.startsWith('loinc|') ? code.slice('loinc|'.length) : '';
  return AMOUNTS.flatMap(([mass, amount]) => {
    if (mass === loinc) return [`loinc|${amount}`];
    return amount === loinc ? [`loinc|${mass}`] : [];
  });
}

/**
 * Whether two values are the same but for their units and for rounding. Units of two kinds count as the same only where the two
 * codes, or the one that both have, say how one becomes the other: some laboratories keep the code when the unit changes.
 */
export function isSameQuantity(
  one: Quantity,
  other: Quantity,
  code: string | undefined,
  otherCode: string | undefined,
): boolean {
  if ((one.comparator ?? '') !== (other.comparator ?? '')) return false;
  const [a, b] = [normalise(one), normalise(other)];
  if (a.dimension === b.dimension) return a.factor === b.factor ? isRounded(one, other) : isClose(a.value, b.value);
  // A unit that one side leaves out is that of the other.
  if (a.dimension === '' || b.dimension === '') return isRounded(one, other);
  const [inMass, inAmount] = a.dimension === 'mass/volume' ? [one, other] : [other, one];
  const factor = AMOUNTS.find((both) => [code, otherCode].every((each) => isOneOf(both, each)))?.[2];
  const isBoth = [a, b].every(({ dimension }) => ['mass/volume', 'amount/volume'].includes(dimension));
  if (factor === undefined || !isBoth) return false;
  return isClose(inUnit(inMass, 'mg/dl') * factor, inUnit(inAmount, factor > 1 ? 'umol/l' : 'mmol/l'));
}

function isOneOf([mass, amount]: (typeof AMOUNTS)[number], code: string | undefined): boolean {
  return code === `loinc|${mass}` || code === `loinc|${amount}`;
}

interface Normal {
  readonly value: number;
  readonly dimension: string;
  /** What its unit is multiplied with; 0 for a scale that begins elsewhere. */
  readonly factor: number;
}

function normalise(quantity: Quantity): Normal {
  const value = quantity.value ?? Number.NaN;
  const unit = unitOf(quantity);
  const temperature = TEMPERATURES[unit];
  if (temperature) return { value: temperature(value), dimension: 'temperature', factor: unit.includes('f') ? 0 : 1 };
  const [dimension, factor] = UNITS[unit] ?? [unit, 1];
  return { value: value * factor, dimension, factor };
}

function unitOf({ unit, code }: Quantity): string {
  const known = [code, unit].map((text) => spell(text ?? ''));
  return known.find((text) => text in UNITS || text in TEMPERATURES) ?? known.find((text) => text !== '') ?? '';
}

function spell(unit: string): string {
  return unit
    .trim()
    .toLowerCase()
    .replace(/[µμ]/g, 'u')
    .replace(/^(deg |°)/, '')
    .replace(/\^/g, '*')
    .replace(/mcg/g, 'ug')
    .replace(/\s+/g, '');
}

function inUnit(quantity: Quantity, unit: string): number {
  return normalise(quantity).value / (UNITS[unit]?.[1] ?? 1);
}

/**
 * Equal once the more exact one is rounded as the other is, and still near: JSON drops zeros, so that 4 may have been 4.0, which
 * 4.4 is not.
 */
function isRounded({ value: one = Number.NaN }: Quantity, { value: other = Number.NaN }: Quantity): boolean {
  const [digits, otherDigits] = [decimalsOf(one), decimalsOf(other)];
  if (digits === otherDigits) return one === other;
  const coarse = Math.min(digits, otherDigits);
  const isHalf = Math.abs(one - other) <= 0.5001 * 10 ** -coarse;
  const part = Math.abs(one - other) / Math.max(Math.abs(one), Math.abs(other));
  return isHalf && part <= (coarse === 0 ? ROUNDING_PART : 5 * ROUNDING_PART);
}

function decimalsOf(value: number): number {
  return `${value}`.split('.')[1]?.length ?? 0;
}

function isClose(one: number, other: number): boolean {
  return Math.abs(one - other) <= ROUNDING_PART * Math.max(Math.abs(one), Math.abs(other));
}
