import type { Condition } from '@medplum/fhirtypes';
import { concept, daysAfter, type GoldenPair, SUBJECT } from './golden-pair.ts';

interface Diagnosis {
  readonly snomed: string;
  readonly icd10: string;
  readonly name: string;
  /** How a doctor writes it down otherwise. */
  readonly colloquial: string;
  /** Something else that sounds like it: `icd10|code|name`. */
  readonly confused: string;
}

const LASTING: readonly Diagnosis[] = [
  {
    snomed: '44054006',
    icd10: 'E11.9',
    name: 'Type 2 diabetes mellitus',
    colloquial: 'T2DM',
    confused: 'icd10|E10.9|Type 1 diabetes mellitus',
  },
  {
    snomed: '38341003',
    icd10: 'I10',
    name: 'Hypertension',
    colloquial: 'High blood pressure',
    confused: 'icd10|I27.20|Pulmonary hypertension',
  },
  {
    snomed: '195967001',
    icd10: 'J45.909',
    name: 'Asthma',
    colloquial: 'Reactive airway disease',
    confused: 'icd10|J44.9|Chronic obstructive pulmonary disease',
  },
  {
    snomed: '40930008',
    icd10: 'E03.9',
    name: 'Hypothyroidism',
    colloquial: 'Underactive thyroid',
    confused: 'icd10|E05.90|Hyperthyroidism',
  },
  {
    snomed: '55822004',
    icd10: 'E78.5',
    name: 'Hyperlipidemia',
    colloquial: 'High cholesterol',
    confused: 'icd10|E78.1|Pure hyperglyceridemia',
  },
  {
    snomed: '49436004',
    icd10: 'I48.91',
    name: 'Atrial fibrillation',
    colloquial: 'AFib',
    confused: 'icd10|I48.92|Atrial flutter',
  },
  {
    snomed: '709044004',
    icd10: 'N18.9',
    name: 'Chronic kidney disease',
    colloquial: 'CKD',
    confused: 'icd10|N17.9|Acute kidney injury',
  },
];

const PASSING: readonly Diagnosis[] = [
  {
    snomed: '233604007',
    icd10: 'J18.9',
    name: 'Pneumonia',
    colloquial: 'Community acquired pneumonia',
    confused: 'icd10|J12.9|Viral pneumonia',
  },
  {
    snomed: '68566005',
    icd10: 'N39.0',
    name: 'Urinary tract infection',
    colloquial: 'UTI',
    confused: 'icd10|N10|Acute pyelonephritis',
  },
  {
    snomed: '43878008',
    icd10: 'J02.0',
    name: 'Streptococcal pharyngitis',
    colloquial: 'Strep throat',
    confused: 'icd10|J02.9|Acute pharyngitis',
  },
  {
    snomed: '10509002',
    icd10: 'J20.9',
    name: 'Acute bronchitis',
    colloquial: 'Bronchitis',
    confused: 'icd10|J42|Chronic bronchitis',
  },
  {
    snomed: '65363002',
    icd10: 'H66.90',
    name: 'Otitis media',
    colloquial: 'Ear infection',
    confused: 'icd10|H60.90|Otitis externa',
  },
  {
    snomed: '279039007',
    icd10: 'M54.50',
    name: 'Low back pain',
    colloquial: 'Lumbago',
    confused: 'icd10|M54.2|Neck pain',
  },
];

const DAY = '2019-05-14';
const CLINICAL = 'http://terminology.hl7.org/CodeSystem/condition-clinical';
const status = (code: string) => ({ clinicalStatus: { coding: [{ system: CLINICAL, code }] } });
const LISTED = { category: [{ coding: [{ code: 'problem-list-item' }] }] };

function condition(more: Partial<Condition>): Condition {
  return { resourceType: 'Condition', subject: SUBJECT, ...status('active'), recordedDate: DAY, ...more };
}

function pairsOfAny({ snomed, icd10, name, colloquial, confused }: Diagnosis): GoldenPair<Condition>[] {
  const code = concept(`sct|${snomed}|${name} (disorder)`, name);
  const first = condition({ code, onsetDateTime: DAY });
  const pair = (about: string, isSame: boolean, more: Partial<Condition>) => {
    return { about, isSame, one: first, other: condition({ code, ...more }) };
  };
  return [
    pair('the same code and onset', true, { onsetDateTime: DAY }),
    pair('in SNOMED CT and in ICD-10', true, {
      code: concept(`icd10|${icd10}|${name}`),
      recordedDate: daysAfter(DAY, 2),
    }),
    pair('coded, and by the same name only', true, {
      code: concept(name.toUpperCase()),
      recordedDate: daysAfter(DAY, 1),
    }),
    pair('coded, and as doctors write it down', true, { code: concept(colloquial), onsetDateTime: DAY }),
    pair('active here, resolved there', true, { ...status('resolved'), onsetDateTime: daysAfter(DAY, 3) }),
    pair('something else that sounds like it', false, { code: concept(confused), onsetDateTime: DAY }),
    pair('that the father had', false, { code: concept(`Family history of ${name.toLowerCase()}`) }),
    pair('that was ruled out', false, { verificationStatus: { coding: [{ code: 'refuted' }] } }),
    pair('that the source took back', false, { verificationStatus: { coding: [{ code: 'entered-in-error' }] } }),
  ];
}

