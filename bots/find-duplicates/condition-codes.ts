/** Codes of SNOMED CT and ICD-10-CM for the same diagnosis. A small map: what is not in it matches by its own code or name. */
interface Diagnosis {
  readonly codes: readonly string[];
  /** Once there it stays: whenever it was told, it is the same. */
  readonly isLasting: boolean;
}

const LASTING = [
  ['sct|44054006', 'icd10|E119'],
  ['sct|46635009', 'icd10|E109'],
  ['sct|714628002', 'sct|15777000', 'icd10|R7303'],
  ['sct|38341003', 'sct|59621000', 'icd10|I10'],
  ['sct|55822004', 'icd10|E785'],
  ['sct|267432004', 'icd10|E7800'],
  ['sct|195967001', 'icd10|J45909'],
  ['sct|13645005', 'icd10|J449'],
  ['sct|40930008', 'icd10|E039'],
  ['sct|235595009', 'icd10|K219'],
  ['sct|35489007', 'icd10|F32A', 'icd10|F329'],
  ['sct|21897009', 'icd10|F411'],
  ['sct|197480006', 'icd10|F419'],
  ['sct|49436004', 'icd10|I4891'],
  ['sct|42343007', 'icd10|I509'],
  ['sct|53741008', 'icd10|I2510'],
  ['sct|433144002', 'icd10|N1830', 'icd10|N183'],
  ['sct|709044004', 'icd10|N189'],
  ['sct|78275009', 'icd10|G4733'],
  ['sct|414916001', 'sct|414915002', 'icd10|E669'],
  ['sct|37796009', 'icd10|G43909'],
  ['sct|64859006', 'icd10|M810'],
  ['sct|69896004', 'icd10|M069'],
  ['sct|9014002', 'icd10|L409'],
  ['sct|61582004', 'icd10|J309'],
  ['sct|266569009', 'icd10|N400'],
  ['sct|90560007', 'icd10|M109'],
  ['sct|84757009', 'icd10|G40909'],
  ['sct|396275006', 'icd10|M1990'],
  ['sct|24526004', 'icd10|K5090'],
  ['sct|64766004', 'icd10|K5190'],
];

const PASSING = [
  ['sct|233604007', 'icd10|J189'],
  ['sct|68566005', 'icd10|N390'],
  ['sct|43878008', 'icd10|J020'],
  ['sct|10509002', 'icd10|J209'],
  ['sct|54150009', 'icd10|J069'],
  ['sct|65363002', 'icd10|H6690'],
  ['sct|85189001', 'icd10|K3580'],
  ['sct|44465007', 'icd10|S93409'],
  ['sct|840539006', 'icd10|U071'],
  ['sct|6142004', 'icd10|J111'],
  ['sct|279039007', 'icd10|M5450', 'icd10|M545'],
  ['sct|22298006', 'icd10|I219'],
  ['sct|230690007', 'icd10|I639'],
  ['sct|271737000', 'icd10|D649'],
  ['sct|25064002', 'icd10|R519', 'icd10|R51'],
];

const DIAGNOSES = new Map<string, Diagnosis>(
  [
    ...LASTING.map((codes) => ({ codes, isLasting: true })),
    ...PASSING.map((codes) => ({ codes, isLasting: false })),
  ].flatMap((diagnosis) => diagnosis.codes.map((code) => [code, diagnosis] as const)),
);

/** A code (`icd10|E119`) and the codes that say the same. */
export function sameDiagnosis(code: string): readonly string[] {
  return DIAGNOSES.get(code)?.codes ?? [code];
}

/** Chapters of ICD-10-CM and codes after which nobody is ever without it: what a later record says is the same. */
export function isLasting(code: string): boolean {
  return (
    DIAGNOSES.get(code)?.isLasting ?? /^icd10\|(E1[013]|I1[0-35]|N18|J4[45]|G20|G35|M0[56]|F20|F84|C[0-9])/.test(code)
  );
}
