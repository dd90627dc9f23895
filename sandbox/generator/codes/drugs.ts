import { type Code, RXNORM, SNOMED } from './systems.ts';

const drug = (code: string, display: string): Code => ({ code, display });

/** RxNorm: clinical drugs, or the ingredient where a hospital mixes the dose. */
export const DRUGS = {
  lisinopril: drug('314076', 'lisinopril 10 MG Oral Tablet'),
  metformin: drug('861007', 'metformin hydrochloride 500 MG Oral Tablet'),
  atorvastatin: drug('617310', 'atorvastatin 20 MG Oral Tablet'),
  amlodipine: drug('197361', 'amlodipine 5 MG Oral Tablet'),
  hydrochlorothiazide: drug('310798', 'hydrochlorothiazide 25 MG Oral Tablet'),
  omeprazole: drug('198051', 'omeprazole 20 MG Delayed Release Oral Capsule'),
  sertraline: drug('312938', 'sertraline 100 MG Oral Tablet'),
  amoxicillin: drug('308182', 'amoxicillin 250 MG Oral Capsule'),
  ibuprofen: drug('197806', 'ibuprofen 600 MG Oral Tablet'),

  aspirin: drug('243670', 'aspirin 81 MG Oral Tablet'),
  clopidogrel: drug('309362', 'clopidogrel 75 MG Oral Tablet'),
  metoprolol: drug('866412', '24 HR metoprolol succinate 100 MG Extended Release Oral Tablet'),
  furosemide: drug('313988', 'furosemide 40 MG Oral Tablet'),
  warfarin: drug('855332', 'warfarin sodium 5 MG Oral Tablet'),
  albuterol: drug('745679', '200 ACTUAT albuterol 0.09 MG/ACTUAT Metered Dose Inhaler'),
  fluticasone: drug('895994', '120 ACTUAT fluticasone propionate 0.044 MG/ACTUAT Metered Dose Inhaler'),
  loratadine: drug('311372', 'loratadine 10 MG Oral Tablet'),
  epinephrine: drug('1870230', '0.3 ML epinephrine 1 MG/ML Auto-Injector'),
  insulin: drug(
    '106892',
    'insulin isophane, human 70 UNT/ML / insulin, regular, human 30 UNT/ML Injectable Suspension [Humulin]',
  ),
  epoetin: drug('205923', '1 ML epoetin alfa 4000 UNT/ML Injection [Epogen]'),
  iron: drug('310325', 'ferrous sulfate 325 MG Oral Tablet'),
  paclitaxel: drug('583214', 'paclitaxel 100 MG Injection'),
  doxorubicin: drug('3639', 'doxorubicin'),
  cyclophosphamide: drug('3002', 'cyclophosphamide'),
  tamoxifen: drug('10324', 'tamoxifen'),
  levothyroxine: drug('10582', 'levothyroxine'),
  allopurinol: drug('197319', 'allopurinol 100 MG Oral Tablet'),
  acetaminophen: drug('313782', 'acetaminophen 325 MG Oral Tablet'),
} as const satisfies Record<string, Code>;

export type DrugName = keyof typeof DRUGS;

/** In turn, in a record without a story. */
export const MEDICATIONS: readonly [Code, ...Code[]] = [
  DRUGS.lisinopril,
  DRUGS.metformin,
  DRUGS.atorvastatin,
  DRUGS.amlodipine,
  DRUGS.hydrochlorothiazide,
  DRUGS.omeprazole,
  DRUGS.sertraline,
  DRUGS.amoxicillin,
  DRUGS.ibuprofen,
];

export interface Allergen extends Code {
  readonly system: string;
  readonly category: 'medication' | 'food';
}

/** RxNorm ingredients and SNOMED CT foods that people are allergic to. */
export const ALLERGIES = {
  penicillin: { system: RXNORM, code: '7980', display: 'penicillin G', category: 'medication' },
  sulfa: { system: RXNORM, code: '10831', display: 'sulfamethoxazole / trimethoprim', category: 'medication' },
  aspirin: { system: RXNORM, code: '1191', display: 'aspirin', category: 'medication' },
  peanut: { system: SNOMED, code: '256349002', display: 'Peanut', category: 'food' },
  fish: { system: SNOMED, code: '227037002', display: 'Fish', category: 'food' },
} as const satisfies Record<string, Allergen>;

export type AllergyName = keyof typeof ALLERGIES;

export const ALLERGENS: readonly [Allergen, ...Allergen[]] = [
  ALLERGIES.penicillin,
  ALLERGIES.sulfa,
  ALLERGIES.aspirin,
  ALLERGIES.peanut,
  ALLERGIES.fish,
];

/** SNOMED CT: a source that knows of no allergy says so by this. */
export const NO_KNOWN_ALLERGY: Code = { code: '716186003', display: 'No known allergy' };

/** SNOMED CT. */
export const REACTIONS: readonly [Code, ...Code[]] = [
  { code: '247472004', display: 'Weal' },
  { code: '271807003', display: 'Eruption of skin' },
  { code: '39579001', display: 'Anaphylaxis' },
];
