/** Codes that exist, with the words of their code systems: what makes generated records plausible to a clinician. */

export interface Code {
  readonly code: string;
  readonly display: string;
}

export interface Measurement extends Code {
  readonly unit: string;
  /** UCUM; equal to the unit where nothing is said. */
  readonly ucum?: string;
  readonly mean: number;
  readonly deviation: number;
  readonly digits: number;
  readonly low?: number;
  readonly high?: number;
}

export interface Panel extends Code {
  readonly category: 'laboratory' | 'vital-signs';
  readonly members: readonly [Measurement, ...Measurement[]];
}

/** LOINC. Reference ranges as common laboratories print them. */
export const PANELS: readonly [Panel, ...Panel[]] = [
  {
    code: '85353-1',
    display: 'Vital signs, weight, height, head circumference, oxygen saturation and BMI panel',
    category: 'vital-signs',
    members: [
      { code: '8867-4', display: 'Heart rate', unit: '/min', mean: 74, deviation: 8, digits: 0 },
      { code: '9279-1', display: 'Respiratory rate', unit: '/min', mean: 15, deviation: 2, digits: 0 },
      { code: '8310-5', display: 'Body temperature', unit: 'Cel', mean: 36.8, deviation: 0.3, digits: 1 },
      { code: '29463-7', display: 'Body weight', unit: 'kg', mean: 78, deviation: 2, digits: 1 },
      { code: '8302-2', display: 'Body height', unit: 'cm', mean: 171, deviation: 0.3, digits: 1 },
      {
        code: '39156-5',
        display: 'Body mass index (BMI) [Ratio]',
        unit: 'kg/m2',
        mean: 26.7,
        deviation: 0.7,
        digits: 1,
      },
      { code: '2708-6', display: 'Oxygen saturation in Arterial blood', unit: '%', mean: 97, deviation: 1, digits: 0 },
    ],
  },
  {
    code: '58410-2',
    display: 'CBC panel - Blood by Automated count',
    category: 'laboratory',
    members: [
      {
        code: '6690-2',
        display: 'Leukocytes [#/volume] in Blood by Automated count',
        unit: '10*3/uL',
        mean: 7,
        deviation: 1.4,
        digits: 1,
        low: 4.5,
        high: 11,
      },
      {
        code: '789-8',
        display: 'Erythrocytes [#/volume] in Blood by Automated count',
        unit: '10*6/uL',
        mean: 4.8,
        deviation: 0.3,
        digits: 2,
        low: 4.2,
        high: 5.9,
      },
      {
        code: '718-7',
        display: 'Hemoglobin [Mass/volume] in Blood',
        unit: 'g/dL',
        mean: 14,
        deviation: 1,
        digits: 1,
        low: 12,
        high: 17.5,
      },
      {
        code: '4544-3',
        display: 'Hematocrit [Volume Fraction] of Blood by Automated count',
        unit: '%',
        mean: 42,
        deviation: 3,
        digits: 1,
        low: 36,
        high: 50,
      },
      {
        code: '787-2',
        display: 'MCV [Entitic volume] by Automated count',
        unit: 'fL',
        mean: 89,
        deviation: 4,
        digits: 0,
        low: 80,
        high: 100,
      },
      {
        code: '777-3',
        display: 'Platelets [#/volume] in Blood by Automated count',
        unit: '10*3/uL',
        mean: 250,
        deviation: 45,
        digits: 0,
        low: 150,
        high: 400,
      },
    ],
  },
  {
    code: '24323-8',
    display: 'Comprehensive metabolic 2000 panel - Serum or Plasma',
    category: 'laboratory',
    members: [
      {
        code: '2345-7',
        display: 'Glucose [Mass/volume] in Serum or Plasma',
        unit: 'mg/dL',
        mean: 104,
        deviation: 14,
        digits: 0,
        low: 70,
        high: 99,
      },
      {
        code: '3094-0',
        display: 'Urea nitrogen [Mass/volume] in Serum or Plasma',
        unit: 'mg/dL',
        mean: 15,
        deviation: 3,
        digits: 0,
        low: 7,
        high: 20,
      },
      {
        code: '2160-0',
        display: 'Creatinine [Mass/volume] in Serum or Plasma',
        unit: 'mg/dL',
        mean: 0.95,
        deviation: 0.12,
        digits: 2,
        low: 0.6,
        high: 1.3,
      },
      {
        code: '2951-2',
        display: 'Sodium [Moles/volume] in Serum or Plasma',
        unit: 'mmol/L',
        mean: 140,
        deviation: 2,
        digits: 0,
        low: 136,
        high: 145,
      },
      {
        code: '2823-3',
        display: 'Potassium [Moles/volume] in Serum or Plasma',
        unit: 'mmol/L',
        mean: 4.2,
        deviation: 0.3,
        digits: 1,
        low: 3.5,
        high: 5.1,
      },
      {
        code: '2075-0',
        display: 'Chloride [Moles/volume] in Serum or Plasma',
        unit: 'mmol/L',
        mean: 102,
        deviation: 2,
        digits: 0,
        low: 98,
        high: 107,
      },
      {
        code: '17861-6',
        display: 'Calcium [Mass/volume] in Serum or Plasma',
        unit: 'mg/dL',
        mean: 9.4,
        deviation: 0.3,
        digits: 1,
        low: 8.6,
        high: 10.3,
      },
      {
        code: '1742-6',
        display: 'Alanine aminotransferase [Enzymatic activity/volume] in Serum or Plasma',
        unit: 'U/L',
        mean: 26,
        deviation: 8,
        digits: 0,
        low: 7,
        high: 56,
      },
    ],
  },
  {
    code: '24331-1',
    display: 'Lipid 1996 panel - Serum or Plasma',
    category: 'laboratory',
    members: [
      {
        code: '2093-3',
        display: 'Cholesterol [Mass/volume] in Serum or Plasma',
        unit: 'mg/dL',
        mean: 192,
        deviation: 18,
        digits: 0,
        high: 199,
      },
      {
        code: '2085-9',
        display: 'Cholesterol in HDL [Mass/volume] in Serum or Plasma',
        unit: 'mg/dL',
        mean: 51,
        deviation: 6,
        digits: 0,
        low: 40,
      },
      {
        code: '13457-7',
        display: 'Cholesterol in LDL [Mass/volume] in Serum or Plasma by calculation',
        unit: 'mg/dL',
        mean: 114,
        deviation: 15,
        digits: 0,
        high: 129,
      },
      {
        code: '2571-8',
        display: 'Triglyceride [Mass/volume] in Serum or Plasma',
        unit: 'mg/dL',
        mean: 132,
        deviation: 30,
        digits: 0,
        high: 149,
      },
      {
        code: '4548-4',
        display: 'Hemoglobin A1c/Hemoglobin.total in Blood',
        unit: '%',
        mean: 6.1,
        deviation: 0.3,
        digits: 1,
        low: 4,
        high: 5.6,
      },
    ],
  },
];

