import type { AllergyIntolerance, CodeableConcept } from '@medplum/fhirtypes';
import type { Kind } from './kind.ts';
import { codesOf, textsOf } from './read-codes.ts';
import { wordsOf } from './read-words.ts';

/** Codes for one substance or one class, or for the allergy to it, in RxNorm, SNOMED CT and UNII. A class is none of its members. */
const SUBSTANCES: readonly (readonly string[])[] = [
  ['rxnorm|7980', 'rxnorm|70618', 'sct|91936005', 'sct|764146007', 'sct|373270004'],
  ['rxnorm|723', 'sct|294505008', 'sct|372687004'],
  ['rxnorm|1191', 'sct|293586001', 'sct|387458008'],
  ['rxnorm|2670', 'sct|292044008', 'sct|387494007'],
  ['rxnorm|5640', 'sct|293619005', 'sct|387207008'],
  ['sct|91939003', 'sct|387406002'],
  ['sct|91935009', 'sct|762952008', 'sct|256349002', 'unii|QE1QX6B99R'],
  ['sct|300916003', 'sct|111088007', 'sct|1003755004'],
  ['sct|91934008', 'sct|13577000', 'sct|442571000124108'],
  ['sct|91930004', 'sct|102263004', 'sct|213020009'],
  ['sct|300913006', 'sct|735029006'],
  ['sct|417532002', 'sct|227037002'],
  ['sct|424213003', 'sct|288328004'],
  ['sct|232347008', 'sct|264287008'],
  ['sct|716186003', 'sct|160244002'],
];

/** What surrounds the name of a substance. */
const FILLERS = new Set([
  ...[
    'allergy',
    'allergic',
    'allergen',
    'intolerance',
    'adverse',
    'reaction',
    'hypersensitivity',
    'sensitivity',
    'drug',
  ],
  ...[
    'substance',
    'disorder',
    'finding',
    'product',
    'propensity',
    'reactions',
    'medication',
    'preparation',
    'containing',
  ],
]);

const NONE = ['refuted', 'entered-in-error'];

/** Whoever is allergic stays so: no dates. A source that calls it an intolerance speaks of the same. */
export const allergies: Kind<AllergyIntolerance> = {
  patientOf: ({ patient }) => patient.reference,
  // Nobody has so many that all of them could not be looked at.
  blocksOf: ({ verificationStatus }) => (NONE.includes(verificationStatus?.coding?.[0]?.code ?? '') ? [] : [[]]),
  compare: (one, other) => {
    const [codes, others] = [substances(one.code), new Set(substances(other.code))];
    if (codes.some((code) => others.has(code))) return 'allergy-same-code';
    const names = new Set(namesOf(other.code));
    return namesOf(one.code).some((name) => name !== '' && names.has(name)) ? 'allergy-same-name' : undefined;
  },
};

/** A substance of the table is one code, whatever it is called there. */
function substances(code: CodeableConcept | undefined): string[] {
  return codesOf(code).map((one) => SUBSTANCES.find((codes) => codes.includes(one))?.[0] ?? one);
}

/** Singular: `Peanuts` are `Peanut`. */
function namesOf(code: CodeableConcept | undefined): string[] {
  return textsOf(code).map((text) =>
    wordsOf(text, FILLERS)
      .split(' ')
      .map((word) => word.replace(/(?<=\w{3})s$/, ''))
      .join(' '),
  );
}
