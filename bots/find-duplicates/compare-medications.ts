import type {
  CodeableConcept,
  Dosage,
  Medication,
  MedicationDispense,
  MedicationRequest,
  MedicationStatement,
  Reference,
} from '@medplum/fhirtypes';
import type { Block, Kind, Medications } from './kind.ts';
import { type Drug, readDrug } from './read-drug.ts';
import { around, DAY_MS, gapMs, readWhen, type When } from './read-times.ts';
import { plain } from './read-words.ts';

type Medicine = MedicationRequest | MedicationStatement | MedicationDispense;

/** A prescription keeps its day wherever it is copied to; a refill comes weeks later. */
const SAME_ORDER_DAYS = 3;
const SAME_DISPENSE_DAYS = 1;

const VOID = ['entered-in-error', 'cancelled', 'declined', 'not-taken'];

export const medicationRequests: Kind<MedicationRequest> = {
  patientOf: ({ subject }) => subject.reference,
  blocksOf: (request) => {
    if (VOID.includes(request.status ?? '')) return [];
    const when = readWhen(request.authoredOn);
    const sameDays: Block[] = when ? [around('authoredon', when, SAME_ORDER_DAYS)] : [];
    // What a source only reports carries the day on which it was told.
    return request.status === 'active' ? [...sameDays, [['status', 'active']]] : sameDays;
  },
  compare: (one, other, medications) =>
    isSameOrder(one, other) ? compareMedicines(one, other, medications) : undefined,
};

export const medicationStatements: Kind<MedicationStatement> = {
  patientOf: ({ subject }) => subject.reference,
  blocksOf: (statement) => {
    if (VOID.includes(statement.status ?? '')) return [];
    const { effectiveDateTime, effectivePeriod } = statement;
    const begin = readWhen(effectiveDateTime ?? effectivePeriod?.start);
    const end = readWhen(effectivePeriod?.end) ?? begin;
    const sameDays: Block[] =
      begin && end ? [around('effective', { ...begin, to: Math.max(begin.to, end.to) }, 1)] : [];
    return [...sameDays, [['status', 'active']]];
  },
  compare: (one, other, medications) =>
    isSameCourse(one, other) ? compareMedicines(one, other, medications) : undefined,
};

export const medicationDispenses: Kind<MedicationDispense> = {
  patientOf: ({ subject }) => subject?.reference,
  blocksOf: (dispense) => {
    const when = readWhen(dispense.whenHandedOver);
    return when && !VOID.includes(dispense.status ?? '') ? [around('whenhandedover', when, SAME_DISPENSE_DAYS)] : [];
  },
  compare: (one, other, medications) => {
    const isSameDays = isWithin(readWhen(one.whenHandedOver), readWhen(other.whenHandedOver), SAME_DISPENSE_DAYS);
    return isSameDays ? compareMedicines(one, other, medications) : undefined;
  },
};

/** References to Medications that are resources of their own. */
export function medicationOf({ medicationReference }: Medicine): string | undefined {
  const reference = medicationReference?.reference;
  return reference?.startsWith('Medication/') ? reference : undefined;
}

function isSameOrder(one: MedicationRequest, other: MedicationRequest): boolean {
  if (isWithin(readWhen(one.authoredOn), readWhen(other.authoredOn), SAME_ORDER_DAYS)) return true;
  // Two orders of one drug that both run are something that a clinician must see; one of them reported is the same.
  return one.status === 'active' && other.status === 'active' && isReported(one) !== isReported(other);
}

function isReported({ intent, reportedBoolean, reportedReference }: MedicationRequest): boolean {
  return intent === 'plan' || reportedBoolean === true || reportedReference !== undefined;
}

function isSameCourse(one: MedicationStatement, other: MedicationStatement): boolean {
  const [a, b] = [courseOf(one), courseOf(other)];
  return a !== undefined && b !== undefined && gapMs(a, b) === 0;
}

/** What is taken now goes on, however long ago somebody said so. Undefined when nothing is known of the time. */
function courseOf({ effectiveDateTime, effectivePeriod, status }: MedicationStatement): When | undefined {
  const begin = readWhen(effectiveDateTime ?? effectivePeriod?.start);
  const end = readWhen(effectivePeriod?.end);
  const goesOn = status === 'active' || status === 'intended';
  if (!begin && !end && !goesOn) return undefined;
  const from = begin?.from ?? Number.NEGATIVE_INFINITY;
  const to = end?.to ?? (goesOn ? Number.POSITIVE_INFINITY : (begin?.to ?? from));
  return { from, to, day: begin?.day, isExact: false };
}

