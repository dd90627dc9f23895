import type { Code } from './systems.ts';

/** What can be measured: LOINC, with the values of an adult who is well. */
export interface Measurement extends Code {
  readonly unit: string;
  /** UCUM; equal to the unit where nothing is said. */
  readonly ucum?: string;
  readonly mean: number;
  readonly deviation: number;
  readonly digits: number;
  /** Reference range as common laboratories print it. */
  readonly low?: number;
  readonly high?: number;
  /** Beyond these a laboratory calls the ward: below the first, above the second. */
  readonly critical?: readonly [below: number, above: number];
  /** What a living person can have, from the least to the most. */
  readonly possible: readonly [least: number, most: number];
}

type Usual = readonly [mean: number, deviation: number, digits: number];
type Limits = Pick<Measurement, 'ucum' | 'low' | 'high' | 'critical' | 'possible'>;

function measure(code: string, display: string, unit: string, usual: Usual, limits: Limits): Measurement {
  const [mean, deviation, digits] = usual;
  return { code, display, unit, mean, deviation, digits, ...limits };
}

export const MEASUREMENTS = {
  heartRate: measure('8867-4', 'Heart rate', '/min', [74, 8, 0], { possible: [20, 250] }),
  respiratoryRate: measure('9279-1', 'Respiratory rate', '/min', [15, 2, 0], { possible: [5, 80] }),
  temperature: measure('8310-5', 'Body temperature', 'Cel', [36.8, 0.3, 1], { possible: [30, 42.5] }),
  weight: measure('29463-7', 'Body weight', 'kg', [78, 2, 1], { possible: [1.5, 300] }),
  height: measure('8302-2', 'Body height', 'cm', [171, 0.3, 1], { possible: [35, 230] }),
  bmi: measure('39156-5', 'Body mass index (BMI) [Ratio]', 'kg/m2', [26.7, 0.7, 1], { possible: [8, 80] }),
  saturation: measure('2708-6', 'Oxygen saturation in Arterial blood', '%', [97, 1, 0], { possible: [50, 100] }),
  systolic: measure('8480-6', 'Systolic blood pressure', 'mmHg', [122, 9, 0], {
    ucum: 'mm[Hg]',
    possible: [50, 260],
  }),
  diastolic: measure('8462-4', 'Diastolic blood pressure', 'mmHg', [76, 6, 0], {
    ucum: 'mm[Hg]',
    possible: [25, 160],
  }),
  headCircumference: measure('9843-4', 'Head Occipital-frontal circumference', 'cm', [45, 0.4, 1], {
    possible: [25, 65],
  }),

  leukocytes: measure('6690-2', 'Leukocytes [#/volume] in Blood by Automated count', '10*3/uL', [7, 1.4, 1], {
    low: 4.5,
    high: 11,
    critical: [2, 30],
    possible: [0.1, 200],
  }),
  neutrophils: measure('751-8', 'Neutrophils [#/volume] in Blood by Automated count', '10*3/uL', [4.1, 0.9, 2], {
    low: 1.8,
    high: 7.7,
    critical: [0.5, 30],
    possible: [0, 150],
  }),
  erythrocytes: measure('789-8', 'Erythrocytes [#/volume] in Blood by Automated count', '10*6/uL', [4.8, 0.3, 2], {
    low: 4.2,
    high: 5.9,
    possible: [1, 9],
  }),
  hemoglobin: measure('718-7', 'Hemoglobin [Mass/volume] in Blood', 'g/dL', [14, 1, 1], {
    low: 12,
    high: 17.5,
    critical: [7, 20],
    possible: [3, 25],
  }),
  hematocrit: measure('4544-3', 'Hematocrit [Volume Fraction] of Blood by Automated count', '%', [42, 3, 1], {
    low: 36,
    high: 50,
    possible: [10, 75],
  }),
  mcv: measure('787-2', 'MCV [Entitic volume] by Automated count', 'fL', [89, 4, 0], {
    low: 80,
    high: 100,
    possible: [50, 150],
  }),
  platelets: measure('777-3', 'Platelets [#/volume] in Blood by Automated count', '10*3/uL', [250, 45, 0], {
    low: 150,
    high: 400,
    critical: [20, 1000],
    possible: [1, 2000],
  }),

  glucose: measure('2345-7', 'Glucose [Mass/volume] in Serum or Plasma', 'mg/dL', [104, 14, 0], {
    low: 70,
    high: 99,
    critical: [45, 450],
    possible: [20, 900],
  }),
  ureaNitrogen: measure('3094-0', 'Urea nitrogen [Mass/volume] in Serum or Plasma', 'mg/dL', [15, 3, 0], {
    low: 7,
    high: 20,
    critical: [0, 120],
    possible: [1, 250],
  }),
  creatinine: measure('2160-0', 'Creatinine [Mass/volume] in Serum or Plasma', 'mg/dL', [0.95, 0.12, 2], {
    low: 0.6,
    high: 1.3,
    critical: [0, 10],
    possible: [0.1, 20],
  }),
  sodium: measure('2951-2', 'Sodium [Moles/volume] in Serum or Plasma', 'mmol/L', [140, 2, 0], {
    low: 136,
    high: 145,
    critical: [120, 160],
    possible: [100, 190],
  }),
  potassium: measure('2823-3', 'Potassium [Moles/volume] in Serum or Plasma', 'mmol/L', [4.2, 0.3, 1], {
    low: 3.5,
    high: 5.1,
    critical: [2.5, 6.5],
    possible: [1.5, 9],
  }),
  chloride: measure('2075-0', 'Chloride [Moles/volume] in Serum or Plasma', 'mmol/L', [102, 2, 0], {
    low: 98,
    high: 107,
    possible: [65, 150],
  }),
  calcium: measure('17861-6', 'Calcium [Mass/volume] in Serum or Plasma', 'mg/dL', [9.4, 0.3, 1], {
    low: 8.6,
    high: 10.3,
    critical: [6, 13],
    possible: [4, 20],
  }),
  alt: measure('1742-6', 'Alanine aminotransferase [Enzymatic activity/volume] in Serum or Plasma', 'U/L', [26, 8, 0], {
    low: 7,
    high: 56,
    possible: [1, 10_000],
  }),
  albumin: measure('1751-7', 'Albumin [Mass/volume] in Serum or Plasma', 'g/dL', [4.2, 0.2, 1], {
    low: 3.5,
    high: 5,
    possible: [1, 7],
  }),
  phosphate: measure('2777-1', 'Phosphate [Mass/volume] in Serum or Plasma', 'mg/dL', [3.5, 0.3, 1], {
    low: 2.5,
    high: 4.5,
    critical: [1, 9],
    possible: [0.5, 15],
  }),
  gfr: measure(
    '33914-3',
    'Glomerular filtration rate/1.73 sq M.predicted [Volume Rate/Area] in Serum or Plasma by Creatinine-based formula (MDRD)',
    'mL/min/1.73m2',
    [88, 6, 0],
    { ucum: 'mL/min/{1.73_m2}', low: 60, possible: [2, 200] },
  ),
  urineAlbumin: measure('9318-7', 'Albumin/Creatinine [Mass Ratio] in Urine', 'mg/g', [12, 4, 0], {
    high: 30,
    possible: [0, 20_000],
  }),
  parathyrin: measure('2731-8', 'Parathyrin.intact [Mass/volume] in Serum or Plasma', 'pg/mL', [40, 8, 0], {
    low: 15,
    high: 65,
    possible: [1, 3000],
  }),
  ferritin: measure('2276-4', 'Ferritin [Mass/volume] in Serum or Plasma', 'ng/mL', [90, 25, 0], {
    low: 15,
    high: 300,
    possible: [1, 100_000],
  }),

  cholesterol: measure('2093-3', 'Cholesterol [Mass/volume] in Serum or Plasma', 'mg/dL', [192, 18, 0], {
    high: 199,
    possible: [50, 800],
  }),
  hdl: measure('2085-9', 'Cholesterol in HDL [Mass/volume] in Serum or Plasma', 'mg/dL', [51, 6, 0], {
    low: 40,
    possible: [5, 150],
  }),
  ldl: measure('13457-7', 'Cholesterol in LDL [Mass/volume] in Serum or Plasma by calculation', 'mg/dL', [114, 15, 0], {
    high: 129,
    possible: [5, 600],
  }),
  triglyceride: measure('2571-8', 'Triglyceride [Mass/volume] in Serum or Plasma', 'mg/dL', [132, 30, 0], {
    high: 149,
    possible: [10, 5000],
  }),
  a1c: measure('4548-4', 'Hemoglobin A1c/Hemoglobin.total in Blood', '%', [6.1, 0.3, 1], {
    low: 4,
    high: 5.6,
    possible: [3, 20],
  }),

  thyrotropin: measure('3016-3', 'Thyrotropin [Units/volume] in Serum or Plasma', 'mIU/L', [2, 0.6, 2], {
    ucum: 'm[IU]/L',
    low: 0.4,
    high: 4.5,
    possible: [0.005, 150],
  }),
  inr: measure('6301-6', 'INR in Platelet poor plasma by Coagulation assay', '{INR}', [1, 0.1, 1], {
    low: 0.8,
    high: 1.2,
    critical: [0, 5],
    possible: [0.5, 15],
  }),
  troponin: measure('10839-9', 'Troponin I.cardiac [Mass/volume] in Serum or Plasma', 'ng/mL', [0.01, 0.005, 2], {
    high: 0.04,
    critical: [0, 0.4],
    possible: [0, 200],
  }),
  ntProBnp: measure(
    '33762-6',
    'Natriuretic peptide.B prohormone N-Terminal [Mass/volume] in Serum or Plasma',
    'pg/mL',
    [90, 25, 0],
    { high: 300, possible: [5, 70_000] },
  ),
  ejectionFraction: measure('10230-1', 'Left ventricular Ejection fraction', '%', [60, 3, 0], {
    low: 50,
    possible: [5, 85],
  }),
  cancerAntigen: measure('6875-9', 'Cancer Ag 15-3 [Units/volume] in Serum or Plasma', 'U/mL', [18, 4, 0], {
    high: 30,
    possible: [1, 10_000],
  }),
  phq9: measure('44261-6', 'Patient Health Questionnaire 9 item (PHQ-9) total score [Reported]', '{score}', [3, 1, 0], {
    possible: [0, 27],
  }),
  fev1: measure('20150-9', 'FEV1', 'L', [3.1, 0.15, 2], { possible: [0.3, 7] }),
  fundalHeight: measure('11881-0', 'Uterus Fundal height Tape measure', 'cm', [24, 0.8, 0], { possible: [8, 50] }),
  fetalHeartRate: measure('55283-6', 'Fetal Heart rate', '/min', [142, 6, 0], { possible: [60, 220] }),
  glucoseAfterLoad: measure(
    '1504-0',
    'Glucose [Mass/volume] in Serum or Plasma --1 hour post 50 g glucose PO',
    'mg/dL',
    [112, 12, 0],
    { high: 139, possible: [30, 500] },
  ),
} as const satisfies Record<string, Measurement>;

export type MeasurementName = keyof typeof MEASUREMENTS;