/** SNOMED CT with the ICD-10-CM code that bills it. */
export const CONDITIONS: readonly [Code & { icd10: string }, ...(Code & { icd10: string })[]] = [
  { code: '38341003', display: 'Hypertensive disorder', icd10: 'I10' },
  { code: '44054006', display: 'Diabetes mellitus type 2', icd10: 'E11.9' },
  { code: '55822004', display: 'Hyperlipidemia', icd10: 'E78.5' },
  { code: '195967001', display: 'Asthma', icd10: 'J45.909' },
  { code: '235595009', display: 'Gastroesophageal reflux disease', icd10: 'K21.9' },
  { code: '396275006', display: 'Osteoarthritis', icd10: 'M19.90' },
  { code: '35489007', display: 'Depressive disorder', icd10: 'F32.A' },
  { code: '40930008', display: 'Hypothyroidism', icd10: 'E03.9' },
  { code: '37796009', display: 'Migraine', icd10: 'G43.909' },
  { code: '54150009', display: 'Upper respiratory infection', icd10: 'J06.9' },
  { code: '10509002', display: 'Acute bronchitis', icd10: 'J20.9' },
  { code: '161891005', display: 'Backache', icd10: 'M54.9' },
];

/** RxNorm clinical drugs. */
export const MEDICATIONS: readonly [Code, ...Code[]] = [
  { code: '314076', display: 'lisinopril 10 MG Oral Tablet' },
  { code: '861007', display: 'metformin hydrochloride 500 MG Oral Tablet' },
  { code: '617318', display: 'atorvastatin 20 MG Oral Tablet' },
  { code: '197361', display: 'amlodipine 5 MG Oral Tablet' },
  { code: '310798', display: 'hydrochlorothiazide 25 MG Oral Tablet' },
  { code: '198051', display: 'omeprazole 20 MG Delayed Release Oral Capsule' },
  { code: '312938', display: 'sertraline 100 MG Oral Tablet' },
  { code: '308182', display: 'amoxicillin 250 MG Oral Capsule' },
  { code: '197806', display: 'ibuprofen 600 MG Oral Tablet' },
];

