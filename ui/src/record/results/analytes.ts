import type { Coding } from '@medplum/fhirtypes';

/** A substance that laboratories report by mass or by amount, under a LOINC code of its own for each. */
export interface Analyte {
  readonly substance: string;
  /** What connects the two: g/mol. */
  readonly molarMass: number;
  /** LOINC, property MCnc. */
  readonly mass: string;
  /** LOINC, property SCnc: the same component, specimen and method. */
  readonly moles: string;
}

const LOINC = 'http://loinc.org';

/**
 * Pairs of LOINC codes (loinc.org) that differ in nothing but mass and moles; molar masses by the standard atomic weights
 * (IUPAC). Phosphate is told by its phosphorus, triglycerides as triolein. Left out is what laboratories do not count
 * alike: urea nitrogen (as N2 or as urea), haemoglobin (monomer or tetramer), and HbA1c, whose units are two definitions.
 */
export const ANALYTES: readonly Analyte[] = [
  { substance: 'glucose', molarMass: 180.16, mass: '2345-7', moles: '14749-6' }, // in serum or plasma
  { substance: 'glucose', molarMass: 180.16, mass: '2339-0', moles: '15074-8' }, // in blood
  { substance: 'glucose', molarMass: 180.16, mass: '1558-6', moles: '14771-0' }, // fasting
  { substance: 'cholesterol', molarMass: 386.65, mass: '2093-3', moles: '14647-2' }, // total
  { substance: 'cholesterol', molarMass: 386.65, mass: '2085-9', moles: '14646-4' }, // HDL
  { substance: 'cholesterol', molarMass: 386.65, mass: '2089-1', moles: '22748-8' }, // LDL
  { substance: 'cholesterol', molarMass: 386.65, mass: '13457-7', moles: '39469-2' }, // LDL, by calculation
  { substance: 'cholesterol', molarMass: 386.65, mass: '18262-6', moles: '69419-0' }, // LDL, by direct assay
  { substance: 'triolein', molarMass: 885.4, mass: '2571-8', moles: '14927-8' }, // triglycerides
  { substance: 'creatinine', molarMass: 113.12, mass: '2160-0', moles: '14682-9' },
  { substance: 'calcium', molarMass: 40.078, mass: '17861-6', moles: '2000-8' },
  { substance: 'magnesium', molarMass: 24.305, mass: '19123-9', moles: '2601-3' },
  { substance: 'phosphorus', molarMass: 30.974, mass: '2777-1', moles: '14879-1' },
  { substance: 'iron', molarMass: 55.845, mass: '2498-4', moles: '14798-3' },
  { substance: 'bilirubin', molarMass: 584.66, mass: '1975-2', moles: '14631-6' }, // total
  { substance: 'bilirubin', molarMass: 584.66, mass: '1968-7', moles: '14629-0' }, // direct
  { substance: 'uric acid', molarMass: 168.11, mass: '3084-1', moles: '14933-6' },
  { substance: 'thyroxine', molarMass: 776.87, mass: '3024-7', moles: '14920-3' }, // free
  { substance: 'triiodothyronine', molarMass: 650.97, mass: '3051-0', moles: '14928-6' }, // free
  { substance: 'cortisol', molarMass: 362.46, mass: '2143-6', moles: '14675-3' },
  { substance: 'testosterone', molarMass: 288.42, mass: '2986-8', moles: '14913-8' },
  { substance: 'vitamin B12', molarMass: 1355.4, mass: '2132-9', moles: '14685-2' },
  { substance: 'folic acid', molarMass: 441.4, mass: '2284-8', moles: '14732-2' },
  { substance: '25-hydroxyvitamin D3', molarMass: 400.64, mass: '1989-3', moles: '14635-7' },
];

const BY_CODE = new Map(ANALYTES.flatMap((analyte) => [analyte.mass, analyte.moles].map((code) => [code, analyte])));

/** What a LOINC code measures, where its molar mass is known and the code has a counterpart. */
export function analyteOf(coding: Coding | undefined): Analyte | undefined {
  return coding?.system === LOINC ? BY_CODE.get(coding.code ?? '') : undefined;
}