function pairsOfLasting({ snomed, icd10, name }: Diagnosis): GoldenPair<Condition>[] {
  const first = condition({ code: concept(`sct|${snomed}|${name}`), onsetDateTime: '2011', ...LISTED });
  const pair = (about: string, more: Partial<Condition>) => ({
    about,
    isSame: true,
    one: first,
    other: condition(more),
  });
  return [
    pair('lasting, told eight years later', { code: concept(`icd10|${icd10}|${name}`), recordedDate: '2019-08-01' }),
    pair('lasting, without any date', { code: concept(`sct|${snomed}|${name}`) }),
    pair('lasting, by name, listed as a problem at both places', {
      code: concept(name),
      ...LISTED,
      recordedDate: '2020-01-02',
    }),
    pair('lasting, with a code that says more', {
      code: concept(`icd10|${icd10.slice(0, 3)}.8|${name} with other complications`),
    }),
  ];
}

function pairsOfPassing({ snomed, icd10, name }: Diagnosis): GoldenPair<Condition>[] {
  const code = concept(`sct|${snomed}|${name}`);
  const first = condition({ code, onsetDateTime: DAY });
  const pair = (about: string, isSame: boolean, more: Partial<Condition>) => {
    return { about, isSame, one: first, other: condition({ code, ...more }) };
  };
  return [
    pair('passing, one onset written as the month', true, { onsetDateTime: DAY.slice(0, 7) }),
    pair('passing, once again three years later', false, {
      code: concept(`icd10|${icd10}|${name}`),
      onsetDateTime: '2022-04-02',
      recordedDate: '2022-04-02',
    }),
    pair('passing, once again two months later', false, {
      onsetDateTime: daysAfter(DAY, 60),
      recordedDate: daysAfter(DAY, 60),
    }),
    pair('passing, once again after three weeks', false, {
      onsetDateTime: daysAfter(DAY, 22),
      recordedDate: daysAfter(DAY, 22),
      ...status('resolved'),
    }),
    pair('passing, resolved long ago, told without an onset', false, {
      ...status('resolved'),
      recordedDate: '2014-02-01',
    }),
  ];
}

const SIDED = [
  [
    'Osteoarthritis of knee',
    'sct|239873007|Osteoarthritis of knee',
    'icd10|M17.11|Unilateral primary osteoarthritis, right knee',
    'icd10|M17.12|Unilateral primary osteoarthritis, left knee',
  ],
  ['Cataract', 'sct|193570009|Cataract', 'icd10|H26.9R|Cataract, right eye', 'icd10|H26.9L|Cataract, left eye'],
  [
    'Carpal tunnel syndrome',
    'sct|57406009|Carpal tunnel syndrome',
    'icd10|G56.01|Carpal tunnel syndrome, right upper limb',
    'icd10|G56.02|Carpal tunnel syndrome, left upper limb',
  ],
] as const;

function pairsOfSided([name, code, right, left]: (typeof SIDED)[number]): GoldenPair<Condition>[] {
  const pair = (about: string, isSame: boolean, one: Partial<Condition>, other: Partial<Condition>) => {
    return {
      about,
      isSame,
      one: condition({ onsetDateTime: DAY, ...one }),
      other: condition({ onsetDateTime: DAY, ...other }),
    };
  };
  const at = (side: string) => ({ code: concept(code), bodySite: [concept(`${side} side`)] });
  return [
    pair('left and right, by code', false, { code: concept(right) }, { code: concept(left) }),
    pair('left and right, by site', false, at('Left'), at('Right')),
    pair(
      'left and right, by name',
      false,
      { code: concept(`${name}, left`) },
      { code: concept(`Right ${name.toLowerCase()}`) },
    ),
    pair(
      'the same side, by name',
      true,
      { code: concept(`${name}, left`) },
      { code: concept(`Left ${name.toLowerCase()}`) },
    ),
    pair('the same side, by site', true, at('Left'), at('LEFT')),
  ];
}

export const conditionPairs: readonly GoldenPair[] = [
  ...[...LASTING, ...PASSING].flatMap(pairsOfAny),
  ...LASTING.flatMap(pairsOfLasting),
  ...PASSING.flatMap(pairsOfPassing),
  ...SIDED.flatMap(pairsOfSided),
];
