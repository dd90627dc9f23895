import type { HumanName, Patient } from '@medplum/fhirtypes';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareDemographics, type Verdict } from './compare-demographics.ts';

const CHART: Patient = {
  resourceType: 'Patient',
  name: [{ given: ['Robert', 'James'], family: 'Gutiérrez' }],
  birthDate: '1980-05-17',
  gender: 'male',
};

function patient(change: object): Patient {
  return { ...CHART, ...change };
}

function called(given: string | undefined, family: string | undefined, more: Partial<HumanName> = {}): Patient {
  return patient({ name: [{ ...(given && { given: [given] }), ...(family && { family }), ...more }] });
}

/** The verdict as one word: `same`, `different: birth-date`. */
function compare(app: Patient, source: Patient): string {
  const { verdict, reasons } = compareDemographics(app, source);
  return [verdict, ...reasons].join(' ');
}

describe('the same person, written in another way', () => {
  test.each([
    ['in capitals', called('ROBERT JAMES', 'GUTIÉRREZ')],
    ['without accents', called('Robert James', 'Gutierrez')],
    ['with accents as combining marks', called('Robert James', 'Gutie\u0301rrez')],
    ['read in the wrong character set', called('Robert James', 'GutiÃ©rrez')],
    ['read in the wrong character set twice', called('Robert James', 'GutiÃƒÂ©rrez')],
    ['without the middle name', called('Robert', 'Gutiérrez')],
    ['with an initial', called('Robert J.', 'Gutiérrez')],
    ['with another middle name more', called('Robert James Luis', 'Gutiérrez')],
    ['with title and generation', called('Dr. Robert', 'Gutiérrez Jr.', { prefix: ['Dr.'], suffix: ['Jr.'] })],
    ['with given and family name exchanged', called('Gutiérrez', 'Robert James')],
    ['with a second family name', called('Robert', 'Gutiérrez-López')],
    ['as text', patient({ name: [{ text: 'Gutiérrez, Robert J.' }] })],
    ['as text in the other order', patient({ name: [{ text: 'Mr. Robert Gutiérrez, Jr.' }] })],
    ['as a single value where lists belong', patient({ name: { given: 'Robert', family: 'Gutiérrez' } })],
    ['as DSTU2 did', patient({ name: [{ given: ['Robert'], family: ['Gutiérrez'] }] })],
    ['with the name among others', patient({ name: [{ family: 'Brown', given: ['Al'] }, ...(CHART.name ?? [])] })],
    ['with a part of the birth date', patient({ birthDate: '1980' })],
    ['with a time after the birth date', patient({ birthDate: '1980-05-17T00:00:00Z' })],
    ['with the birth date as one number', patient({ birthDate: '19800517' })],
    ['without a birth date', patient({ birthDate: undefined })],
    ['without a sex', patient({ gender: undefined })],
    ['with a sex that says nothing', patient({ gender: 'unknown' })],
    ['with a sex in capitals', patient({ gender: 'M' })],
  ])('%s', (_, source) => {
    expect([compare(CHART, source), compare(source, CHART)]).toEqual(['same', 'same']);
  });

  test.each([
    ["O'Brien", 'OBRIEN'],
    ['O’Brien', "o'brien"],
    ['De La Cruz', 'Delacruz'],
    ['Smith-Jones', 'Smith Jones'],
    ['Weiß', 'WEISS'],
    ['Sørensen', 'Sorensen'],
    ['Łukasz', 'LUKASZ'],
    ['Smith, III', 'Smith'],
    ['ﬁsher', 'Fisher'],
    ['王', '王'],
  ])('%s is %s', (one, other) => {
    expect(compare(called('Robert', one), called('Robert', other))).toBe('same');
    expect(compare(called(one, 'Robert'), called(other, 'Robert'))).toBe('same');
  });

  test('a nickname or maiden name counts when one of the two Patients says both', () => {
    const full = [
      { use: 'official', given: ['Robert'], family: 'Gutiérrez' },
      { use: 'nickname', given: ['Bob'] },
      { use: 'old', family: 'Brown' },
    ];
    expect(compare(patient({ name: full }), called('Bob', 'Gutiérrez'))).toBe('same');
    expect(compare(patient({ name: full }), called('Bob', 'Brown'))).toBe('same');
  });
});

describe('not the same person, or a person must say so', () => {
  test.each([
    ['another family name', called('Robert', 'Brown'), 'different family-name'],
    ['another given name', called('Luis', 'Gutiérrez'), 'different given-name'],
    ['a nickname', called('Bob', 'Gutiérrez'), 'different given-name'],
    ['a twin with the same first name', called('Robert Luis', 'Gutiérrez'), 'different given-name'],
    ['another initial', called('K.', 'Gutiérrez'), 'different given-name'],
    ['another name', called('Ana', 'Brown'), 'different family-name given-name'],
    ['another birth date', patient({ birthDate: '1980-05-18' }), 'different birth-date'],
    ['another part of a birth date', patient({ birthDate: '1981' }), 'different birth-date'],
    ['the other sex', patient({ gender: 'female' }), 'different sex'],
    [
      'everything',
      { ...called('Ana', 'Brown'), birthDate: '1990-01-01', gender: 'female' } as Patient,
      /^different( \S+){4}$/,
    ],
    ['one more name that is another', called('王', 'Gutiérrez'), 'different given-name'],
  ])('%s', (_, source, said) => {
    expect(compare(CHART, source)).toMatch(said);
    expect(compare(source, CHART)).toMatch(said);
  });

  test('names that agree only in different entries are two people', () => {
    const source = patient({
      name: [
        { given: ['Robert'], family: 'Brown' },
        { given: ['Ana'], family: 'Gutiérrez' },
      ],
    });
    expect(compare(CHART, source)).toBe('different family-name given-name');
  });

  test.each([
    ['no name', patient({ name: undefined }), 'unsure family-name given-name'],
    ['a name of signs only', called('?', '--'), 'unsure family-name given-name'],
    ['no given name', called(undefined, 'Gutiérrez'), 'unsure given-name'],
    ['an initial only', called('R', 'Gutiérrez'), 'unsure given-name'],
    ['neither birth date nor sex', patient({ birthDate: undefined, gender: undefined }), 'unsure birth-date sex'],
    ['a birth date that is none', patient({ birthDate: 'soon', gender: 'other' }), 'unsure birth-date sex'],
    ['nothing', { resourceType: 'Patient' } as Patient, 'unsure family-name given-name birth-date sex'],
  ])('%s', (_, source, said) => {
    expect([compare(CHART, source), compare(source, CHART)]).toEqual([said, said]);
  });
});

