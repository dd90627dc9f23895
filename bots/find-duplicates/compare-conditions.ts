import type { CodeableConcept, Condition } from '@medplum/fhirtypes';
import { isLasting, sameDiagnosis } from './condition-codes.ts';
import type { Block, Kind } from './kind.ts';
import { codesOf, textsOf, tokensOf } from './read-codes.ts';
import { DAY_MS, gapMs, readWhen, type When } from './read-times.ts';
import { longestWord, sideOf, wordsOf } from './read-words.ts';

/** Two onsets of one illness, or its onset and its first record, are seldom further apart. */
const SAME_EPISODE_DAYS = 30;

const NO_PROBLEM = ['refuted', 'entered-in-error'];

/** Words that code systems add to a diagnosis. */
const FILLERS = new Set(['disorder', 'finding', 'disease', 'situation', 'diagnosis', 'hx', 'mellitus', 'organism']);

export const conditions: Kind<Condition> = {
  patientOf: ({ subject }) => subject.reference,
  blocksOf: (condition) => {
    if (NO_PROBLEM.includes(codeIn(condition.verificationStatus) ?? '')) return [];
    const codes = codesOf(condition.code).flatMap(sameDiagnosis);
    const byCode: Block[] = codes.length > 0 ? [[['code', [...new Set(codes)].flatMap(tokensOf).join(',')]]] : [];
    const words = new Set(textsOf(condition.code).flatMap((text) => longestWord(text)?.toLowerCase() ?? []));
    const byName = [...words].slice(0, 2).map((word): Block => [['code:text', word]]);
    return [...byCode, ...byName];
  },
  compare: (one, other) => {
    const [sideOfOne, sideOfOther] = [sideOfCondition(one), sideOfCondition(other)];
    if (sideOfOne && sideOfOther && sideOfOne !== sideOfOther) return undefined;
    const shared = sharedCodes(one.code, other.code);
    if (shared.length === 0 && !hasSameName(one, other)) return undefined;
    // Of a name it is known by the code that one of them has.
    const codes = shared.length > 0 ? shared : [...codesOf(one.code), ...codesOf(other.code)];
    if (codes.some(isLasting)) return 'condition-same-lasting';
    if (!isSameEpisode(one, other)) return undefined;
    return shared.length > 0 ? 'condition-same-code' : 'condition-same-name';
  },
};

function sharedCodes(one: CodeableConcept | undefined, other: CodeableConcept | undefined): string[] {
  const codes = new Set(codesOf(other).flatMap(sameDiagnosis));
  return codesOf(one)
    .flatMap(sameDiagnosis)
    .filter((code) => codes.has(code));
}

function hasSameName(one: Condition, other: Condition): boolean {
  const names = new Set(namesOf(other));
  return namesOf(one).some((name) => name !== '' && names.has(name));
}

function namesOf({ code }: Condition): string[] {
  return textsOf(code).map((text) => wordsOf(text, FILLERS));
}

function sideOfCondition({ code, bodySite }: Condition) {
  return sideOf([...textsOf(code), ...(bodySite ?? []).flatMap(textsOf)]);
}

/**
 * By the onset where both say it, else by whatever time is known. Two that stand on two problem lists as active are one:
 * nobody lists a problem twice.
 */
function isSameEpisode(one: Condition, other: Condition): boolean {
  const [onset, otherOnset] = [onsetOf(one), onsetOf(other)];
  if (onset && otherOnset) return isNear(onset, otherOnset);
  if (isListedProblem(one) && isListedProblem(other)) return true;
  const [time, otherTime] = [onset ?? readWhen(one.recordedDate), otherOnset ?? readWhen(other.recordedDate)];
  return time !== undefined && otherTime !== undefined && isNear(time, otherTime);
}

function onsetOf({ onsetDateTime, onsetPeriod }: Condition): When | undefined {
  return readWhen(onsetDateTime ?? onsetPeriod?.start);
}

function isNear(one: When, other: When): boolean {
  return gapMs(one, other) <= SAME_EPISODE_DAYS * DAY_MS;
}

function isListedProblem({ category, clinicalStatus }: Condition): boolean {
  const isListed = category?.some(({ coding }) => coding?.some(({ code }) => code === 'problem-list-item')) ?? false;
  return isListed && codeIn(clinicalStatus) === 'active';
}

function codeIn(concept: CodeableConcept | undefined): string | undefined {
  return concept?.coding?.[0]?.code;
}
