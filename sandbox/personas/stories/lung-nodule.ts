import { every, inOrder, type Story } from '../story.ts';

/** A nodule in the lung, watched by one scan a year. The images of the last one come with the record. */
export const LUNG_NODULE: Story = {
  seed: 110,
  person: { given: 'Bruno', family: 'Dubois', birthDate: '1960-08-27', gender: 'male' },
  smoking: 'former',
  problems: [{ name: 'lungNodule', from: '2023-09-05' }],
  allergies: 'none',
  prescriptions: [],
  visits: inOrder(
    every(364, '2023-09-05', '2026-10-01', {
      kind: 'treatment',
      vitals: true,
      reasons: ['lungNodule'],
      procedures: ['tomography'],
      orders: ['metabolic'],
      note: ['imaging', 'Solid nodule of 6 mm in the right upper lobe, as in the year before.'],
    }),
  ),
  courses: { weight: [['2023-09-01', 80]], height: [['2023-09-01', 176]] },
};
