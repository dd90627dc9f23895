import type { Code } from './systems.ts';

const care = (code: string, display: string): Code => ({ code, display });

/** SNOMED CT procedures. */
export const PROCEDURES_BY_NAME = {
  colonoscopy: care('73761001', 'Colonoscopy'),
  electrocardiogram: care('29303009', 'Electrocardiographic procedure'),
  mammography: care('71651007', 'Mammography'),
  chestXRay: care('399208008', 'Plain X-ray of chest'),
  echocardiography: care('40701008', 'Echocardiography'),
  physicalTherapy: care('91251008', 'Physical therapy procedure'),

  coronaryIntervention: care('415070008', 'Percutaneous coronary intervention'),
  dialysis: care('265764009', 'Renal dialysis'),
  chemotherapy: care('367336001', 'Chemotherapy'),
  radiotherapy: care('108290001', 'Radiation oncology AND/OR radiotherapy'),
  breastBiopsy: care('122548005', 'Biopsy of breast'),
  lumpectomy: care('392021009', 'Lumpectomy of breast'),
  fetalScan: care('169230002', 'Ultrasound scan for fetal viability'),
  fetalAnatomy: care('271442007', 'Fetal anatomy study'),
  childbirth: care('66348005', 'Childbirth'),
  spirometry: care('127783003', 'Spirometry'),
  tomography: care('418891003', 'Computed tomography of chest and abdomen'),
} as const satisfies Record<string, Code>;

export type ProcedureName = keyof typeof PROCEDURES_BY_NAME;

/** Drawn from, in a record without a story. */
export const PROCEDURES: readonly [Code, ...Code[]] = [
  PROCEDURES_BY_NAME.colonoscopy,
  PROCEDURES_BY_NAME.electrocardiogram,
  PROCEDURES_BY_NAME.mammography,
  PROCEDURES_BY_NAME.chestXRay,
  PROCEDURES_BY_NAME.echocardiography,
  PROCEDURES_BY_NAME.physicalTherapy,
];

/** SNOMED CT: why people meet; with the v3 class of the encounter and how long it takes, in minutes. */
export const VISITS = {
  checkUp: { ...care('185349003', 'Encounter for check up'), class: 'AMB', minutes: 45 },
  problem: { ...care('185347001', 'Encounter for problem'), class: 'AMB', minutes: 45 },
  followUp: { ...care('390906007', 'Follow-up encounter'), class: 'AMB', minutes: 30 },
  wellChild: { ...care('410620009', 'Well child visit'), class: 'AMB', minutes: 40 },
  prenatal: { ...care('424619006', 'Prenatal visit'), class: 'AMB', minutes: 40 },
  postnatal: { ...care('169762003', 'Postnatal visit'), class: 'AMB', minutes: 40 },
  video: { ...care('448337001', 'Telemedicine consultation with patient'), class: 'VR', minutes: 25 },
  treatment: { ...care('371883000', 'Outpatient procedure'), class: 'AMB', minutes: 240 },
  emergency: { ...care('50849002', 'Emergency room admission'), class: 'EMER', minutes: 360 },
  inpatient: { ...care('183452005', 'Emergency hospital admission'), class: 'IMP', minutes: 24 * 60 },
} as const satisfies Record<string, Code & { class: string; minutes: number }>;

export type VisitName = keyof typeof VISITS;

/** LOINC document types. */
export const NOTES = {
  progress: care('11506-3', 'Progress note'),
  summary: care('34133-9', 'Summary of episode note'),
  discharge: care('18842-5', 'Discharge summary'),
  consult: care('11488-4', 'Consult note'),
  imaging: care('18748-4', 'Diagnostic imaging study'),
  emergency: care('34111-5', 'Emergency department note'),
} as const satisfies Record<string, Code>;

export type NoteName = keyof typeof NOTES;

/** In turn, in a record without a story. */
export const DOCUMENTS: readonly [Code, ...Code[]] = [
  NOTES.progress,
  NOTES.summary,
  NOTES.discharge,
  NOTES.consult,
  NOTES.imaging,
];

/** Others that stand in records; SNOMED CT but for the first two, which are LOINC. */
export const SMOKING_STATUS = care('72166-2', 'Tobacco smoking status');
export const BLOOD_GROUP = care('883-9', 'ABO group [Type] in Blood');
export const NEVER_SMOKED = care('266919005', 'Never smoked tobacco');
export const EX_SMOKER = care('8517006', 'Ex-smoker');
export const GROUP_A = care('112144000', 'Blood group A');
export const GROUP_O = care('58460004', 'Blood group O');
export const CARE_PLAN = care('734163000', 'Care plan');
export const VENOUS_BLOOD = care('122555007', 'Venous blood specimen');
export const PACEMAKER = care('14106009', 'Cardiac pacemaker');
