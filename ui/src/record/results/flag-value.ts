import type { CodeableConcept, Quantity } from '@medplum/fhirtypes';

/** What is unusual about a value, for a person and for a badge. */
export interface Flag {
  readonly label: string;
  readonly color: 'red' | 'orange';
}

/** HL7 v3 ObservationInterpretation; what is not here is nothing unusual, or nothing about the value. */
const FLAGS: Readonly<Record<string, Flag>> = {
  L: { label: 'Low', color: 'orange' },
  H: { label: 'High', color: 'orange' },
  A: { label: 'Abnormal', color: 'orange' },
  LL: { label: 'Critically low', color: 'red' },
  HH: { label: 'Critically high', color: 'red' },
  AA: { label: 'Critically abnormal', color: 'red' },
  LU: { label: 'Significantly low', color: 'red' },
  HU: { label: 'Significantly high', color: 'red' },
  '<': { label: 'Below the scale', color: 'orange' },
  '>': { label: 'Above the scale', color: 'orange' },
  POS: { label: 'Positive', color: 'orange' },
  DET: { label: 'Detected', color: 'orange' },
};

/** Said by the source: then its own word stands, whatever the range seems to say. */
const UNREMARKABLE = new Set(['N', 'NEG', 'ND', 'I', 'IND']);

/**
 * Whether a value is unusual: as the source interprets it, else by the reference range that came with it.
 *
 * @param limits - In the unit of the value.
 */
export function flagOf(
  interpretation: readonly CodeableConcept[] | undefined,
  quantity: Quantity | undefined,
  limits: { readonly low: number | undefined; readonly high: number | undefined },
): Flag | undefined {
  const codes = interpretation?.flatMap(({ coding }) => coding?.flatMap(({ code }) => code ?? []) ?? []) ?? [];
  const said = codes.map((code) => FLAGS[code]).find(Boolean);
  if (said || codes.some((code) => UNREMARKABLE.has(code))) return said;
  const { value, comparator } = quantity ?? {};
  if (value === undefined) return undefined;
  // `<5` may be anything below; only what is certain is marked.
  if (limits.low !== undefined && value < limits.low && !comparator?.startsWith('>')) return FLAGS.L;
  if (limits.high !== undefined && value > limits.high && !comparator?.startsWith('<')) return FLAGS.H;
  return undefined;
}