/** CVX. */
export const VACCINES: readonly [Code, ...Code[]] = [
  { code: '140', display: 'Influenza, split virus, trivalent, PF' },
  { code: '115', display: 'Tdap' },
  { code: '187', display: 'zoster recombinant' },
  { code: '133', display: 'Pneumococcal conjugate PCV 13' },
  { code: '208', display: 'COVID-19, mRNA, LNP-S, PF, 30 mcg/0.3 mL dose' },
  { code: '43', display: 'Hep B, adult' },
];

/** SNOMED CT procedures. */
export const PROCEDURES: readonly [Code, ...Code[]] = [
  { code: '73761001', display: 'Colonoscopy' },
  { code: '29303009', display: 'Electrocardiographic procedure' },
  { code: '71651007', display: 'Mammography' },
  { code: '399208008', display: 'Plain X-ray of chest' },
  { code: '40701008', display: 'Echocardiography' },
  { code: '91251008', display: 'Physical therapy procedure' },
];

/** RxNorm ingredients and SNOMED CT foods that people are allergic to, with SNOMED CT reactions. */
export const ALLERGENS: readonly [Code & { system: string }, ...(Code & { system: string })[]] = [
  { system: 'http://www.nlm.nih.gov/research/umls/rxnorm', code: '7980', display: 'penicillin G' },
  { system: 'http://www.nlm.nih.gov/research/umls/rxnorm', code: '10831', display: 'sulfamethoxazole / trimethoprim' },
  { system: 'http://www.nlm.nih.gov/research/umls/rxnorm', code: '1191', display: 'aspirin' },
  { system: 'http://snomed.info/sct', code: '256349002', display: 'Peanut' },
  { system: 'http://snomed.info/sct', code: '227037002', display: 'Fish' },
];

export const REACTIONS: readonly [Code, ...Code[]] = [
  { code: '247472004', display: 'Weal' },
  { code: '271807003', display: 'Eruption of skin' },
  { code: '39579001', display: 'Anaphylaxis' },
];

/** LOINC document types. */
export const DOCUMENTS: readonly [Code, ...Code[]] = [
  { code: '11506-3', display: 'Progress note' },
  { code: '34133-9', display: 'Summary of episode note' },
  { code: '18842-5', display: 'Discharge summary' },
  { code: '11488-4', display: 'Consult note' },
  { code: '18748-4', display: 'Diagnostic imaging study' },
];

export const FAMILY_NAMES = [
  'Alvarez',
  'Becker',
  'Chen',
  'Dubois',
  'Eriksen',
  'Farah',
  'GutiÃ©rrez',
  "O'Neill",
] as const;
export const GIVEN_NAMES = {
  female: ['Amara', 'Beatriz', 'Chloe', 'Dana', 'Elif', 'Grace'],
  male: ['Andre', 'Bruno', 'Carlos', 'David', 'Emeka', 'Hugo'],
} as const;
