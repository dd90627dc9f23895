import type { CodeableConcept, Observation, ObservationComponent, Quantity } from '@medplum/fhirtypes';
import type { Block, Kind } from './kind.ts';
import { codesOf, textsOf, tokensOf } from './read-codes.ts';
import { isSameQuantity, sameMeasurement } from './read-quantity.ts';
import { around, gapMs, isSameDay, MINUTE_MS, readWhen, type When } from './read-times.ts';
import { longestWord, plain, wordsOf } from './read-words.ts';

/** Clocks of two systems; two samples of a series lie further apart. */
const SAME_TIME_MS = 5 * MINUTE_MS;

const VOID = ['entered-in-error', 'cancelled', 'registered'];

type Measured = Pick<
  Observation,
  'code' | 'valueQuantity' | 'valueString' | 'valueCodeableConcept' | 'valueInteger' | 'valueBoolean'
>;

export const results: Kind<Observation> = {
  patientOf: ({ subject }) => subject?.reference,
  blocksOf: (observation) => {
    const when = timeOf(observation);
    const codes = codesOf(observation.code).flatMap((code) => [code, ...sameMeasurement(code)]);
    const [word] = textsOf(observation.code).flatMap((text) => longestWord(text) ?? []);
    if (!when || VOID.includes(observation.status ?? '') || !hasValue(observation)) return [];
    const days = around('date', when, 1);
    const byCode: Block[] = codes.length > 0 ? [[['code', codes.flatMap(tokensOf).join(',')], ...days]] : [];
    const byName: Block[] = word !== undefined ? [[['code:text', word], ...days]] : [];
    return [...byCode, ...byName];
  },
  compare: (one, other) => {
    const [when, otherWhen] = [timeOf(one), timeOf(other)];
    if (!when || !otherWhen || !isSameTime(when, otherWhen)) return undefined;
    const rule = compareCodes(one.code, other.code);
    return rule && hasSameValues(one, other) ? rule : undefined;
  },
};

function timeOf({ effectiveDateTime, effectiveInstant, effectivePeriod }: Observation): When | undefined {
  return readWhen(effectiveDateTime ?? effectiveInstant ?? effectivePeriod?.start);
}

function isSameTime(one: When, other: When): boolean {
  return one.isExact && other.isExact ? gapMs(one, other) <= SAME_TIME_MS : isSameDay(one, other);
}

function hasValue({ component = [], ...own }: Observation): boolean {
  return [own, ...component].some((part) => Object.keys(part).some((property) => property.startsWith('value')));
}

function compareCodes(one: CodeableConcept, other: CodeableConcept): string | undefined {
  const [codes, others] = [codesOf(one), codesOf(other)];
  const isSame = codes.some(
    (code) => others.includes(code) || sameMeasurement(code).some((same) => others.includes(same)),
  );
  if (isSame) return 'result-same-code';
  // Two codes that are not the same are two measurements, whatever their names say.
  if (codes.length > 0 && others.length > 0) return undefined;
  const names = new Set(textsOf(other).map((text) => wordsOf(text)));
  return textsOf(one).some((text) => names.has(wordsOf(text))) ? 'result-same-name' : undefined;
}

/** The value itself and every component, which must be the same ones. */
function hasSameValues(one: Observation, other: Observation): boolean {
  if (!isSameValue(one, other)) return false;
  const [parts, others] = [one.component ?? [], other.component ?? []];
  return parts.length === others.length && parts.every((part) => others.some((another) => isSamePart(part, another)));
}

function isSamePart(one: ObservationComponent, other: ObservationComponent): boolean {
  return compareCodes(one.code, other.code) !== undefined && isSameValue(one, other);
}

function isSameValue(one: Measured, other: Measured): boolean {
  const [a, b] = [quantityOf(one), quantityOf(other)];
  if (a && b) return isSameQuantity(a, b, codesOf(one.code)[0], codesOf(other.code)[0]);
  if (a || b) return false;
  const [words, otherWords] = [wordsOfValue(one), wordsOfValue(other)];
  return words.length === 0 ? otherWords.length === 0 : words.some((word) => otherWords.includes(word));
}

/** Characters of a number that was sent as text, its unit included. */
const MAX_NUMBER = 60;

/** A number that was sent as text is a number: `<0.01`, `5.4 mmol/L`. */
function quantityOf({ valueQuantity, valueInteger, valueString }: Measured): Quantity | undefined {
  if (valueQuantity?.value !== undefined) return valueQuantity;
  if (valueInteger !== undefined) return { value: valueInteger };
  const [, comparator, value, apart, attached] =
    /^\s*(<=|>=|<|>)?\s*(-?\d+(?:\.\d+)?)(?:\s+(\S+)|([^\d\s.]\S*))?\s*$/.exec(
      (valueString ?? '').slice(0, MAX_NUMBER),
    ) ?? [];
  if (value === undefined) return undefined;
  const unit = apart ?? attached;
  return {
    value: Number(value),
    ...(comparator && { comparator: comparator as Quantity['comparator'] & string }),
    ...(unit && { unit }),
  };
}

function wordsOfValue({ valueString, valueCodeableConcept, valueBoolean }: Measured): string[] {
  const texts = valueString !== undefined ? [valueString] : textsOf(valueCodeableConcept);
  const said = valueBoolean === undefined ? texts : [valueBoolean ? 'positive' : 'negative'];
  return [
    ...codesOf(valueCodeableConcept),
    ...said.map((text) => plain(text)).map((text) => SAME_FINDINGS[text] ?? text),
  ];
}

/** How laboratories say the same of a test that finds something or not. */
const SAME_FINDINGS: Readonly<Record<string, string>> = {
  pos: 'positive',
  detected: 'positive',
  reactive: 'positive',
  present: 'positive',
  neg: 'negative',
  'not detected': 'negative',
  nondetected: 'negative',
  'none detected': 'negative',
  'non reactive': 'negative',
  nonreactive: 'negative',
  absent: 'negative',
};
