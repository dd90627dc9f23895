import { every, inOrder, type Story } from '../story.ts';

/** An old man on warfarin: an INR each fortnight, mostly in range, once so high that he was called back the same day. */
export const FIBRILLATION: Story = {
  seed: 109,
  person: { given: 'Carlos', family: 'Eriksen', birthDate: '1941-02-18', gender: 'male' },
  smoking: 'former',
  goal: 'INR between 2.0 and 3.0',
  problems: [
    { name: 'fibrillation', from: '2022-01-11' },
    { name: 'hypertension', from: '1998-06-01' },
    { name: 'kneeArthritis', from: '2012-09-18' },
  ],
  allergies: [{ name: 'sulfa', noted: '2022-01-11' }],
  prescriptions: [
    { drug: 'warfarin', from: '2022-01-11', text: 'As told at each visit', renewedMonths: 3, for: 'fibrillation' },
    { drug: 'metoprolol', from: '2022-01-11', text: '1 tablet once a day', renewedMonths: 6, for: 'fibrillation' },
    {
      drug: 'acetaminophen',
      from: '2022-01-11',
      text: '2 tablets when the knee hurts, at most 8 a day',
      renewedMonths: 12,
      for: 'kneeArthritis',
    },
  ],
  visits: inOrder(
    every(14, '2022-01-11', '2026-10-16', { kind: 'followUp', reasons: ['fibrillation'], orders: ['inr'] }),
    every(182, '2022-01-12', '2026-10-16', {
      kind: 'checkUp',
      vitals: true,
      reasons: ['fibrillation', 'hypertension'],
      orders: ['bloodCount', 'metabolic'],
      procedures: ['electrocardiogram'],
      vaccines: ['influenza'],
    }),
  ),
  courses: {
    inr: [
      ['2022-01-11', 1.1],
      ['2022-03-01', 2.5],
      ['2024-07-09', 2.4],
      ['2024-07-23', 6.4],
      ['2024-08-06', 2.6],
      ['2026-10-16', 2.5],
    ],
    heartRate: [
      ['2022-01-11', 118],
      ['2022-03-01', 78],
    ],
    weight: [
      ['2022-01-11', 82],
      ['2026-10-16', 77],
    ],
    height: [['2022-01-11', 174]],
  },
};
