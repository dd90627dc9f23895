import type { AllergyIntolerance } from '@medplum/fhirtypes';
import { concept, type GoldenPair, SUBJECT } from './golden-pair.ts';

interface Substance {
  readonly name: string;
  /** Of the substance, in one terminology and in another. */
  readonly codes: readonly [string, string];
  /** The allergy to it as a finding in SNOMED CT. */
  readonly finding: string;
  /** What else people write. */
  readonly colloquial: string;
  /** Another substance that is mistaken for it. */
  readonly confused: readonly string[];
}

const SUBSTANCES: readonly Substance[] = [
  {
    name: 'Penicillin',
    codes: ['rxnorm|7980', 'sct|764146007'],
    finding: '91936005',
    colloquial: 'PCN',
    confused: ['Amoxicillin', 'Penicillamine', 'Cephalexin'],
  },
  {
    name: 'Aspirin',
    codes: ['rxnorm|1191', 'sct|387458008'],
    finding: '293586001',
    colloquial: 'ASA',
    confused: ['Ibuprofen', 'NSAIDs', 'Salsalate'],
  },
  {
    name: 'Peanut',
    codes: ['sct|762952008', 'unii|QE1QX6B99R'],
    finding: '91935009',
    colloquial: 'Groundnuts',
    confused: ['Tree nut', 'Coconut', 'Soybean'],
  },
  {
    name: 'Codeine',
    codes: ['rxnorm|2670', 'sct|387494007'],
    finding: '292044008',
    colloquial: 'Codein',
    confused: ['Morphine', 'Hydrocodone', 'Oxycodone'],
  },
  {
    name: 'Latex',
    codes: ['sct|111088007', 'sct|1003755004'],
    finding: '300916003',
    colloquial: 'Rubber gloves',
    confused: ['Adhesive tape', 'Latex paint', 'Nickel'],
  },
  {
    name: 'Ibuprofen',
    codes: ['rxnorm|5640', 'sct|387207008'],
    finding: '293619005',
    colloquial: 'Advil',
    confused: ['Naproxen', 'Aspirin', 'NSAIDs'],
  },
  {
    name: 'Egg',
    codes: ['sct|102263004', 'sct|213020009'],
    finding: '91930004',
    colloquial: 'Egg whites',
    confused: ['Eggplant', 'Chicken meat', 'Milk'],
  },
  {
    name: 'Shellfish',
    codes: ['sct|735029006', 'sct|300913006'],
    finding: '300913006',
    colloquial: 'Shrimp',
    confused: ['Fish', 'Iodine', 'Iodinated contrast'],
  },
];

function allergy(more: Partial<AllergyIntolerance>): AllergyIntolerance {
  return {
    resourceType: 'AllergyIntolerance',
    patient: SUBJECT,
    clinicalStatus: { coding: [{ code: 'active' }] },
    ...more,
  };
}

function pairsOf({ name, codes, finding, colloquial, confused }: Substance): GoldenPair<AllergyIntolerance>[] {
  const [code, otherCode] = codes;
  const first = allergy({ code: concept(`${code}|${name}`, name), recordedDate: '2014-02-01' });
  const pair = (about: string, isSame: boolean, more: Partial<AllergyIntolerance>) => {
    return { about, isSame, one: first, other: allergy(more) };
  };
  const verified = (status: string) => ({
    code: concept(`${code}|${name}`),
    verificationStatus: { coding: [{ code: status }] },
  });
  return [
    pair('the same code, years apart', true, { code: concept(`${code}|${name}`), recordedDate: '2022-06-01' }),
    pair('in another terminology', true, { code: concept(`${otherCode}|${name} (substance)`) }),
    pair('as the allergy instead of the substance', true, {
      code: concept(`sct|${finding}|Allergy to ${name.toLowerCase()}`),
    }),
    pair('by name only, in capitals', true, { code: concept(`${name.toUpperCase()}S`) }),
    pair('by name only, with what surrounds it', true, { code: concept(`Allergic reaction to ${name.toLowerCase()}`) }),
    pair('an allergy here, an intolerance there', true, { code: concept(name), type: 'intolerance' }),
    pair('by what people call it', true, { code: concept(colloquial) }),
    pair('high risk here, low risk there', true, { code: concept(name), criticality: 'low' }),
    ...confused.map((other) => pair('another substance', false, { code: concept(other) })),
    pair('refuted by a test', false, verified('refuted')),
    pair('taken back by its source', false, verified('entered-in-error')),
    pair('none known at all', false, { code: concept('sct|716186003|No known allergy') }),
  ];
}

/** A class of substances, and one of it: whoever is told to be allergic to one need not be to all. */
const CLASSES = [
  ['sct|387406002|Sulfonamide', 'rxnorm|10831|sulfamethoxazole / trimethoprim'],
  ['sct|91939003|Allergy to sulfonamide', 'rxnorm|10831|Bactrim'],
  ['sct|764146007|Penicillin', 'rxnorm|733|ampicillin'],
  ['sct|372665008|Non-steroidal anti-inflammatory agent', 'rxnorm|5640|ibuprofen'],
  ['sct|294532003|Allergy to cephalosporin', 'rxnorm|2231|cephalexin'],
  ['sct|44027008|Seafood', 'sct|735029006|Shellfish'],
  ['sct|44027008|Seafood', 'sct|227037002|Fish - dietary'],
] as const;

function pairOfClass([whole, one]: (typeof CLASSES)[number]): GoldenPair<AllergyIntolerance> {
  return {
    about: 'a class here, one of it there',
    isSame: false,
    one: allergy({ code: concept(whole) }),
    other: allergy({ code: concept(one) }),
  };
}

const FISH_AND_SHELLFISH: GoldenPair<AllergyIntolerance> = {
  about: 'another substance',
  isSame: false,
  one: allergy({ code: concept('sct|227037002|Fish - dietary') }),
  other: allergy({ code: concept('sct|300913006|Allergy to shellfish') }),
};

/** 14 situations of eight substances each, and what is easily taken for one. */
export const allergyPairs: readonly GoldenPair[] = [
  ...SUBSTANCES.flatMap(pairsOf),
  ...CLASSES.map(pairOfClass),
  FISH_AND_SHELLFISH,
];
