import { every, inOrder, type Story } from '../story.ts';

/** Depression with anxiety, most of it by video: questionnaires every month, a drug that was begun, raised and kept. */
export const MIND: Story = {
  seed: 108,
  person: { given: 'Andre', family: 'Farah', birthDate: '1989-12-03', gender: 'male' },
  smoking: 'never',
  goal: 'PHQ-9 below 5 for six months',
  problems: [
    { name: 'depression', from: '2024-02-06' },
    { name: 'anxiety', from: '2024-02-06' },
    { name: 'hypothyroidism', from: '2024-03-05' },
  ],
  allergies: 'none',
  prescriptions: [
    {
      drug: 'sertraline',
      from: '2024-02-06',
      text: 'Half a tablet for a week, then 1 tablet once a day',
      renewedMonths: 3,
      for: 'depression',
    },
    {
      drug: 'levothyroxine',
      from: '2024-03-05',
      text: '50 micrograms before breakfast',
      renewedMonths: 6,
      for: 'hypothyroidism',
    },
  ],
  visits: inOrder(
    {
      on: '2024-02-06',
      kind: 'checkUp',
      vitals: true,
      reasons: ['depression'],
      also: ['phq9'],
      orders: ['metabolic', 'thyrotropin'],
    },
    every(28, '2024-03-05', '2026-10-10', { kind: 'video', reasons: ['depression', 'anxiety'], also: ['phq9'] }),
    every(182, '2024-08-06', '2026-10-10', {
      kind: 'checkUp',
      vitals: true,
      reasons: ['hypothyroidism'],
      orders: ['thyrotropin', 'lipids'],
      note: ['progress', 'Sleeps well again. Back at work full time.'],
    }),
  ),
  courses: {
    phq9: [
      ['2024-02-06', 19],
      ['2024-05-01', 12],
      ['2024-12-01', 8],
      ['2025-03-01', 11],
      ['2026-10-01', 3],
    ],
    thyrotropin: [
      ['2024-02-06', 9.8],
      ['2024-08-01', 4.1],
      ['2026-10-01', 2.2],
    ],
    weight: [
      ['2024-02-06', 92],
      ['2026-10-01', 84],
    ],
    height: [['2024-02-06', 183]],
  },
};
