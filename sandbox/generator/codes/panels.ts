import { MEASUREMENTS, type Measurement, type MeasurementName } from './measurements.ts';
import type { Code } from './systems.ts';

/** LOINC: what is ordered and measured together. */
export interface Panel extends Code {
  readonly category: 'laboratory' | 'vital-signs';
  readonly members: readonly [Measurement, ...Measurement[]];
}

type Named = readonly [MeasurementName, ...MeasurementName[]];

function panel(category: Panel['category'], code: string, display: string, [first, ...rest]: Named): Panel {
  return { code, display, category, members: [MEASUREMENTS[first], ...rest.map((name) => MEASUREMENTS[name])] };
}

const VITALS = panel(
  'vital-signs',
  '85353-1',
  'Vital signs, weight, height, head circumference, oxygen saturation and BMI panel',
  ['heartRate', 'respiratoryRate', 'temperature', 'weight', 'height', 'bmi', 'saturation'],
);
const BLOOD_COUNT = panel('laboratory', '58410-2', 'CBC panel - Blood by Automated count', [
  'leukocytes',
  'erythrocytes',
  'hemoglobin',
  'hematocrit',
  'mcv',
  'platelets',
]);
const METABOLIC = panel('laboratory', '24323-8', 'Comprehensive metabolic 2000 panel - Serum or Plasma', [
  'glucose',
  'ureaNitrogen',
  'creatinine',
  'sodium',
  'potassium',
  'chloride',
  'calcium',
  'alt',
]);
const LIPIDS = panel('laboratory', '24331-1', 'Lipid 1996 panel - Serum or Plasma', [
  'cholesterol',
  'hdl',
  'ldl',
  'triglyceride',
  'a1c',
]);

/** In turn, one a report, in a record without a story (generate-export.ts). */
export const PANELS: readonly [Panel, ...Panel[]] = [VITALS, BLOOD_COUNT, METABOLIC, LIPIDS];

/** What stories order; a test by itself is reported under its own code. */
export const ORDERS = {
  bloodCount: { report: BLOOD_COUNT, members: ['leukocytes', 'hemoglobin', 'hematocrit', 'mcv', 'platelets'] },
  bloodCountWithDifferential: {
    report: BLOOD_COUNT,
    members: ['leukocytes', 'neutrophils', 'hemoglobin', 'hematocrit', 'platelets'],
  },
  metabolic: {
    report: METABOLIC,
    members: ['glucose', 'ureaNitrogen', 'creatinine', 'sodium', 'potassium', 'chloride', 'calcium', 'alt'],
  },
  renal: {
    report: { code: '24362-6', display: 'Renal function 2000 panel - Serum or Plasma' },
    members: ['ureaNitrogen', 'creatinine', 'sodium', 'potassium', 'phosphate', 'calcium', 'albumin', 'gfr'],
  },
  lipids: { report: LIPIDS, members: ['cholesterol', 'hdl', 'ldl', 'triglyceride'] },
  a1c: { members: ['a1c'] },
  urineAlbumin: { members: ['urineAlbumin'] },
  parathyrin: { members: ['parathyrin'] },
  ferritin: { members: ['ferritin'] },
  thyrotropin: { members: ['thyrotropin'] },
  inr: { members: ['inr'] },
  troponin: { members: ['troponin'] },
  ntProBnp: { members: ['ntProBnp'] },
  cancerAntigen: { members: ['cancerAntigen'] },
  glucoseAfterLoad: { members: ['glucoseAfterLoad'] },
} as const satisfies Record<string, { report?: Code; members: Named }>;

export type OrderName = keyof typeof ORDERS;

/** Panels without a laboratory: what is read off at the visit. */
export const BLOOD_PRESSURE: Code = { code: '85354-9', display: 'Blood pressure panel with all children optional' };