describe('whatever the Patients are', () => {
  const word = fc.oneof(
    fc.constantFrom(
      'Ana',
      'José',
      'Mary-Jane',
      'de la Cruz',
      'Weiß',
      'O’Neil',
      'J.',
      'Smith',
      'Müller',
      'Ng',
      '王',
      'Dr.',
    ),
    fc.string({ maxLength: 8 }),
    fc.string({ unit: 'binary', maxLength: 4 }),
  );
  const name = fc.record({ given: fc.array(word, { maxLength: 3 }), family: word }, { requiredKeys: [] });
  const date = fc.constantFrom('1980', '1980-05', '1980-05-17', '1980-05-18', '1981-01-01', '');
  const anyone = fc.record(
    {
      resourceType: fc.constant('Patient' as const),
      name: fc.array(name, { maxLength: 3 }),
      birthDate: date,
      gender: fc.constantFrom('male', 'female', 'other', 'unknown'),
    },
    { requiredKeys: ['resourceType'] },
  ) as fc.Arbitrary<Patient>;
  const latin = fc.constantFrom('Ana', 'José', 'Mary-Jane', 'de la Cruz', 'Weiß', 'O’Neil', 'Smith', 'Müller', 'Šimić');
  const complete = fc.record({
    resourceType: fc.constant('Patient' as const),
    name: fc.array(fc.record({ given: fc.array(latin, { minLength: 1, maxLength: 3 }), family: latin }), {
      minLength: 1,
      maxLength: 3,
    }),
    birthDate: fc.constantFrom('1980-05-17', '1980-05-18', '1981-01-01'),
    gender: fc.constantFrom('male', 'female', 'other'),
  }) as fc.Arbitrary<Patient>;

  function rewrite({ name = [], ...rest }: Patient, change: (text: string) => string): Patient {
    return {
      ...rest,
      name: name.map(({ given, family }) => ({
        ...(given && { given: given.map(change) }),
        ...(family && { family: change(family) }),
      })),
    };
  }

  test('the order of the two does not matter', () => {
    fc.assert(
      fc.property(anyone, anyone, (a, b) => {
        expect(compare(a, b)).toBe(compare(b, a));
      }),
    );
  });

  test('nobody differs from themselves, and who is fully described is the same', () => {
    fc.assert(
      fc.property(anyone, (a) => {
        expect(compareDemographics(a, a).verdict).not.toBe('different');
      }),
    );
    fc.assert(
      fc.property(complete, (a) => {
        expect(compare(a, a)).toBe('same');
      }),
    );
  });

  test.each<[string, (text: string) => string]>([
    ['case', (text) => text.toUpperCase()],
    ['accents', (text) => text.normalize('NFD').replace(/\p{M}/gu, '')],
    ['blanks', (text) => `  ${text.replaceAll(' ', '\u00a0 ')} `],
  ])('%s never changes the verdict', (_, change) => {
    fc.assert(
      fc.property(complete, complete, (a, b) => {
        expect(compare(rewrite(a, change), b)).toBe(compare(a, b));
      }),
    );
  });

  test('the order of names, and of given and family name, never changes the verdict', () => {
    const swap = ({ name = [], ...rest }: Patient): Patient => ({
      ...rest,
      name: name.toReversed().map(({ given = [], family = '' }) => ({ given: [family], family: given.join(' ') })),
    });
    const verdictOf = (verdict: Verdict) => verdict.verdict;
    fc.assert(
      fc.property(complete, complete, (a, b) => {
        expect(verdictOf(compareDemographics(swap(a), b))).toBe(verdictOf(compareDemographics(a, b)));
      }),
    );
  });

  test('another birth date is never the same', () => {
    fc.assert(
      fc.property(anyone, (a) => {
        const [one, other] = [
          { ...a, birthDate: '1990-02-01' },
          { ...a, birthDate: '1990-01-02' },
        ];
        expect(compareDemographics(one, other).verdict).toBe('different');
      }),
    );
  });

  test('nothing that a line may hold makes it throw', () => {
    const source = fc.dictionary(fc.constantFrom('name', 'birthDate', 'gender'), fc.jsonValue() as fc.Arbitrary<never>);
    fc.assert(
      fc.property(source, (a) => {
        expect(compareDemographics(a, CHART)).toBeDefined();
      }),
    );
  });
});
