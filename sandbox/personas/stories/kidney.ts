import { every, inOrder, type Story } from '../story.ts';

/** Kidneys that fail over ten years, seen in creatinine and filtration, and then dialysis three times a week. */
export const KIDNEY: Story = {
  seed: 106,
  person: { given: 'Hugo', family: 'Eriksen', birthDate: '1958-09-21', gender: 'male' },
  smoking: 'never',
  bloodGroup: 'A',
  goal: 'Potassium below 5.5 mmol/L before each dialysis; less than 1 kg a day between them',
  problems: [
    { name: 'hypertension', from: '2005-10-10' },
    { name: 'kidneyStage3', from: '2016-04-12', to: '2022-03-15' },
    { name: 'kidneyStage4', from: '2022-03-15', to: '2026-02-02' },
    { name: 'kidneyFailure', from: '2026-02-02' },
    { name: 'anemia', from: '2021-06-08' },
    { name: 'gout', from: '2018-07-03' },
  ],
  allergies: 'none',
  prescriptions: [
    { drug: 'amlodipine', from: '2016-04-12', text: '1 tablet once a day', renewedMonths: 12, for: 'hypertension' },
    {
      drug: 'lisinopril',
      from: '2016-04-12',
      to: '2024-09-10',
      text: '1 tablet once a day',
      renewedMonths: 12,
      for: 'hypertension',
    },
    { drug: 'allopurinol', from: '2018-07-03', text: '1 tablet once a day', renewedMonths: 12, for: 'gout' },
    { drug: 'epoetin', from: '2021-06-08', text: '1 injection a week under the skin', renewedMonths: 6, for: 'anemia' },
  ],
  visits: inOrder(
    every(91, '2016-04-12', '2026-01-20', {
      kind: 'followUp',
      vitals: true,
      reasons: ['hypertension'],
      orders: ['renal', 'bloodCount', 'urineAlbumin'],
    }),
    every(182, '2020-04-14', '2026-01-20', {
      kind: 'checkUp',
      reasons: ['hypertension'],
      orders: ['parathyrin', 'ferritin'],
    }),
    {
      on: '2026-02-02',
      kind: 'inpatient',
      days: 5,
      vitals: true,
      reasons: ['kidneyFailure'],
      orders: ['renal', 'bloodCount'],
      procedures: ['dialysis'],
      note: ['discharge', 'Uraemia; first dialysis by catheter, tolerated well. Three times a week from now on.'],
    },
    // Monday, Wednesday and Friday.
    ...([['2026-02-09'], ['2026-02-11'], ['2026-02-13']] as const).map(([first]) =>
      every(7, first, '2026-10-16', {
        kind: 'treatment',
        reasons: ['kidneyFailure'],
        also: ['weight'],
        procedures: ['dialysis'],
      }),
    ),
    every(28, '2026-02-10', '2026-10-16', {
      kind: 'video',
      reasons: ['kidneyFailure'],
      orders: ['renal', 'bloodCount', 'parathyrin'],
    }),
  ),
  courses: {
    creatinine: [
      ['2016-04-01', 1.5],
      ['2022-03-01', 2.5],
      ['2024-09-01', 3.6],
      ['2026-02-01', 8.9],
      ['2026-03-01', 6.4],
      ['2026-10-16', 6.8],
    ],
    gfr: [
      ['2016-04-01', 51],
      ['2022-03-01', 27],
      ['2024-09-01', 18],
      ['2026-02-01', 6],
      ['2026-10-16', 8],
    ],
    ureaNitrogen: [
      ['2016-04-01', 26],
      ['2022-03-01', 42],
      ['2026-02-01', 112],
      ['2026-03-01', 58],
    ],
    potassium: [
      ['2016-04-01', 4.5],
      ['2026-02-02', 6.2],
      ['2026-02-06', 4.6],
      ['2026-10-16', 5.1],
    ],
    phosphate: [
      ['2016-04-01', 3.8],
      ['2026-02-02', 7.4],
      ['2026-10-16', 5.2],
    ],
    hemoglobin: [
      ['2016-04-01', 13.1],
      ['2021-06-01', 9.4],
      ['2022-06-01', 10.9],
      ['2026-10-16', 10.6],
    ],
    parathyrin: [
      ['2020-04-01', 88],
      ['2026-10-16', 340],
    ],
    urineAlbumin: [
      ['2016-04-01', 280],
      ['2026-01-01', 1900],
    ],
    weight: [
      ['2016-04-01', 86],
      ['2026-02-02', 83],
      ['2026-10-16', 79],
    ],
    height: [['2016-04-01', 181]],
    systolic: [
      ['2016-04-01', 148],
      ['2026-02-02', 172],
      ['2026-10-16', 142],
    ],
  },
};
