import type { Dosage, MedicationRequest, MedicationStatement } from '@medplum/fhirtypes';
import { concept, daysAfter, type GoldenPair, SUBJECT } from './golden-pair.ts';

/** A medicine as the world knows it: what its product is coded and called, and what it is confused with. */
interface Medicine {
  readonly name: string;
  readonly brand: string;
  readonly salt: string;
  readonly code: string;
  readonly ndc: string;
  readonly strength: number;
  readonly otherStrength: number;
  readonly otherCode: string;
  readonly unit: string;
  readonly form: string;
  /** Another drug with a name like it, or of its class. */
  readonly confused: string;
  /** A product that has it and something else in it. */
  readonly combination: string;
}

const MEDICINES: readonly Medicine[] = [
  [
    'metformin',
    'Glucophage',
    'hydrochloride',
    '861007',
    '00093-1048-01',
    500,
    1000,
    '861004',
    'mg',
    'tablet',
    'metoprolol',
    'glipizide-metformin',
  ],
  [
    'lisinopril',
    'Zestril',
    '',
    '314076',
    '68180-0513-01',
    10,
    20,
    '314077',
    'mg',
    'tablet',
    'losartan',
    'lisinopril-hydrochlorothiazide',
  ],
  [
    'atorvastatin',
    'Lipitor',
    'calcium',
    '617310',
    '00071-0156-23',
    20,
    40,
    '617311',
    'mg',
    'tablet',
    'simvastatin',
    'amlodipine-atorvastatin',
  ],
  [
    'amlodipine',
    'Norvasc',
    'besylate',
    '197361',
    '00069-1530-68',
    5,
    10,
    '308135',
    'mg',
    'tablet',
    'felodipine',
    'amlodipine-benazepril',
  ],
  [
    'sertraline',
    'Zoloft',
    'hydrochloride',
    '312941',
    '00049-4900-66',
    50,
    100,
    '312938',
    'mg',
    'tablet',
    'cetirizine',
    'sertraline-alprazolam',
  ],
  [
    'omeprazole',
    'Prilosec',
    '',
    '198051',
    '00378-5222-93',
    20,
    40,
    '200329',
    'mg',
    'capsule',
    'esomeprazole',
    'omeprazole-sodium bicarbonate',
  ],
  [
    'levothyroxine',
    'Synthroid',
    'sodium',
    '966222',
    '00074-4552-13',
    0.05,
    0.1,
    '966224',
    'mg',
    'tablet',
    'liothyronine',
    'levothyroxine-liothyronine',
  ],
  [
    'losartan',
    'Cozaar',
    'potassium',
    '979485',
    '00006-0951-54',
    25,
    50,
    '979492',
    'mg',
    'tablet',
    'valsartan',
    'losartan-hydrochlorothiazide',
  ],
].map((row) => {
  const [name, brand, salt, code, ndc, strength, otherStrength, otherCode, unit, form, confused, combination] = row as [
    string,
    string,
    string,
    string,
    string,
    number,
    number,
    string,
    string,
    string,
    string,
    string,
  ];
  return { name, brand, salt, code, ndc, strength, otherStrength, otherCode, unit, form, confused, combination };
});

const DAY = '2024-03-12';
const ONCE: Dosage = {
  text: 'Take 1 tablet by mouth daily',
  timing: { repeat: { frequency: 1, period: 1, periodUnit: 'd' } },
};
const TWICE: Dosage = {
  text: 'Take 1 tablet by mouth twice daily',
  timing: { repeat: { frequency: 2, period: 1, periodUnit: 'd' } },
};

function order(more: Partial<MedicationRequest>): MedicationRequest {
  return {
    resourceType: 'MedicationRequest',
    status: 'completed',
    intent: 'order',
    subject: SUBJECT,
    authoredOn: DAY,
    ...more,
  };
}

function statement(more: Partial<MedicationStatement>): MedicationStatement {
  return { resourceType: 'MedicationStatement', status: 'active', subject: SUBJECT, ...more };
}

