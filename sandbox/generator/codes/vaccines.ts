import type { Code } from './systems.ts';

const vaccine = (code: string, display: string): Code => ({ code, display });

/** CVX. */
export const VACCINES_BY_NAME = {
  influenza: vaccine('140', 'Influenza, split virus, trivalent, PF'),
  tdap: vaccine('115', 'Tdap'),
  zoster: vaccine('187', 'zoster recombinant'),
  pneumococcal: vaccine('133', 'Pneumococcal conjugate PCV 13'),
  covid: vaccine('208', 'COVID-19, mRNA, LNP-S, PF, 30 mcg/0.3 mL dose'),
  hepatitisBAdult: vaccine('43', 'Hep B, adult'),

  hepatitisB: vaccine('08', 'Hep B, adolescent or pediatric'),
  rotavirus: vaccine('119', 'rotavirus, monovalent'),
  dtap: vaccine('20', 'DTaP'),
  hib: vaccine('49', 'Hib (PRP-OMP)'),
  polio: vaccine('10', 'IPV'),
  mmr: vaccine('03', 'MMR'),
  varicella: vaccine('21', 'varicella'),
  hepatitisA: vaccine('83', 'Hep A, ped/adol, 2 dose'),
} as const satisfies Record<string, Code>;

export type VaccineName = keyof typeof VACCINES_BY_NAME;

/** In turn, in a record without a story. */
export const VACCINES: readonly [Code, ...Code[]] = [
  VACCINES_BY_NAME.influenza,
  VACCINES_BY_NAME.tdap,
  VACCINES_BY_NAME.zoster,
  VACCINES_BY_NAME.pneumococcal,
  VACCINES_BY_NAME.covid,
  VACCINES_BY_NAME.hepatitisBAdult,
];
