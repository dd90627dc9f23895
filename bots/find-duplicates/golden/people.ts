import type { Patient } from '@medplum/fhirtypes';
import type { GoldenPair } from './golden-pair.ts';

interface Somebody {
  readonly given: string;
  readonly nickname: string;
  readonly middle: string;
  readonly family: string;
  readonly married: string;
  readonly sibling: string;
  readonly gender: 'female' | 'male';
  readonly birthDate: string;
  readonly street: string;
  readonly city: string;
  readonly postalCode: string;
  readonly phone: string;
  readonly email: string;
  readonly ssn: string;
}

const PEOPLE: readonly Somebody[] = (
  [
    [
      'William',
      'Bill',
      'James',
      'Okafor',
      'Reyes',
      'Walter',
      'male',
      '1948-03-12',
      '12 Maple Street',
      'Madison',
      '53703',
      '608-555-0101',
      'wokafor@example.com',
      '900-11-2233',
    ],
    [
      'Elizabeth',
      'Beth',
      'Anne',
      'Nakamura',
      'Sullivan',
      'Eleanor',
      'female',
      '1979-11-30',
      '4409 Lakeview Avenue',
      'Chicago',
      '60640',
      '312-555-0144',
      'beth.n@example.com',
      '900-22-3344',
    ],
    [
      'Robert',
      'Bob',
      'Lee',
      'Smith',
      'Jones',
      'Richard',
      'male',
      '1962-07-04',
      '77 North Main Street',
      'Austin',
      '78701',
      '512-555-0122',
      'bobsmith@example.com',
      '900-33-4455',
    ],
    [
      'Margaret',
      'Peggy',
      'Rose',
      "O'Brien",
      'Castellano',
      'Mary',
      'female',
      '1955-01-22',
      '8 Harbor Road',
      'Boston',
      '02118',
      '617-555-0199',
      'peggyob@example.com',
      '900-44-5566',
    ],
    [
      'Michael',
      'Mike',
      'Andrew',
      'Hernandez',
      'Duarte',
      'Miguel',
      'male',
      '1991-09-18',
      '310 Cedar Lane',
      'Phoenix',
      '85004',
      '602-555-0133',
      'mike.h@example.com',
      '900-55-6677',
    ],
    [
      'Catherine',
      'Kate',
      'Louise',
      'Weatherby',
      'Lindqvist',
      'Caroline',
      'female',
      '2001-05-27',
      '55 Ridge Drive',
      'Denver',
      '80202',
      '303-555-0177',
      'kate.w@example.com',
      '900-66-7788',
    ],
    [
      'Thomas',
      'Tom',
      'Edward',
      'Nguyen',
      'Tran',
      'Timothy',
      'male',
      '1985-12-09',
      '901 Mission Boulevard',
      'San Jose',
      '95112',
      '408-555-0188',
      'tomn@example.com',
      '900-77-8899',
    ],
  ] as const
).map(
  ([
    given,
    nickname,
    middle,
    family,
    married,
    sibling,
    gender,
    birthDate,
    street,
    city,
    postalCode,
    phone,
    email,
    ssn,
  ]) => {
    return {
      given,
      nickname,
      middle,
      family,
      married,
      sibling,
      gender,
      birthDate,
      street,
      city,
      postalCode,
      phone,
      email,
      ssn,
    };
  },
);

function patientOf(one: Somebody, more: Partial<Patient> = {}): Patient {
  return {
    resourceType: 'Patient',
    name: [{ family: one.family, given: [one.given, one.middle] }],
    birthDate: one.birthDate,
    gender: one.gender,
    address: [{ line: [one.street], city: one.city, postalCode: one.postalCode }],
    telecom: [
      { system: 'phone', value: one.phone },
      { system: 'email', value: one.email },
    ],
    ...more,
  };
}

const NONE = { address: [], telecom: [] };