function ordersOf(medicine: Medicine): GoldenPair<MedicationRequest>[] {
  const { name, brand, salt, code, ndc, strength, otherStrength, otherCode, unit, form, confused, combination } =
    medicine;
  const strong = `${strength} ${unit.toUpperCase()}`;
  const scd = `${name} ${salt} ${strong} Oral ${form}`.replace('  ', ' ');
  const coded = concept(`rxnorm|${code}|${scd}`, scd);
  const otherCoded = concept(`rxnorm|${otherCode}|${name} ${otherStrength} ${unit.toUpperCase()} Oral ${form}`);
  const epic = concept(`own|${code}1|`, `${name.toUpperCase()} (${brand.toUpperCase()}) ${strength} ${unit} ${form}`);
  const first = order({ medicationCodeableConcept: coded, dosageInstruction: [ONCE] });
  const pair = (
    about: string,
    isSame: boolean,
    more: Partial<MedicationRequest>,
    one: Partial<MedicationRequest> = {},
  ) => {
    return { about, isSame, one: { ...first, ...one }, other: order({ medicationCodeableConcept: coded, ...more }) };
  };
  return [
    pair('the same code on the same day', true, { dosageInstruction: [ONCE] }),
    pair('the time of day on one side only', true, { authoredOn: `${DAY}T15:20:00Z` }),
    pair('one source has only a name', true, {
      medicationCodeableConcept: concept(`${name} ${strength} ${unit} ${form}`),
    }),
    pair('the brand instead of the name', true, {
      medicationCodeableConcept: concept(`${brand} ${strength} ${unit} ${form}`),
    }),
    pair('generic with the brand behind it, as Epic prints it', true, { medicationCodeableConcept: epic }),
    pair('the NDC of a package', true, {
      medicationCodeableConcept: concept(`ndc|${ndc.replaceAll('-', '')}|${brand} ${strong}`),
    }),
    pair(
      'reported at the other place, years later, both active',
      true,
      { authoredOn: daysAfter(DAY, 500), status: 'active', intent: 'plan' },
      { status: 'active' },
    ),
    pair('without the strength, for the same day and dose', true, {
      medicationCodeableConcept: concept(`${name} ${salt}`.trim()),
      dosageInstruction: [ONCE],
    }),
    pair('told by the pharmacy eight days later', true, { authoredOn: daysAfter(DAY, 8) }),
    pair('with a name that is misspelt', true, {
      medicationCodeableConcept: concept(`${name.slice(0, 4)}${name[5]}${name[4]}${name.slice(6)} ${strength} ${unit}`),
    }),
    pair('a refill a month later', false, { authoredOn: daysAfter(DAY, 30), dosageInstruction: [ONCE] }),
    pair('another strength half a year later', false, {
      medicationCodeableConcept: otherCoded,
      authoredOn: daysAfter(DAY, 180),
    }),
    pair('another strength on the same day', false, { medicationCodeableConcept: otherCoded }),
    pair('another strength on the same day, by name', false, {
      medicationCodeableConcept: concept(`${brand} ${otherStrength} ${unit}`),
    }),
    pair('another drug of the class or of a similar name', false, {
      medicationCodeableConcept: concept(`${confused} ${strength} ${unit} ${form}`),
    }),
    pair('a combination that contains it', false, {
      medicationCodeableConcept: concept(`${combination} ${strength}-12.5 ${unit} ${form}`),
    }),
    pair('the extended release form', false, {
      medicationCodeableConcept: concept(`${name} ER ${strength} ${unit} ${form}`),
    }),
    pair('for the skin instead of the mouth', false, { medicationCodeableConcept: concept(`${name} topical cream`) }),
    pair('twice a day instead of once', false, { dosageInstruction: [TWICE] }),
    pair(
      'two running orders of two doctors',
      false,
      { authoredOn: daysAfter(DAY, 150), status: 'active' },
      { status: 'active' },
    ),
    pair('ordered anew two days later, at the discharge', false, {
      authoredOn: daysAfter(DAY, 2),
      dosageInstruction: [ONCE],
    }),
  ];
}

function statementsOf({
  name,
  brand,
  strength,
  otherStrength,
  unit,
  code,
  form,
}: Medicine): GoldenPair<MedicationStatement>[] {
  const coded = concept(`rxnorm|${code}|${name} ${strength} ${unit.toUpperCase()} Oral ${form}`);
  const first = statement({ medicationCodeableConcept: coded, effectivePeriod: { start: '2021-02-01' } });
  const pair = (about: string, isSame: boolean, more: Partial<MedicationStatement>) => {
    return { about, isSame, one: first, other: statement({ medicationCodeableConcept: coded, ...more }) };
  };
  const named = (text: string) => ({ medicationCodeableConcept: concept(text) });
  return [
    pair('on two lists of what is taken', true, { effectivePeriod: { start: '2022-07-01' } }),
    pair('on two lists, once without a date and by its brand', true, named(`${brand} ${strength} ${unit}`)),
    pair('a course that ended before the other began', false, {
      status: 'completed',
      effectivePeriod: { start: '2015-01-01', end: '2015-06-01' },
    }),
    pair('the dose before, which ended when the new one began', false, {
      ...named(`${name} ${otherStrength} ${unit}`),
      status: 'stopped',
      effectivePeriod: { start: '2019-01-01', end: '2021-02-01' },
    }),
  ];
}

/** 25 situations of eight medicines each. */
export const medicationPairs: readonly GoldenPair[] = MEDICINES.flatMap((medicine) => [
  ...ordersOf(medicine),
  ...statementsOf(medicine),
]);
