import type { Procedure } from '@medplum/fhirtypes';
import { concept, daysAfter, type GoldenPair, SUBJECT } from './golden-pair.ts';

interface Operation {
  readonly name: string;
  readonly cpt: string;
  readonly snomed: string;
  /** As it is written in a report. */
  readonly colloquial: string;
  /** Another one that sounds like it: `cpt|code|name`. */
  readonly confused: string;
}

const OPERATIONS: readonly Operation[] = [
  {
    name: 'Colonoscopy',
    cpt: '45378',
    snomed: '73761001',
    colloquial: 'Screening colonoscopy',
    confused: 'cpt|45330|Flexible sigmoidoscopy',
  },
  {
    name: 'Laparoscopic cholecystectomy',
    cpt: '47562',
    snomed: '45595009',
    colloquial: 'Lap chole',
    confused: 'cpt|47600|Open cholecystectomy',
  },
  {
    name: 'Laparoscopic appendectomy',
    cpt: '44970',
    snomed: '6025007',
    colloquial: 'Appendix removal',
    confused: 'cpt|44950|Appendectomy',
  },
  {
    name: 'Electrocardiogram',
    cpt: '93000',
    snomed: '29303009',
    colloquial: '12 lead ECG',
    confused: 'cpt|93306|Echocardiography',
  },
  {
    name: 'Cesarean section',
    cpt: '59510',
    snomed: '11466000',
    colloquial: 'C-section',
    confused: 'cpt|59400|Vaginal delivery',
  },
  {
    name: 'Echocardiography',
    cpt: '93306',
    snomed: '40701008',
    colloquial: 'TTE',
    confused: 'cpt|93000|Electrocardiogram',
  },
];

const SIDED: readonly Operation[] = [
  {
    name: 'Total knee replacement',
    cpt: '27447',
    snomed: '609588000',
    colloquial: 'TKA',
    confused: 'cpt|29881|Arthroscopy of knee',
  },
  {
    name: 'Total hip replacement',
    cpt: '27130',
    snomed: '52734007',
    colloquial: 'THA',
    confused: 'cpt|27236|Repair of femoral fracture',
  },
  {
    name: 'Cataract extraction',
    cpt: '66984',
    snomed: '415089008',
    colloquial: 'Phaco with IOL',
    confused: 'cpt|66821|Laser capsulotomy',
  },
  {
    name: 'Carpal tunnel release',
    cpt: '64721',
    snomed: '83579003',
    colloquial: 'CTR',
    confused: 'cpt|64718|Ulnar nerve transposition',
  },
];

const DAY = '2018-11-20';
const at = (time: string) => `${DAY}T${time}:00Z`;

function procedure(more: Partial<Procedure>): Procedure {
  return { resourceType: 'Procedure', status: 'completed', subject: SUBJECT, performedDateTime: DAY, ...more };
}

function pairsOfAny({ name, cpt, snomed, colloquial, confused }: Operation): GoldenPair<Procedure>[] {
  const code = concept(`cpt|${cpt}|${name}`);
  const first = procedure({ code });
  const pair = (about: string, isSame: boolean, more: Partial<Procedure>, one: Procedure = first) => {
    return { about, isSame, one, other: procedure({ code, ...more }) };
  };
  return [
    pair('the same code and day', true, {}),
    pair('in CPT and in SNOMED CT', true, {
      code: concept(`sct|${snomed}|${name} (procedure)`),
      performedDateTime: at('14:10'),
    }),
    pair('by the same name only', true, { code: concept(name.toUpperCase()) }),
    pair('as it is written in a report', true, { code: concept(colloquial) }),
    pair('from its beginning to its end', true, { performedPeriod: { start: at('09:05'), end: at('11:00') } }),
    pair(
      'at the start here, at the end there',
      true,
      { performedDateTime: at('10:20') },
      procedure({ code, performedDateTime: at('09:00') }),
    ),
    pair('billed two days later', true, { performedDateTime: daysAfter(DAY, 2) }),
    pair('once more a year later', false, { performedDateTime: daysAfter(DAY, 365) }),
    pair('once more on the next day', false, { performedDateTime: daysAfter(DAY, 1) }),
    pair(
      'once more on the same day, hours later',
      false,
      { performedDateTime: at('19:30') },
      procedure({ code, performedDateTime: at('08:00') }),
    ),
    pair('another one that sounds like it', false, { code: concept(confused) }),
    pair('that was called off', false, { status: 'not-done' }),
  ];
}

function pairsOfSided({ name, cpt, snomed }: Operation): GoldenPair<Procedure>[] {
  const pair = (about: string, isSame: boolean, one: Partial<Procedure>, other: Partial<Procedure>) => {
    return { about, isSame, one: procedure(one), other: procedure(other) };
  };
  const sited = (side: string) => ({ code: concept(`cpt|${cpt}|${name}`), bodySite: [concept(`${side} side`)] });
  const modified = (modifier: string) => {
    const code = concept(`cpt|${cpt}|${name}`);
    return { code: { coding: [...(code.coding ?? []), { system: 'urn:modifiers', code: modifier }] } };
  };
  const named = (text: string) => ({ code: concept(`sct|${snomed}|${text}`) });
  return [
    pair('left and right on one day, by site', false, sited('Left'), sited('Right')),
    pair('left and right on one day, by modifier', false, modified('LT'), modified('RT')),
    pair('left and right on one day, by name', false, named(`${name}, left`), named(`${name}, right`)),
    pair('the same side, by modifier and by site', true, modified('LT'), sited('Left')),
    pair('one side told at one place only', true, sited('Right'), { code: concept(`cpt|${cpt}|${name}`) }),
  ];
}

export const procedurePairs: readonly GoldenPair[] = [
  ...[...OPERATIONS, ...SIDED].flatMap(pairsOfAny),
  ...SIDED.flatMap(pairsOfSided),
];
