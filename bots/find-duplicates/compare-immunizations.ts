import type { Immunization } from '@medplum/fhirtypes';
import type { Kind } from './kind.ts';
import { codesOf, textsOf } from './read-codes.ts';
import { around, DAY_MS, gapMs, isSameDay, readWhen } from './read-times.ts';
import { wordsOf } from './read-words.ts';

/** CVX: codes for a vaccine of which only the disease is known, and the exact ones that it can stand for. */
const GROUPS: readonly (readonly [string, readonly string[]])[] = [
  [
    '88',
    [
      '15',
      '16',
      '111',
      '135',
      '140',
      '141',
      '149',
      '150',
      '153',
      '155',
      '158',
      '161',
      '168',
      '171',
      '185',
      '186',
      '197',
      '205',
    ],
  ],
  ['141', ['140', '150', '153', '155', '158', '161', '168', '171', '185', '186', '197', '205']],
  [
    '213',
    [
      '207',
      '208',
      '210',
      '211',
      '212',
      '217',
      '218',
      '219',
      '221',
      '229',
      '300',
      '301',
      '302',
      '308',
      '309',
      '312',
      '313',
    ],
  ],
  ['107', ['20', '106']],
  ['45', ['08', '43', '44', '189', '220']],
  ['85', ['52', '83', '84']],
  ['109', ['33', '100', '133', '152', '215', '216']],
  ['89', ['02', '10']],
  ['17', ['46', '47', '48', '49']],
  ['122', ['116', '119']],
  ['137', ['62', '118', '165']],
  ['108', ['32', '114', '136', '147', '203']],
  ['188', ['121', '187']],
  ['139', ['09', '113']],
];

const NOT_GIVEN = ['not-done', 'entered-in-error'];

/** A source in another zone, or a register that was told a day later. */
const NEAR_DAYS = 1;

const FILLERS = new Set([
  'vaccine',
  'vaccination',
  'immunization',
  'vacc',
  'dose',
  'im',
  'injection',
  'shot',
  'free',
  'preservative',
]);

export const immunizations: Kind<Immunization> = {
  patientOf: ({ patient }) => patient.reference,
  blocksOf: ({ status, occurrenceDateTime }) => {
    const when = readWhen(occurrenceDateTime);
    return when && !NOT_GIVEN.includes(status ?? '') ? [around('date', when, NEAR_DAYS)] : [];
  },
  compare: (one, other) => {
    const [when, otherWhen] = [readWhen(one.occurrenceDateTime), readWhen(other.occurrenceDateTime)];
    // A year alone, or a month, could be any of several doses.
    if (when?.day === undefined || otherWhen?.day === undefined) return undefined;
    if (gapMs(when, otherWhen) > NEAR_DAYS * DAY_MS) return undefined;
    const [codes, others] = [vaccines(one), vaccines(other)];
    if (codes.some((code) => others.includes(code))) return 'immunization-same-code';
    if (!isSameDay(when, otherWhen)) return undefined;
    if (codes.some((code) => others.some((another) => standsFor(code, another)))) return 'immunization-same-group';
    // Two codes that are not the same are two vaccines, whatever their names say.
    if (codes.length > 0 && others.length > 0) return undefined;
    return hasSameName(one, other) ? 'immunization-same-name' : undefined;
  },
};

function vaccines({ vaccineCode }: Immunization): string[] {
  return codesOf(vaccineCode)
    .filter((code) => code.startsWith('cvx|'))
    .map((code) => code.slice('cvx|'.length));
}

function standsFor(one: string, other: string): boolean {
  return GROUPS.some(
    ([general, exact]) => (general === one && exact.includes(other)) || (general === other && exact.includes(one)),
  );
}

function hasSameName(one: Immunization, other: Immunization): boolean {
  const names = new Set(textsOf(other.vaccineCode).map((text) => wordsOf(text, FILLERS)));
  return textsOf(one.vaccineCode).some((text) => names.has(wordsOf(text, FILLERS)) && wordsOf(text, FILLERS) !== '');
}