function pairsOf(who: Somebody, index: number): GoldenPair<Patient>[] {
  const { given, nickname, middle, family, married, sibling, birthDate, street, phone, ssn } = who;
  const first = patientOf(who);
  const named = (familyName: string, ...givens: string[]) => ({ name: [{ family: familyName, given: givens }] });
  const pair = (about: string, isSame: boolean, more: Partial<Patient>, one: Patient = first): GoldenPair<Patient> => {
    return { about, isSame, one, other: patientOf(who, more) };
  };
  const [year, month, day] = birthDate.split('-');
  const numbered = { identifier: [{ system: 'http://hl7.org/fhir/sid/us-ssn', value: ssn }] };
  const insured = { identifier: [{ system: 'urn:oid:2.16.840.1.113883.3.999', value: 'FAM-4471' }] };
  const stranger = PEOPLE[(index + 1) % PEOPLE.length] as Somebody;
  return [
    pair('everything the same', true, {}),
    pair('in capitals, without the middle name', true, {
      ...named(family.toUpperCase(), given.toUpperCase()),
      telecom: [],
    }),
    pair('under the nickname', true, named(family, nickname)),
    pair('moved, with the same phone', true, { address: [{ line: ['1 New Street'], postalCode: '10001' }] }),
    pair('moved, with another phone and e-mail', true, {
      ...NONE,
      address: [{ line: ['1 New Street'], postalCode: '10001' }],
    }),
    pair('the street and the phone written otherwise', true, {
      address: [
        {
          line: [street.replace('Street', 'St.').replace('Avenue', 'Ave').toUpperCase()],
          postalCode: `${who.postalCode}-1234`,
        },
      ],
      telecom: [{ system: 'phone', value: `+1 (${phone.slice(0, 3)}) ${phone.slice(4)}` }],
    }),
    pair('under the married name', true, { ...named(married, given, middle), telecom: [] }),
    pair(
      'the family name misspelt',
      true,
      named(`${family.slice(0, 2)}${family[3]}${family[2]}${family.slice(4)}`, given),
    ),
    pair('day and month of birth exchanged', true, {
      birthDate: Number(day) <= 12 ? `${year}-${day}-${month}` : `${year}-${month}-0${day?.[1]}`,
    }),
    pair('an initial only', true, { ...named(family, given[0] ?? '', middle[0] ?? '') }),
    pair('by social security, with little else', true, { ...NONE, ...numbered }, patientOf(who, numbered)),
    pair('without address and phone on one side', true, { ...NONE }),
    pair('a twin of the same home', false, named(family, sibling)),
    pair('a twin on the same insurance', false, { ...named(family, sibling), ...insured }, patientOf(who, insured)),
    pair(
      'the father, with Sr',
      false,
      { name: [{ family, given: [given], suffix: ['Sr.'] }], birthDate: `${Number(year) - 27}-02-03` },
      patientOf(who, { name: [{ family, given: [given], suffix: ['Jr.'] }] }),
    ),
    pair('the father, without any suffix', false, { ...named(family, given), birthDate: `${Number(year) - 27}-02-03` }),
    pair(
      'the father, with Sr and no birth date',
      false,
      { name: [{ family, given: [given], suffix: ['Sr'] }], birthDate: '' },
      patientOf(who, { name: [{ family, given: [given], suffix: ['Jr'] }] }),
    ),
    pair('a child of the same home', false, { ...named(family, sibling), birthDate: `${Number(year) + 26}-08-15` }),
    pair('the other half of a couple', false, {
      ...named(family, stranger.given),
      birthDate: stranger.birthDate,
      gender: stranger.gender,
    }),
    pair('somebody of the same name', false, {
      ...NONE,
      ...named(family, given),
      birthDate: `${Number(year) - 9}-10-11`,
    }),
    pair('somebody of the same name and birth date elsewhere', false, {
      ...NONE,
      ...named(family, given),
      address: [{ line: ['9 Far Road'], postalCode: '99501' }],
    }),
    pair('somebody with the same birth date', false, { ...NONE, ...named(stranger.family, stranger.given) }),
    { about: 'somebody else', isSame: false, one: first, other: patientOf(stranger) },
    pair(
      'another social security number, all else the same',
      false,
      { identifier: [{ system: 'http://hl7.org/fhir/sid/us-ssn', value: '900-99-0000' }] },
      patientOf(who, numbered),
    ),
  ];
}

/** 24 situations of seven people each. */
export const peoplePairs: readonly GoldenPair<Patient>[] = PEOPLE.flatMap(pairsOf);
