import type { CodeableConcept, Observation, ObservationReferenceRange, Quantity } from '@medplum/fhirtypes';
import { type About, ageInYears, chooseRange } from './choose-range.ts';
import { type CriticalLimits, criticalLimits } from './critical-limits.ts';

/** Codes of HL7's ObservationInterpretation by which a laboratory calls a result critical. */
const CRITICAL_CODES: Readonly<Record<string, string>> = {
  AA: 'critically abnormal',
  HH: 'critically high',
  LL: 'critically low',
};

/** Laboratories with codes of their own say it in words; `not critical` begins otherwise. */
const CRITICAL_WORDS = /^\W*(critical|panic)/i;

/** How far a value has to change, as a part of the last one, to be told of. */
const STEEP_PART = 0.5;

/** A value with what is known about it: the Observation's own, or that of one of its components. */
interface Measured {
  readonly code: CodeableConcept;
  readonly valueQuantity?: Quantity | undefined;
  readonly interpretation?: readonly CodeableConcept[] | undefined;
  readonly referenceRange?: readonly ObservationReferenceRange[] | undefined;
}

/**
 * Why a result is critical by itself, in words for a clinician; undefined when it is not: because its laboratory calls it so; because
 * it is beyond the limits on which laboratories agree for that test; or, of other tests that nobody has interpreted, because
 * it lies further outside its normal range than that range is wide (with one limit only: above twice, or below half).
 */
export function criticalReason(observation: Observation, about: About): string | undefined {
  for (const measured of [observation, ...(observation.component ?? [])]) {
    const reason = reasonByCode(measured) ?? reasonByValue(measured, about);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

/**
 * Why a change against the last value is steep: at least by half of it, and away from what is normal. Without a range that says
 * so for a laboratory's result only: a pulse or a score changes by half every day. Undefined when it is not, for values in
 * different units, and where a `<` or `>` leaves open how far it was.
 */
export function steepChange(now: Observation, last: Observation, about: About): string | undefined {
  const [value, before] = [now.valueQuantity?.value, last.valueQuantity?.value];
  if (value === undefined || before === undefined || before === 0) return undefined;
  if (!isComparable(now, last)) return undefined;
  const part = (value - before) / Math.abs(before);
  const isRise = part > 0;
  if (Math.abs(part) < STEEP_PART || !isSure(now.valueQuantity, last.valueQuantity, isRise)) return undefined;
  if (!leadsAway(now, isRise, about)) return undefined;
  return `${describe(now)}: ${isRise ? 'rose' : 'fell'} steeply from ${format(last.valueQuantity)} on ${dayOf(last)}`;
}

/** Of two results, whether both say their unit and it is the same one, or neither does. */
export function isComparable({ valueQuantity: one }: Observation, { valueQuantity: other }: Observation): boolean {
  return (one?.code ?? one?.unit) === (other?.code ?? other?.unit) || (!!one?.unit && one.unit === other?.unit);
}

function reasonByCode(measured: Measured): string | undefined {
  const interpretations = measured.interpretation ?? [];
  const codings = interpretations.flatMap(({ coding }) => coding ?? []);
  const called = codings.map(({ code }) => CRITICAL_CODES[code ?? '']).find((found) => found !== undefined);
  const words = [...interpretations.map(({ text }) => text), ...codings.map(({ display }) => display)];
  const said = called ?? (words.some((text) => CRITICAL_WORDS.test(text ?? '')) ? 'critical' : undefined);
  return said && `${describe(measured)}: called ${said} by its source`;
}

function reasonByValue(measured: Measured, about: About): string | undefined {
  const { code, valueQuantity: value, interpretation = [] } = measured;
  if (value?.value === undefined || isCalledNormal(measured)) return undefined;
  const limits = isInfant(about) ? undefined : criticalLimits(code, value);
  if (limits) return reasonByLimits(measured, value, limits);
  // Whoever has called it high or low could have called it critical.
  return interpretation.length > 0 ? undefined : reasonByRange(measured, value, about);
}

function reasonByLimits(measured: Measured, value: Quantity, [low, high]: CriticalLimits): string | undefined {
  if (isAbove(value, high)) return `${describe(measured)}: critically high (above ${high})`;
  return isBelow(value, low) ? `${describe(measured)}: critically low (below ${low})` : undefined;
}

function reasonByRange(measured: Measured, value: Quantity, about: About): string | undefined {
  const range = chooseRange(measured.referenceRange ?? [], value, about);
  const [low, high] = [range?.low?.value, range?.high?.value];
  const width = low !== undefined && high !== undefined ? high - low : undefined;
  const tooHigh = high !== undefined && isAbove(value, high + (width ?? Math.abs(high)));
  const tooLow = low !== undefined && isBelow(value, low - (width ?? Math.abs(low) / 2));
  if (!tooHigh && !tooLow) return undefined;
  const limits = `${low ?? ''}–${high ?? ''}`;
  return `${describe(measured)}: far ${tooHigh ? 'above' : 'below'} the reference range ${limits}`;
}

/** Of `<5` nobody knows how much less it is: it is above nothing. */
function isAbove({ value = Number.NaN, comparator }: Quantity, limit: number): boolean {
  return value > limit && !comparator?.startsWith('<');
}

function isBelow({ value = Number.NaN, comparator }: Quantity, limit: number): boolean {
  return value < limit && !comparator?.startsWith('>');
}

/** Whether a change is at least as large as the two numbers say. */
function isSure(now: Quantity | undefined, last: Quantity | undefined, isRise: boolean): boolean {
  const [larger, smaller] = isRise ? [now, last] : [last, now];
  return !larger?.comparator?.startsWith('<') && !smaller?.comparator?.startsWith('>');
}

/** Whether a change ends beyond the limit towards which it went; without limits, whether it is a laboratory's. */
function leadsAway(now: Observation, isRise: boolean, about: About): boolean {
  const value = now.valueQuantity;
  if (value === undefined || isCalledNormal(now)) return false;
  const range = chooseRange(now.referenceRange ?? [], value, about);
  if (!range) return isOfLaboratory(now);
  const limit = (isRise ? range.high : range.low)?.value;
  return limit !== undefined && (isRise ? isAbove(value, limit) : isBelow(value, limit));
}

function isOfLaboratory({ category = [] }: Observation): boolean {
  return category.some(({ coding = [] }) => coding.some(({ code }) => code === 'laboratory'));
}

function isCalledNormal({ interpretation = [] }: Measured): boolean {
  return interpretation.some(({ coding = [] }) => coding.some(({ code }) => code === 'N'));
}

/** The limits are those of adults, and a newborn's are others. */
function isInfant(about: About): boolean {
  const years = ageInYears(about);
  return years !== undefined && years < 1;
}

function describe({ code, valueQuantity }: Measured): string {
  const name =
    code.text ?? code.coding?.find(({ display }) => display)?.display ?? code.coding?.[0]?.code ?? 'A result';
  return valueQuantity?.value === undefined ? name : `${name} ${format(valueQuantity)}`;
}

function format(quantity: Quantity | undefined): string {
  return [quantity?.comparator, quantity?.value, quantity?.unit ?? quantity?.code]
    .filter((part) => part != null)
    .join(' ');
}

function dayOf({ effectiveDateTime, effectiveInstant, effectivePeriod, issued }: Observation): string {
  return (effectiveDateTime ?? effectiveInstant ?? effectivePeriod?.start ?? issued ?? '').slice(0, 10);
}
