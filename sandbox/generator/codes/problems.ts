import type { Code } from './systems.ts';

/** SNOMED CT with the ICD-10-CM code that bills it. */
export interface Problem extends Code {
  readonly icd10: string;
}

const problem = (code: string, display: string, icd10: string): Problem => ({ code, display, icd10 });

export const PROBLEMS = {
  hypertension: problem('38341003', 'Hypertensive disorder', 'I10'),
  diabetes: problem('44054006', 'Diabetes mellitus type 2', 'E11.9'),
  hyperlipidemia: problem('55822004', 'Hyperlipidemia', 'E78.5'),
  asthma: problem('195967001', 'Asthma', 'J45.909'),
  reflux: problem('235595009', 'Gastroesophageal reflux disease', 'K21.9'),
  osteoarthritis: problem('396275006', 'Osteoarthritis', 'M19.90'),
  depression: problem('35489007', 'Depressive disorder', 'F32.A'),
  hypothyroidism: problem('40930008', 'Hypothyroidism', 'E03.9'),
  migraine: problem('37796009', 'Migraine', 'G43.909'),
  respiratoryInfection: problem('54150009', 'Upper respiratory infection', 'J06.9'),
  bronchitis: problem('10509002', 'Acute bronchitis', 'J20.9'),
  backache: problem('161891005', 'Backache', 'M54.9'),

  obesity: problem('162864005', 'Body mass index 30+ - obesity', 'E66.9'),
  retinopathy: problem('4855003', 'Retinopathy due to diabetes mellitus', 'E11.319'),
  kidneyStage3: problem('433144002', 'Chronic kidney disease stage 3', 'N18.30'),
  kidneyStage4: problem('431857002', 'Chronic kidney disease stage 4', 'N18.4'),
  kidneyFailure: problem('46177005', 'End-stage renal disease', 'N18.6'),
  anemia: problem('271737000', 'Anemia', 'D64.9'),
  infarction: problem('22298006', 'Myocardial infarction', 'I21.9'),
  heartFailure: problem('84114007', 'Heart failure', 'I50.9'),
  hyperkalemia: problem('14140009', 'Hyperkalemia', 'E87.5'),
  fibrillation: problem('49436004', 'Atrial fibrillation', 'I48.91'),
  rhinitis: problem('232353008', 'Perennial allergic rhinitis with seasonal variation', 'J30.9'),
  breastCancer: problem('254837009', 'Malignant neoplasm of breast', 'C50.919'),
  neutropenia: problem('165517008', 'Neutropenia', 'D70.1'),
  pregnancy: problem('72892002', 'Normal pregnancy', 'Z34.90'),
  gestationalDiabetes: problem('11687002', 'Gestational diabetes mellitus', 'O24.419'),
  otitis: problem('65363002', 'Otitis media', 'H66.90'),
  eczema: problem('24079001', 'Atopic dermatitis', 'L20.9'),
  anxiety: problem('21897009', 'Generalized anxiety disorder', 'F41.1'),
  kneeArthritis: problem('239873007', 'Osteoarthritis of knee', 'M17.9'),
  lungNodule: problem('427359005', 'Solitary nodule of lung', 'R91.1'),
  gout: problem('90560007', 'Gout', 'M10.9'),
} as const satisfies Record<string, Problem>;

export type ProblemName = keyof typeof PROBLEMS;

/** In turn, in a record without a story. */
export const CONDITIONS: readonly [Problem, ...Problem[]] = [
  PROBLEMS.hypertension,
  PROBLEMS.diabetes,
  PROBLEMS.hyperlipidemia,
  PROBLEMS.asthma,
  PROBLEMS.reflux,
  PROBLEMS.osteoarthritis,
  PROBLEMS.depression,
  PROBLEMS.hypothyroidism,
  PROBLEMS.migraine,
  PROBLEMS.respiratoryInfection,
  PROBLEMS.bronchitis,
  PROBLEMS.backache,
];
