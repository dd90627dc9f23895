/** Resource types of an export in the order real ones have: alphabetical, so nearly every reference points forward. */
export const EXPORT_TYPES = [
  'AllergyIntolerance',
  'Binary',
  'CarePlan',
  'CareTeam',
  'Condition',
  'Coverage',
  'Device',
  'DiagnosticReport',
  'DocumentReference',
  'Encounter',
  'ExplanationOfBenefit',
  'Goal',
  'Immunization',
  'Location',
  'Medication',
  'MedicationRequest',
  'Observation',
  'Organization',
  'Patient',
  'Practitioner',
  'Procedure',
  'Provenance',
  'ServiceRequest',
  'Specimen',
] as const;

export type ExportType = (typeof EXPORT_TYPES)[number];

/** How many distinct resources of each type an export holds. */
export type Counts = Readonly<Record<ExportType, number>>;

/** Share of all resources, and the most of that type that one patient plausibly has. Observation takes what is left. */
const SHARES: readonly (readonly [ExportType, share: number, most: number])[] = [
  ['AllergyIntolerance', 0.006, 8],
  ['CarePlan', 0.006, 40],
  ['CareTeam', 0.004, 10],
  ['Condition', 0.05, Infinity],
  ['Coverage', 0.004, 3],
  ['Device', 0.002, 2],
  ['DiagnosticReport', 0.07, Infinity],
  ['DocumentReference', 0.06, Infinity],
  ['Encounter', 0.07, Infinity],
  ['ExplanationOfBenefit', 0.03, Infinity],
  ['Goal', 0.004, 20],
  ['Immunization', 0.02, 80],
  ['Location', 0.01, 4],
  ['Medication', 0.01, 12],
  ['MedicationRequest', 0.05, Infinity],
  ['Organization', 0.01, 5],
  ['Practitioner', 0.02, 8],
  ['Procedure', 0.03, Infinity],
  ['Provenance', 0.02, Infinity],
  ['ServiceRequest', 0.03, Infinity],
  ['Specimen', 0.01, Infinity],
];

/** From here on every type occurs; below, an export is a patient with a visit and its results. */
const ALL_TYPES_FROM = 60;

/**
 * Shares out a number of resources among the types.
 *
 * @param total - Distinct resources, at least 8.
 * @returns Counts that add up to `total`.
 */
export function planCounts(total: number): Counts {
  const counts = Object.fromEntries(EXPORT_TYPES.map((type) => [type, 0])) as Record<ExportType, number>;
  for (const [type, share, most] of SHARES) {
    counts[type] = Math.min(most, Math.max(Math.floor(total * share), total >= ALL_TYPES_FROM ? 1 : 0));
  }
  for (const type of ['Condition', 'DocumentReference', 'Encounter', 'Organization', 'Practitioner'] as const) {
    counts[type] = Math.max(counts[type], 1);
  }
  counts.Patient = 1;
  // Three of the five forms of attachment have a Binary (see make-documents.ts).
  counts.Binary = Math.ceil(counts.DocumentReference * 0.6);
  const planned = EXPORT_TYPES.reduce((sum, type) => sum + counts[type], 0);
  counts.Observation = Math.max(total - planned, 0);
  return counts;
}

/** The one of `owners` that item `index` of `items` belongs to, when both are spread evenly in order. */
export function ownerOf(index: number, items: number, owners: number): number {
  return Math.min(Math.floor((index * owners) / items), owners - 1);
}

/** The inverse of {@link ownerOf}: first item and the one after the last that belong to this owner. */
export function ownedBy(owner: number, items: number, owners: number): readonly [from: number, to: number] {
  return [Math.ceil((owner * items) / owners), Math.ceil(((owner + 1) * items) / owners)];
}
