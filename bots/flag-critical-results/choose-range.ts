import type { CodeableConcept, ObservationReferenceRange, Patient, Quantity } from '@medplum/fhirtypes';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Whom a result is about, and when it was taken (milliseconds since 1970). */
export interface About {
  readonly patient: Pick<Patient, 'birthDate' | 'gender'> | undefined;
  readonly takenAt: number;
}

/**
 * The one normal range in the value's own unit that is for this patient, by age and sex. Undefined when there is none, as when
 * it is told in words only, and when there are several: nobody here knows which of them is meant.
 */
export function chooseRange(
  ranges: readonly ObservationReferenceRange[],
  value: Quantity | undefined,
  about: About,
): ObservationReferenceRange | undefined {
  const [range, ...others] = ranges.filter(({ type, low, high, age, appliesTo = [] }) => {
    const limits = [low, high].filter((limit) => limit?.value !== undefined);
    const isComparable = limits.length > 0 && limits.every((limit) => isSameUnit(limit, value));
    return isComparable && isOfNormal(type) && isOfAge(age, about) && appliesTo.every((one) => isOfSex(one, about));
  });
  return others.length === 0 ? range : undefined;
}

/** Completed years of life; undefined without a birth date. */
export function ageInYears({ patient, takenAt }: About): number | undefined {
  const born = Date.parse(patient?.birthDate ?? '');
  return Number.isNaN(born) ? undefined : Math.floor((takenAt - born) / (365.25 * DAY_MS));
}

/** A limit without a unit is in that of the value. */
function isSameUnit(limit: Quantity | undefined, value: Quantity | undefined): boolean {
  const [a, b] = [limit?.code ?? limit?.unit, value?.code ?? value?.unit];
  return a === undefined || b === undefined || a === b || (limit?.unit !== undefined && limit.unit === value?.unit);
}

/** Not what a treatment aims at. */
function isOfNormal(type: CodeableConcept | undefined): boolean {
  if (type?.coding) return type.coding.some(({ code }) => code === 'normal');
  return type?.text === undefined || /normal|reference/i.test(type.text);
}

const DAYS: Readonly<Record<string, number>> = {
  ...{ a: 365.25, yr: 365.25, year: 365.25, y: 365.25 },
  ...{ mo: 30.44, month: 30.44, wk: 7, week: 7, d: 1, day: 1 },
};

function isOfAge(age: ObservationReferenceRange['age'], { patient, takenAt }: About): boolean {
  if (!age) return true;
  const born = Date.parse(patient?.birthDate ?? '');
  const completed = (limit: Quantity): number | undefined => {
    const days = DAYS[(limit.code ?? limit.unit ?? '').toLowerCase().replace(/s$/, '')];
    return days && Math.floor((takenAt - born) / (days * DAY_MS));
  };
  return [age.low, age.high].every((limit, at) => {
    if (limit?.value === undefined) return true;
    const years = completed(limit);
    return years !== undefined && (at === 0 ? years >= limit.value : years <= limit.value);
  });
}

/** SNOMED CT and HL7's, and words. What else a range can be for (a race, a pregnancy) is not known of anybody here. */
const SEXES: Readonly<Record<string, string>> = {
  ...{ female: 'female', f: 'female', women: 'female', '248152002': 'female' },
  ...{ male: 'male', m: 'male', men: 'male', '248153007': 'male' },
};

function isOfSex({ coding = [], text }: CodeableConcept, { patient }: About): boolean {
  const words = [text, ...coding.flatMap(({ code, display }) => [code, display])];
  const sex = words.map((word) => SEXES[word?.toLowerCase() ?? '']).find((one) => one !== undefined);
  return sex !== undefined && sex === patient?.gender;
}
