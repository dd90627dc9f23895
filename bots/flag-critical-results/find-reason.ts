import type { CodeableConcept, Observation, ObservationReferenceRange, Quantity } from '@medplum/fhirtypes';

/** Codes of HL7's ObservationInterpretation by which a laboratory calls a result critical. */
const CRITICAL_CODES: Readonly<Record<string, string>> = {
  AA: 'critically abnormal',
  HH: 'critically high',
  LL: 'critically low',
};

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
 * Why a result is critical by itself, in words for a clinician; undefined when it is not. By its laboratory's interpretation, or
 * because it lies further outside its normal range than that range is wide (with one limit only: above twice, or below half).
 */
export function criticalReason(observation: Observation): string | undefined {
  for (const measured of [observation, ...(observation.component ?? [])]) {
    const reason = reasonByCode(measured) ?? reasonByRange(measured);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

/**
 * Why a change against the last value is steep: at least by half of it, and out of the normal range where there is one.
 * Undefined when it is not, and for values in different units.
 */
export function steepChange(now: Observation, last: Observation): string | undefined {
  const [value, before] = [now.valueQuantity?.value, last.valueQuantity?.value];
  if (value === undefined || before === undefined || before === 0) return undefined;
  if (!isSameUnit(now.valueQuantity, last.valueQuantity)) return undefined;
  const part = (value - before) / Math.abs(before);
  if (Math.abs(part) < STEEP_PART || isNormal(now)) return undefined;
  const direction = part > 0 ? 'rose' : 'fell';
  return `${describe(now)}: ${direction} steeply from ${format(last.valueQuantity)} on ${dayOf(last)}`;
}

function reasonByCode(measured: Measured): string | undefined {
  const codes = (measured.interpretation ?? []).flatMap(({ coding }) => coding ?? []);
  const words = codes.map(({ code }) => CRITICAL_CODES[code ?? '']).find((found) => found !== undefined);
  return words && `${describe(measured)}: called ${words} by its source`;
}

function reasonByRange(measured: Measured): string | undefined {
  const value = measured.valueQuantity?.value;
  const range = normalRange(measured);
  if (value === undefined || !range) return undefined;
  const [low, high] = [range.low?.value, range.high?.value];
  const width = low !== undefined && high !== undefined ? high - low : undefined;
  const tooHigh = high !== undefined && value > high + (width ?? Math.abs(high));
  const tooLow = low !== undefined && value < low - (width ?? Math.abs(low) / 2);
  if (!tooHigh && !tooLow) return undefined;
  const limits = `${low ?? ''}–${high ?? ''}`;
  return `${describe(measured)}: far ${tooHigh ? 'above' : 'below'} the reference range ${limits}`;
}

/** In range; false where there is none to say so. */
function isNormal(measured: Measured): boolean {
  const value = measured.valueQuantity?.value;
  const range = normalRange(measured);
  if (value === undefined || !range) return false;
  return value >= (range.low?.value ?? -Infinity) && value <= (range.high?.value ?? Infinity);
}

/** The one range of the value's own unit that is not for something else (a treatment, another sex or age). */
function normalRange({ referenceRange = [], valueQuantity }: Measured): ObservationReferenceRange | undefined {
  const [range, ...others] = referenceRange.filter(({ type, low, high }) => {
    const isOfNormal = !type?.coding || type.coding.some(({ code }) => code === 'normal');
    const limits = [low, high].filter((limit) => limit?.value !== undefined);
    return isOfNormal && limits.length > 0 && limits.every((limit) => isSameUnit(limit, valueQuantity));
  });
  // With several nobody here knows which of them is this patient's.
  return others.length === 0 ? range : undefined;
}

/** A limit without a unit is in that of the value. */
function isSameUnit(one: Quantity | undefined, other: Quantity | undefined): boolean {
  const [a, b] = [one?.code ?? one?.unit, other?.code ?? other?.unit];
  return a === undefined || b === undefined || a === b || (one?.unit !== undefined && one.unit === other?.unit);
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
