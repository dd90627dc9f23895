import type { Procedure } from '@medplum/fhirtypes';
import type { Kind } from './kind.ts';
import { codesOf, textsOf } from './read-codes.ts';
import { around, gapMs, isSameDay, MINUTE_MS, readWhen, type When } from './read-times.ts';
import { sideOf, wordsOf } from './read-words.ts';

/** Codes of CPT, ICD-10-PCS and SNOMED CT for the same procedure. */
const SAME: readonly (readonly string[])[] = [
  ['cpt|45378', 'sct|73761001'],
  ['cpt|43235', 'sct|76009000'],
  ['cpt|27447', 'sct|609588000'],
  ['cpt|27130', 'sct|52734007'],
  ['cpt|47562', 'sct|45595009'],
  ['cpt|44970', 'sct|6025007'],
  ['cpt|66984', 'sct|415089008'],
  ['cpt|93000', 'cpt|93010', 'sct|29303009', 'sct|164847006'],
  ['cpt|71046', 'cpt|71045', 'sct|399208008'],
  ['cpt|59510', 'sct|11466000'],
  ['cpt|36415', 'sct|82078001'],
  ['cpt|77067', 'sct|24623002'],
  ['cpt|93306', 'sct|40701008'],
];

/** Start and end, or two clocks: the same procedure. Two of a kind on one day lie further apart. */
const SAME_TIME_MS = 120 * MINUTE_MS;

const NOT_DONE = ['not-done', 'entered-in-error', 'preparation', 'stopped'];

const FILLERS = new Set(['procedure', 'operation', 'surgery', 'regime', 'therapy', 'nec']);

export const procedures: Kind<Procedure> = {
  patientOf: ({ subject }) => subject.reference,
  blocksOf: (procedure) => {
    const when = timeOf(procedure);
    return when && !NOT_DONE.includes(procedure.status ?? '') ? [around('date', when, 1)] : [];
  },
  compare: (one, other) => {
    const [when, otherWhen] = [timeOf(one), timeOf(other)];
    if (!when || !otherWhen || !isSameTime(when, otherWhen)) return undefined;
    const [side, otherSide] = [sideOfProcedure(one), sideOfProcedure(other)];
    if (side && otherSide && side !== otherSide) return undefined;
    const [codes, others] = [procedureCodes(one), new Set(procedureCodes(other))];
    if (codes.some((code) => others.has(code))) return 'procedure-same-code';
    return hasSameName(one, other) ? 'procedure-same-name' : undefined;
  },
};

function timeOf({ performedDateTime, performedPeriod }: Procedure): When | undefined {
  return readWhen(performedDateTime ?? performedPeriod?.start);
}

function isSameTime(one: When, other: When): boolean {
  return one.isExact && other.isExact ? gapMs(one, other) <= SAME_TIME_MS : isSameDay(one, other);
}

function procedureCodes({ code }: Procedure): string[] {
  return codesOf(code).map((one) => SAME.find((codes) => codes.includes(one))?.[0] ?? one);
}

function sideOfProcedure({ code, bodySite }: Procedure) {
  const modifiers = code?.coding?.flatMap(({ code: one }) => (one && /^(LT|RT)$/.test(one) ? one : [])) ?? [];
  return sideOf([...textsOf(code), ...modifiers, ...(bodySite ?? []).flatMap(textsOf)]);
}

function hasSameName(one: Procedure, other: Procedure): boolean {
  const names = new Set(textsOf(other.code).map((text) => wordsOf(text, FILLERS)));
  return textsOf(one.code).some((text) => wordsOf(text, FILLERS) !== '' && names.has(wordsOf(text, FILLERS)));
}
