import { inOrder, type Story } from '../story.ts';

/** Someone who is well and has seen a doctor twice: the smallest record that has a little of everything. */
export const CHECKED_UP: Story = {
  seed: 112,
  person: { given: 'David', family: 'Alvarez', birthDate: '1985-04-23', gender: 'male' },
  smoking: 'never',
  problems: [{ name: 'backache', from: '2026-03-10', to: '2026-04-20' }],
  allergies: 'none',
  prescriptions: [
    {
      drug: 'ibuprofen',
      from: '2026-03-10',
      to: '2026-03-24',
      text: '1 tablet three times a day with food',
      for: 'backache',
    },
  ],
  visits: inOrder(
    {
      on: '2026-03-10',
      kind: 'problem',
      vitals: true,
      reasons: ['backache'],
      note: ['progress', 'No red flags. Move, keep warm.'],
    },
    { on: '2026-04-21', kind: 'checkUp', vitals: true, orders: ['lipids'] },
  ),
  courses: { weight: [['2026-03-01', 79]], height: [['2026-03-01', 182]] },
};

/** The same a month later: a visit more, and one vaccination. */
export const CHECKED_UP_LATER: Story = {
  ...CHECKED_UP,
  visits: [...CHECKED_UP.visits, { on: '2026-05-26', kind: 'followUp', vitals: true, vaccines: ['tdap'] }],
};

/** Someone else altogether, whose record came through the wrong sign-in. */
export const SOMEBODY_ELSE: Story = {
  ...CHECKED_UP,
  seed: 113,
  person: { given: 'Beatriz', family: 'Farah', birthDate: '1952-12-30', gender: 'female' },
  courses: { weight: [['2026-03-01', 66]], height: [['2026-03-01', 160]] },
};
