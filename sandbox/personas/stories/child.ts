import { inOrder, type Story, type Visit } from '../story.ts';

/** The well child visits of the American schedule, by age in months, with what is given at each. */
const SCHEDULE: readonly (readonly [on: string, vaccines: NonNullable<Visit['vaccines']>])[] = [
  ['2022-04-05', ['hepatitisB']],
  ['2022-05-05', ['hepatitisB']],
  ['2022-06-07', ['rotavirus', 'dtap', 'hib', 'pneumococcal', 'polio']],
  ['2022-08-09', ['rotavirus', 'dtap', 'hib', 'pneumococcal', 'polio']],
  ['2022-10-11', ['dtap', 'pneumococcal', 'hepatitisB', 'influenza']],
  ['2023-01-10', []],
  ['2023-04-11', ['mmr', 'varicella', 'hepatitisA', 'hib']],
  ['2023-07-11', ['dtap', 'pneumococcal', 'polio']],
  ['2023-10-10', ['hepatitisA', 'influenza']],
  ['2024-04-09', []],
  ['2024-10-08', ['influenza']],
  ['2025-04-08', []],
  ['2026-04-14', ['dtap', 'polio', 'mmr', 'varicella']],
];

/** A girl of four, whose mother connects her record: every vaccine on time, growth from birth, an ear and a skin trouble. */
export const CHILD: Story = {
  seed: 107,
  person: { given: 'Dana', family: 'Becker', birthDate: '2022-04-04', gender: 'female' },
  parent: { given: 'Elif', family: 'Becker', relation: 'MTH' },
  problems: [
    { name: 'eczema', from: '2023-01-10' },
    { name: 'otitis', from: '2024-02-20', to: '2024-03-05' },
  ],
  allergies: [{ name: 'peanut', noted: '2024-04-09', isSevere: true }],
  prescriptions: [
    {
      drug: 'amoxicillin',
      from: '2024-02-20',
      to: '2024-03-01',
      text: '1 capsule opened into food three times a day',
      for: 'otitis',
    },
    {
      drug: 'epinephrine',
      from: '2024-04-09',
      text: 'Into the thigh at the first sign of anaphylaxis',
      renewedMonths: 12,
    },
  ],
  visits: inOrder(
    SCHEDULE.map(
      ([on, vaccines]): Visit => ({ on, kind: 'wellChild', vitals: true, also: ['headCircumference'], vaccines }),
    ),
    {
      on: '2024-02-20',
      kind: 'problem',
      vitals: true,
      reasons: ['otitis'],
      note: ['progress', 'Right drum red and bulging.'],
    },
  ),
  courses: {
    weight: [
      ['2022-04-05', 3.4],
      ['2022-08-09', 6.5],
      ['2023-04-11', 9.2],
      ['2024-04-09', 12.1],
      ['2026-04-14', 16.2],
    ],
    height: [
      ['2022-04-05', 50],
      ['2022-08-09', 62],
      ['2023-04-11', 74],
      ['2024-04-09', 86],
      ['2026-04-14', 102],
    ],
    headCircumference: [
      ['2022-04-05', 34.5],
      ['2022-10-11', 43],
      ['2023-04-11', 45.5],
      ['2026-04-14', 49.5],
    ],
    systolic: [
      ['2022-04-05', 72],
      ['2026-04-14', 94],
    ],
    diastolic: [
      ['2022-04-05', 44],
      ['2026-04-14', 58],
    ],
    heartRate: [
      ['2022-04-05', 142],
      ['2023-04-11', 122],
      ['2026-04-14', 102],
    ],
    respiratoryRate: [
      ['2022-04-05', 44],
      ['2023-04-11', 30],
      ['2026-04-14', 24],
    ],
    temperature: [
      ['2024-02-19', 36.8],
      ['2024-02-20', 39.2],
      ['2024-02-21', 36.8],
    ],
  },
};