function isWithin(one: When | undefined, other: When | undefined, days: number): boolean {
  return one !== undefined && other !== undefined && gapMs(one, other) <= days * DAY_MS;
}

function compareMedicines(one: Medicine, other: Medicine, medications: Medications): string | undefined {
  if (isOtherDose(dosageOf(one), dosageOf(other))) return undefined;
  return compareDrugs(readDrug(drugOf(one, medications)), readDrug(drugOf(other, medications)));
}

function compareDrugs(one: Drug, other: Drug): string | undefined {
  if (one.names.length > 0 && other.names.length > 0 && one.isExtended !== other.isExtended) return undefined;
  if (differ(one.strength, other.strength) || differ(one.form, other.form)) return undefined;
  if (one.codes.some((code) => other.codes.includes(code))) return 'medication-same-code';
  const shared = one.names.filter(({ text }) => other.names.some((name) => name.text === text));
  if (shared.length === 0) return undefined;
  const named = ({ names }: Drug) =>
    names.some((name) => !name.isTranslated && shared.some(({ text }) => text === name.text));
  return named(one) && named(other) ? 'medication-same-name' : 'medication-same-ingredient';
}

function drugOf(medicine: Medicine, medications: Medications): CodeableConcept | undefined {
  const { medicationCodeableConcept, medicationReference, contained } = medicine;
  const inside = contained?.find(({ id }) => medicationReference?.reference === `#${id}`);
  const named = inside?.resourceType === 'Medication' ? inside : medications.get(medicationOf(medicine) ?? '');
  return medicationCodeableConcept ?? withName(named, medicationReference);
}

/** By what the reference calls it, when the Medication itself cannot be read. */
function withName(medication: Medication | undefined, reference: Reference | undefined): CodeableConcept | undefined {
  return medication?.code ?? (reference?.display ? { text: reference.display } : undefined);
}

function dosageOf(medicine: Medicine): Dosage | undefined {
  const dosages = medicine.resourceType === 'MedicationStatement' ? medicine.dosage : medicine.dosageInstruction;
  return dosages?.[0];
}

/** Only what both say and in the same unit can differ. */
function isOtherDose(one: Dosage | undefined, other: Dosage | undefined): boolean {
  const [a, b] = [one?.doseAndRate?.[0]?.doseQuantity, other?.doseAndRate?.[0]?.doseQuantity];
  const isSameUnit = plain(a?.unit ?? a?.code ?? '') === plain(b?.unit ?? b?.code ?? '');
  if (isSameUnit && differ(a?.value, b?.value)) return true;
  return differ(timesADay(one), timesADay(other));
}

/** By the structured timing, or by the usual words and abbreviations. */
function timesADay(dosage: Dosage | undefined): number | undefined {
  const { frequency, period = 1, periodUnit } = dosage?.timing?.repeat ?? {};
  const days = DAYS[periodUnit ?? ''];
  if (frequency !== undefined && days !== undefined) return Number((frequency / (period * days)).toPrecision(3));
  const text = plain([dosage?.timing?.code?.text, dosage?.timing?.code?.coding?.[0]?.code, dosage?.text].join(' '));
  return FREQUENCIES.find(([, words]) => words.test(text))?.[0];
}

const DAYS: Readonly<Record<string, number>> = { h: 1 / 24, d: 1, wk: 7, mo: 30 };

const FREQUENCIES: readonly (readonly [number, RegExp])[] = [
  [0.143, /\b(weekly|once a week|every week)\b/],
  [4, /\b(qid|four times (a|per) day|four times daily|4 times (a|per) day|4 times daily)\b/],
  [3, /\b(tid|three times (a|per) day|three times daily|3 times (a|per) day|3 times daily)\b/],
  [2, /\b(bid|twice|two times (a|per) day|two times daily|2 times (a|per) day|2 times daily)\b/],
  [1, /\b(qd|daily|once a day|every day|nightly|at bedtime|qhs|every morning)\b/],
];

function differ<T>(one: T | undefined, other: T | undefined): boolean {
  return one !== undefined && other !== undefined && one !== other;
}
