import { every, inOrder, type Story } from '../story.ts';

/** Breast cancer: found by screening, eight rounds of chemotherapy with blood counts that fall and come back, follow-up. */
export const CANCER: Story = {
  seed: 104,
  person: { given: 'Grace', family: 'Dubois', birthDate: '1971-01-25', gender: 'female' },
  smoking: 'never',
  bloodGroup: 'A',
  goal: 'Five years of tamoxifen; a mammogram each year',
  problems: [
    { name: 'breastCancer', from: '2024-01-16' },
    { name: 'neutropenia', from: '2024-04-12', to: '2024-04-26' },
    { name: 'migraine', from: '2003-08-01' },
  ],
  allergies: 'none',
  prescriptions: [
    {
      drug: 'doxorubicin',
      from: '2024-03-12',
      to: '2024-04-24',
      text: '60 mg/m2 every three weeks',
      renewedMonths: 1,
      for: 'breastCancer',
    },
    {
      drug: 'cyclophosphamide',
      from: '2024-03-12',
      to: '2024-04-24',
      text: '600 mg/m2 every three weeks',
      renewedMonths: 1,
      for: 'breastCancer',
    },
    {
      drug: 'paclitaxel',
      from: '2024-05-14',
      to: '2024-07-16',
      text: '175 mg/m2 every three weeks',
      renewedMonths: 1,
      for: 'breastCancer',
    },
    { drug: 'tamoxifen', from: '2024-11-05', text: '20 mg once a day', renewedMonths: 3, for: 'breastCancer' },
  ],
  visits: inOrder(
    every(364, '2019-01-15', '2023-01-31', {
      kind: 'checkUp',
      vitals: true,
      procedures: ['mammography'],
      orders: ['bloodCount'],
    }),
    {
      on: '2024-01-16',
      kind: 'checkUp',
      vitals: true,
      reasons: ['breastCancer'],
      procedures: ['mammography', 'breastBiopsy'],
      orders: ['bloodCount', 'metabolic', 'cancerAntigen'],
      note: ['imaging', 'Irregular mass of 22 mm in the upper outer quadrant on the left. Biopsy taken the same day.'],
    },
    {
      on: '2024-02-13',
      kind: 'inpatient',
      days: 2,
      vitals: true,
      reasons: ['breastCancer'],
      procedures: ['lumpectomy'],
      orders: ['bloodCount'],
      note: ['discharge', 'Lumpectomy with clear margins. Two of three sentinel nodes involved.'],
    },
    every(21, '2024-03-12', '2024-08-20', {
      kind: 'treatment',
      vitals: true,
      reasons: ['breastCancer'],
      procedures: ['chemotherapy'],
      orders: ['bloodCountWithDifferential', 'metabolic'],
    }),
    every(21, '2024-03-22', '2024-08-20', {
      kind: 'followUp',
      reasons: ['breastCancer'],
      orders: ['bloodCountWithDifferential'],
    }),
    every(7, '2024-09-10', '2024-10-15', {
      kind: 'treatment',
      reasons: ['breastCancer'],
      procedures: ['radiotherapy'],
    }),
    every(91, '2024-11-05', '2026-10-01', {
      kind: 'followUp',
      vitals: true,
      reasons: ['breastCancer'],
      orders: ['cancerAntigen', 'bloodCount', 'metabolic'],
      note: ['consult', 'No sign of recurrence. Hot flushes; otherwise well.'],
    }),
    every(364, '2025-01-14', '2026-10-01', { kind: 'checkUp', procedures: ['mammography'], vaccines: ['influenza'] }),
  ),
  courses: {
    neutrophils: fallAndRise(),
    leukocytes: fallAndRise().map(([day, value]) => [day, value + 1.6] as const),
    hemoglobin: [
      ['2024-01-01', 13.4],
      ['2024-03-12', 12.8],
      ['2024-08-10', 9.6],
      ['2025-03-01', 12.4],
      ['2026-10-01', 13.2],
    ],
    platelets: [
      ['2024-03-01', 262],
      ['2024-08-10', 148],
      ['2025-01-01', 231],
    ],
    cancerAntigen: [
      ['2024-01-10', 62],
      ['2024-03-12', 48],
      ['2024-11-01', 21],
      ['2026-10-01', 18],
    ],
    weight: [
      ['2019-01-01', 68],
      ['2024-08-01', 63],
      ['2026-10-01', 67],
    ],
    height: [['2019-01-01', 165]],
  },
};

/** Neutrophils: whole before each round, almost none ten days later. */
function fallAndRise(): (readonly [string, number])[] {
  const rounds = every(21, '2024-03-12', '2024-08-20', { kind: 'treatment' });
  const nadirs = every(21, '2024-03-22', '2024-08-20', { kind: 'followUp' });
  const days = inOrder(rounds, nadirs).map(({ on }) => on);
  return [
    ['2024-03-01', 4.2],
    ...days.map((day, index) => [day, index % 2 === 0 ? 3.1 : 0.7] as const),
    ['2024-11-01', 3.6],
  ];
}
