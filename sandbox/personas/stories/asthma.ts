import { every, inOrder, type Story } from '../story.ts';

/** A young woman with asthma: lung function over the years, one bad night in the emergency room, a peanut allergy. */
export const ASTHMA: Story = {
  seed: 103,
  person: { given: 'Chloe', family: 'Farah', birthDate: '1998-07-09', gender: 'female' },
  smoking: 'never',
  goal: 'No attack that needs the emergency room; inhaler with spacer, every day',
  problems: [
    { name: 'asthma', from: '2012-05-15' },
    { name: 'rhinitis', from: '2014-04-02' },
    { name: 'respiratoryInfection', from: '2022-11-18', to: '2022-12-02' },
  ],
  allergies: [
    { name: 'peanut', noted: '2018-03-06', isSevere: true },
    { name: 'aspirin', noted: '2022-11-18' },
  ],
  prescriptions: [
    { drug: 'albuterol', from: '2018-03-06', text: '2 puffs every 4 hours as needed', renewedMonths: 6, for: 'asthma' },
    { drug: 'fluticasone', from: '2018-03-06', text: '2 puffs twice a day', renewedMonths: 3, for: 'asthma' },
    {
      drug: 'loratadine',
      from: '2019-04-02',
      text: '1 tablet once a day in spring',
      renewedMonths: 12,
      for: 'rhinitis',
    },
    {
      drug: 'epinephrine',
      from: '2018-03-06',
      text: 'Into the thigh at the first sign of anaphylaxis',
      renewedMonths: 18,
    },
  ],
  visits: inOrder(
    every(120, '2018-03-06', '2026-10-01', { kind: 'followUp', vitals: true, reasons: ['asthma'], also: ['fev1'] }),
    every(364, '2018-04-03', '2026-10-01', {
      kind: 'checkUp',
      vitals: true,
      reasons: ['asthma', 'rhinitis'],
      procedures: ['spirometry'],
      vaccines: ['influenza'],
      orders: ['bloodCountWithDifferential'],
      note: ['progress', 'Asthma control test discussed. Inhaler technique shown again.'],
    }),
    {
      on: '2022-11-18',
      kind: 'emergency',
      vitals: true,
      reasons: ['asthma', 'respiratoryInfection'],
      also: ['fev1'],
      procedures: ['chestXRay'],
      orders: ['bloodCount'],
      note: ['emergency', 'Wheezing after a cold and two aspirins. Three nebulised treatments; home in the morning.'],
    },
  ),
  courses: {
    fev1: [
      ['2018-03-01', 2.5],
      ['2022-11-01', 2.9],
      ['2022-11-18', 1.3],
      ['2022-12-15', 2.7],
      ['2026-10-01', 3.2],
    ],
    saturation: [
      ['2022-11-17', 98],
      ['2022-11-18', 89],
      ['2022-11-20', 97],
      ['2026-10-01', 98],
    ],
    respiratoryRate: [
      ['2022-11-17', 15],
      ['2022-11-18', 32],
      ['2022-11-20', 15],
    ],
    heartRate: [
      ['2022-11-17', 72],
      ['2022-11-18', 124],
      ['2022-11-20', 74],
    ],
    weight: [
      ['2018-03-01', 58],
      ['2026-10-01', 63],
    ],
    height: [['2018-03-01', 166]],
  },
};
