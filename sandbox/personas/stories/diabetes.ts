import { every, inOrder, type Story } from '../story.ts';

/** Type 2 diabetes over eleven years: poorly controlled, insulin, then steadily better; kidneys and eyes begin to suffer. */
export const DIABETES: Story = {
  seed: 101,
  person: { given: 'Beatriz', family: 'Alvarez', birthDate: '1962-03-14', gender: 'female' },
  smoking: 'former',
  bloodGroup: 'O',
  goal: 'Hemoglobin A1c below 7.0 %; walk half an hour on five days a week',
  problems: [
    { name: 'diabetes', from: '2015-06-02' },
    { name: 'hypertension', from: '2013-02-11' },
    { name: 'hyperlipidemia', from: '2016-06-07' },
    { name: 'obesity', from: '2015-06-02' },
    { name: 'retinopathy', from: '2021-05-04' },
    { name: 'bronchitis', from: '2019-01-22', to: '2019-02-12' },
  ],
  allergies: [
    { name: 'sulfa', noted: '2015-06-02', isSevere: false },
    { name: 'penicillin', noted: '2015-06-02', isSevere: true },
  ],
  prescriptions: [
    {
      drug: 'metformin',
      from: '2015-06-02',
      text: '2 tablets twice a day with meals',
      renewedMonths: 6,
      for: 'diabetes',
    },
    { drug: 'lisinopril', from: '2015-06-02', text: '1 tablet once a day', renewedMonths: 6, for: 'hypertension' },
    { drug: 'atorvastatin', from: '2016-06-07', text: '1 tablet at bedtime', renewedMonths: 12, for: 'hyperlipidemia' },
    {
      drug: 'insulin',
      from: '2020-09-08',
      text: '18 units before breakfast, 10 before supper',
      renewedMonths: 6,
      for: 'diabetes',
    },
  ],
  visits: inOrder(
    every(91, '2015-06-02', '2026-09-30', {
      kind: 'checkUp',
      vitals: true,
      reasons: ['diabetes', 'hypertension'],
      orders: ['a1c', 'metabolic'],
    }),
    every(364, '2015-07-07', '2026-09-30', {
      kind: 'followUp',
      reasons: ['diabetes'],
      orders: ['lipids', 'urineAlbumin'],
      vaccines: ['influenza'],
      note: ['progress', 'Feet without lesions, pulses present. Monofilament felt at all points. Diet reviewed.'],
    }),
    { on: '2019-01-22', kind: 'problem', reasons: ['bronchitis'], vitals: true, procedures: ['chestXRay'] },
    { on: '2021-05-04', kind: 'problem', reasons: ['retinopathy'], note: ['consult', 'Mild background retinopathy.'] },
  ),
  courses: {
    a1c: [
      ['2015-06-01', 9.4],
      ['2016-06-01', 7.8],
      ['2018-06-01', 8.3],
      ['2020-09-01', 9.8],
      ['2021-09-01', 7.9],
      ['2026-09-01', 6.9],
    ],
    glucose: [
      ['2015-06-01', 212],
      ['2016-06-01', 158],
      ['2020-09-01', 236],
      ['2021-09-01', 161],
      ['2026-09-01', 128],
    ],
    weight: [
      ['2015-06-01', 96],
      ['2020-09-01', 101],
      ['2026-09-01', 88],
    ],
    height: [['2015-06-01', 161]],
    systolic: [
      ['2015-06-01', 152],
      ['2017-06-01', 134],
      ['2026-09-01', 128],
    ],
    diastolic: [
      ['2015-06-01', 92],
      ['2026-09-01', 78],
    ],
    ldl: [
      ['2016-06-01', 162],
      ['2017-06-01', 98],
      ['2026-09-01', 78],
    ],
    creatinine: [
      ['2015-06-01', 0.78],
      ['2026-09-01', 1.12],
    ],
    urineAlbumin: [
      ['2015-06-01', 14],
      ['2021-01-01', 48],
      ['2026-09-01', 64],
    ],
  },
};
