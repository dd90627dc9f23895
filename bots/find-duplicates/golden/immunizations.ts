import type { Immunization } from '@medplum/fhirtypes';
import { concept, daysAfter, type GoldenPair, SUBJECT } from './golden-pair.ts';

interface Vaccine {
  readonly name: string;
  readonly code: string;
  /** When only the disease is known. */
  readonly general: string;
  /** A product that contains it beside others. */
  readonly combination: string;
  /** Given at the same visit, against something else. */
  readonly beside: string;
  /** Until the next dose of the series. */
  readonly nextDays: number;
}

const VACCINES: readonly Vaccine[] = [
  {
    name: 'Influenza, injectable, quadrivalent',
    code: '158',
    general: '88',
    combination: '115|Tdap',
    beside: '33|Pneumococcal polysaccharide PPV23',
    nextDays: 365,
  },
  {
    name: 'Hep B, adult',
    code: '43',
    general: '45',
    combination: '104|Hep A-Hep B',
    beside: '52|Hep A, adult',
    nextDays: 30,
  },
  { name: 'DTaP', code: '20', general: '107', combination: '120|DTaP-Hib-IPV', beside: '10|IPV', nextDays: 60 },
  {
    name: 'Hib (PRP-T)',
    code: '48',
    general: '17',
    combination: '120|DTaP-Hib-IPV',
    beside: '133|Pneumococcal conjugate PCV 13',
    nextDays: 60,
  },
  {
    name: 'IPV',
    code: '10',
    general: '89',
    combination: '110|DTaP-Hep B-IPV',
    beside: '116|rotavirus, pentavalent',
    nextDays: 60,
  },
  {
    name: 'Pneumococcal conjugate PCV 13',
    code: '133',
    general: '109',
    combination: '33|Pneumococcal polysaccharide PPV23',
    beside: '03|MMR',
    nextDays: 365,
  },
  {
    name: 'HPV9',
    code: '165',
    general: '137',
    combination: '114|meningococcal MCV4P',
    beside: '115|Tdap',
    nextDays: 180,
  },
  {
    name: 'COVID-19, mRNA, LNP-S, 30 mcg',
    code: '208',
    general: '213',
    combination: '158|Influenza, injectable, quadrivalent',
    beside: '150|Influenza, injectable, quadrivalent, preservative free',
    nextDays: 21,
  },
];

const DAY = '2021-10-05';

function shot(more: Partial<Immunization>): Immunization {
  return {
    resourceType: 'Immunization',
    status: 'completed',
    patient: SUBJECT,
    vaccineCode: {},
    occurrenceDateTime: DAY,
    ...more,
  };
}

function pairsOf({ name, code, general, combination, beside, nextDays }: Vaccine): GoldenPair<Immunization>[] {
  const vaccineCode = concept(`cvx|${code}|${name}`, name);
  const first = shot({ vaccineCode, lotNumber: 'AB1234' });
  const pair = (about: string, isSame: boolean, more: Partial<Immunization>) => {
    return { about, isSame, one: first, other: shot({ vaccineCode, ...more }) };
  };
  return [
    pair('the same code and day', true, {}),
    pair('the time of day on one side only', true, { occurrenceDateTime: `${DAY}T22:30:00-05:00` }),
    pair('told to the register on the next day', true, { occurrenceDateTime: daysAfter(DAY, 1) }),
    pair('with the lot written otherwise', true, { lotNumber: 'ab-1234' }),
    pair('of which only the disease is known', true, { vaccineCode: concept(`cvx|${general}|${name}, unspecified`) }),
    pair('by the name only', true, { vaccineCode: concept(`${name} vaccine`) }),
    pair('told by the patient a week off', true, { occurrenceDateTime: daysAfter(DAY, 7), primarySource: false }),
    pair('the next dose of the series', false, { occurrenceDateTime: daysAfter(DAY, nextDays) }),
    pair('the dose of the year before', false, { occurrenceDateTime: daysAfter(DAY, -365) }),
    pair('a combination that contains it, on the same day', false, { vaccineCode: concept(`cvx|${combination}`) }),
    pair('another one at the same visit', false, { vaccineCode: concept(`cvx|${beside}`) }),
    pair('another one at the same visit, by name', false, { vaccineCode: concept(beside.split('|')[1] ?? '') }),
    pair('refused', false, { status: 'not-done' }),
    pair('of which only the year is known', false, { occurrenceDateTime: '2021' }),
  ];
}

/** 14 situations of eight vaccines each. */
export const immunizationPairs: readonly GoldenPair[] = VACCINES.flatMap(pairsOf);
