import { every, inOrder, type Story } from '../story.ts';

/** A pregnancy from the first visit to the weeks after birth, with diabetes found by the load test and treated by diet. */
export const PREGNANCY: Story = {
  seed: 105,
  person: { given: 'Amara', family: 'Chen', birthDate: '1994-05-30', gender: 'female' },
  smoking: 'never',
  bloodGroup: 'O',
  goal: 'Glucose before breakfast below 95 mg/dL until birth',
  problems: [
    { name: 'pregnancy', from: '2025-11-03', to: '2026-07-28' },
    { name: 'gestationalDiabetes', from: '2026-04-21', to: '2026-07-28' },
    { name: 'anemia', from: '2026-05-19', to: '2026-09-08' },
  ],
  allergies: [{ name: 'penicillin', noted: '2025-12-02' }],
  prescriptions: [
    {
      drug: 'iron',
      from: '2026-05-19',
      to: '2026-09-08',
      text: '1 tablet once a day',
      renewedMonths: 1,
      for: 'anemia',
    },
  ],
  visits: inOrder(
    {
      on: '2025-12-02',
      kind: 'prenatal',
      vitals: true,
      reasons: ['pregnancy'],
      orders: ['bloodCount', 'metabolic', 'thyrotropin'],
      procedures: ['fetalScan'],
      note: ['progress', 'Singleton, heartbeat seen, six weeks and one day.'],
    },
    { on: '2026-03-10', kind: 'prenatal', reasons: ['pregnancy'], procedures: ['fetalAnatomy'] },
    every(28, '2026-02-24', '2026-06-15', {
      kind: 'prenatal',
      vitals: true,
      reasons: ['pregnancy'],
      also: ['fundalHeight', 'fetalHeartRate'],
      orders: ['bloodCount'],
    }),
    { on: '2026-04-20', kind: 'prenatal', reasons: ['pregnancy'], orders: ['glucoseAfterLoad'], vaccines: ['tdap'] },
    {
      on: '2026-04-21',
      kind: 'video',
      reasons: ['gestationalDiabetes'],
      note: ['consult', 'Load test above the limit. Diet, four glucose readings a day.'],
    },
    every(7, '2026-06-23', '2026-07-21', {
      kind: 'prenatal',
      vitals: true,
      reasons: ['pregnancy', 'gestationalDiabetes'],
      also: ['fundalHeight', 'fetalHeartRate'],
    }),
    {
      on: '2026-07-28',
      kind: 'inpatient',
      days: 3,
      vitals: true,
      reasons: ['pregnancy'],
      procedures: ['childbirth'],
      orders: ['bloodCount'],
      note: ['discharge', 'Spontaneous birth at 40 weeks and 1 day: a girl of 3,420 g, Apgar 8, 9, 10.'],
    },
    { on: '2026-09-08', kind: 'postnatal', vitals: true, orders: ['bloodCount', 'a1c'] },
  ),
  courses: {
    weight: [
      ['2025-12-01', 61],
      ['2026-07-27', 74],
      ['2026-07-29', 68],
      ['2026-09-08', 64],
    ],
    height: [['2025-12-01', 164]],
    fundalHeight: [
      ['2026-02-24', 18],
      ['2026-07-21', 37],
    ],
    fetalHeartRate: [
      ['2026-02-24', 148],
      ['2026-07-21', 138],
    ],
    hemoglobin: [
      ['2025-12-01', 12.6],
      ['2026-05-19', 10.2],
      ['2026-07-28', 11],
      ['2026-07-30', 9.7],
      ['2026-09-08', 12.2],
    ],
    glucoseAfterLoad: [['2026-04-20', 168]],
    a1c: [['2026-09-08', 5.5]],
    glucose: [['2025-12-01', 84]],
  },
};
