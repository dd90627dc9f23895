import { every, inOrder, type Story } from '../story.ts';

const PERSON = { given: 'Elif', family: 'Chen', birthDate: '1979-10-12', gender: 'female' } as const;

/** As her family doctor tells it: diabetes under metformin, an allergy to penicillin, blood group A, smoked once. */
export const AT_THE_DOCTOR: Story = {
  seed: 111,
  person: PERSON,
  smoking: 'former',
  bloodGroup: 'A',
  problems: [
    { name: 'diabetes', from: '2019-05-07' },
    { name: 'hypertension', from: '2017-03-14' },
    { name: 'migraine', from: '2010-01-19' },
  ],
  allergies: [{ name: 'penicillin', noted: '2019-05-07', isSevere: true }],
  prescriptions: [
    { drug: 'metformin', from: '2019-05-07', text: '1 tablet twice a day', renewedMonths: 6, for: 'diabetes' },
    { drug: 'lisinopril', from: '2019-05-07', text: '1 tablet once a day', renewedMonths: 12, for: 'hypertension' },
  ],
  visits: inOrder(
    every(182, '2019-05-07', '2026-09-30', {
      kind: 'checkUp',
      vitals: true,
      reasons: ['diabetes'],
      orders: ['a1c', 'metabolic'],
    }),
    { on: '2024-10-08', kind: 'followUp', vaccines: ['influenza', 'covid'] },
  ),
  courses: {
    a1c: [
      ['2019-05-01', 8.1],
      ['2026-09-01', 6.7],
    ],
    weight: [
      ['2019-05-01', 82],
      ['2026-09-01', 74],
    ],
    height: [['2019-05-01', 168]],
  },
};

/**
 * As the hospital tells it: the same diabetes, hypertension, lisinopril and vaccination, but no known allergy, the metformin
 * stopped, blood group O, never smoked.
 */
export const AT_THE_HOSPITAL: Story = {
  ...AT_THE_DOCTOR,
  smoking: 'never',
  bloodGroup: 'O',
  allergies: 'none',
  problems: [
    { name: 'diabetes', from: '2019-05-07' },
    { name: 'hypertension', from: '2018-01-01' },
    { name: 'bronchitis', from: '2024-10-08', to: '2024-10-29' },
  ],
  prescriptions: [
    { drug: 'metformin', from: '2019-05-07', to: '2024-10-12', text: '1 tablet twice a day', for: 'diabetes' },
    { drug: 'lisinopril', from: '2019-05-07', text: '2 tablets once a day', for: 'hypertension' },
  ],
  visits: inOrder(
    { on: '2019-05-07', kind: 'checkUp', vitals: true, reasons: ['diabetes'], orders: ['a1c'] },
    {
      on: '2024-10-08',
      kind: 'inpatient',
      days: 4,
      vitals: true,
      reasons: ['bronchitis'],
      orders: ['metabolic', 'bloodCount', 'a1c'],
      vaccines: ['influenza', 'covid'],
      note: ['discharge', 'Bronchitis. Metformin stopped while she is on contrast; the family doctor to decide.'],
    },
  ),
};
