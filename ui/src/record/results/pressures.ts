import type { CodeableConcept, Coding } from '@medplum/fhirtypes';

/** One of the two values of a blood pressure, as it is called. */
export type Half = 'Systolic' | 'Diastolic';

/** A blood pressure as it is taken in one way: one measurement, however a source splits it. */
interface Pressure {
  readonly name: string;
  /** Of Observations that hold both values as components, or as a text. */
  readonly panels: readonly string[];
  readonly systolic: string;
  readonly diastolic: string;
}

const LOINC = 'http://loinc.org';

/**
 * LOINC codes (loinc.org). A pressure whose posture is in its code is a measurement of its own: nobody compares what was taken
 * standing with what was taken lying.
 */
export const PRESSURES: readonly Pressure[] = [
  { name: 'Blood pressure', panels: ['85354-9', '55284-4'], systolic: '8480-6', diastolic: '8462-4' },
  { name: 'Blood pressure, sitting', panels: [], systolic: '8459-0', diastolic: '8453-3' },
  { name: 'Blood pressure, standing', panels: [], systolic: '8460-8', diastolic: '8454-1' },
  { name: 'Blood pressure, lying', panels: [], systolic: '8461-6', diastolic: '8455-8' },
];

const BY_CODE = new Map(PRESSURES.flatMap((pressure) => codesOf(pressure).map((code) => [code, pressure])));

/** The blood pressure that a LOINC code is about: the whole of it, or one of its values. */
export function pressureOf(coding: Coding | undefined): Pressure | undefined {
  return coding?.system === LOINC ? BY_CODE.get(coding.code ?? '') : undefined;
}

/** Every code that tells of it. */
export function codesOf({ panels, systolic, diastolic }: Pressure): string[] {
  return [...panels, systolic, diastolic];
}

/** Which value of a blood pressure a code names; undefined for the whole of it, and for everything else. */
export function halfOf(coding: Coding | undefined): Half | undefined {
  const pressure = pressureOf(coding);
  if (!pressure) return undefined;
  if (coding?.code === pressure.systolic) return 'Systolic';
  return coding?.code === pressure.diastolic ? 'Diastolic' : undefined;
}

/** The same by any of the codes of a concept. */
export function halfOfConcept({ coding }: CodeableConcept): Half | undefined {
  return coding?.map(halfOf).find(Boolean);
}

/** A number as `formatQuantity` writes it, and its unit. */
const MEASURED = /^((?:[<>]=? )?-?[\d.]+)(.*)$/;

/**
 * The systolic value as it stands before the diastolic one: without its unit, which stands behind both. Undefined where they
 * have not the same unit, or one of them is no number.
 */
export function shortSystolic(systolic: string, diastolic: string): string | undefined {
  const [, number, unit] = MEASURED.exec(systolic) ?? [];
  return unit !== undefined && unit === MEASURED.exec(diastolic)?.[2] ? number : undefined;
}

/**
 * Both values as people write them, 120/80 mmHg, or each for itself.
 *
 * @param systolic - As shown alone, unit included; so `diastolic`.
 */
export function joinPressure(systolic: string, diastolic: string): string {
  const short = shortSystolic(systolic, diastolic);
  return short === undefined ? `${systolic} / ${diastolic}` : `${short}/${diastolic}`;
}
