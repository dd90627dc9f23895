import { z } from 'zod';

/** One search of Medplum; without `query` every resource of the type. */
interface RecordSearch {
  readonly type: string;
  /** FHIR search parameters that narrow it. */
  readonly query?: Readonly<Record<string, string>>;
}

const OBSERVATION_CATEGORY = 'http://terminology.hl7.org/CodeSystem/observation-category';
const LOINC = 'http://loinc.org';

/** LOINC types of the documents that C-CDA defines; the first is the Continuity of Care Document. */
const CCDA_TYPES = ['34133-9', '11488-4', '18748-4', '18842-5', '34117-2', '11504-8', '34109-9', '57133-1', '52521-2']
  .map((code) => `${LOINC}|${code}`)
  .join(',');

function observations(category: string): RecordSearch {
  return { type: 'Observation', query: { category: `${OBSERVATION_CATEGORY}|${category}` } };
}

/**
 * What `GET data/:patientId/:dataType` knows: each category is one search after another, within the Patient's
 * compartment. A resource can be in several categories.
 */
export const RECORD_CATEGORIES = {
  patient: [{ type: 'Patient' }],
  allergies: [{ type: 'AllergyIntolerance' }],
  appointments: [{ type: 'Appointment' }],
  'care-plans': [{ type: 'CarePlan' }],
  'care-teams': [{ type: 'CareTeam' }],
  ccd: [{ type: 'DocumentReference', query: { type: CCDA_TYPES } }],
  claims: [{ type: 'ExplanationOfBenefit' }, { type: 'Claim' }],
  conditions: [{ type: 'Condition' }],
  coverage: [{ type: 'Coverage' }],
  devices: [{ type: 'Device' }, { type: 'DeviceUseStatement' }],
  documents: [{ type: 'DocumentReference' }],
  encounters: [{ type: 'Encounter' }],
  'family-history': [{ type: 'FamilyMemberHistory' }],
  goals: [{ type: 'Goal' }],
  imaging: [{ type: 'ImagingStudy' }, observations('imaging'), { type: 'Media' }],
  immunizations: [{ type: 'Immunization' }],
  labs: [
    observations('laboratory'),
    { type: 'DiagnosticReport', query: { category: 'http://terminology.hl7.org/CodeSystem/v2-0074|LAB' } },
  ],
  medications: [
    { type: 'MedicationRequest' },
    { type: 'MedicationStatement' },
    { type: 'MedicationDispense' },
    { type: 'MedicationAdministration' },
    { type: 'Medication' },
  ],
  observations: [{ type: 'Observation' }],
  orders: [{ type: 'ServiceRequest' }],
  procedures: [{ type: 'Procedure' }],
  providers: [
    { type: 'Practitioner' },
    { type: 'PractitionerRole' },
    { type: 'Organization' },
    { type: 'Location' },
    { type: 'RelatedPerson' },
  ],
  provenance: [{ type: 'Provenance' }],
  questionnaires: [{ type: 'QuestionnaireResponse' }],
  reports: [{ type: 'DiagnosticReport' }],
  'social-history': [observations('social-history')],
  specimens: [{ type: 'Specimen' }],
  vitals: [observations('vital-signs')],
} as const satisfies Record<string, readonly RecordSearch[]>;

export type RecordCategory = keyof typeof RECORD_CATEGORIES;

export const recordCategorySchema = z.enum(Object.keys(RECORD_CATEGORIES) as [RecordCategory, ...RecordCategory[]]);

/** The searches of a category; without one of the whole record, each resource type once. */
export function searchesOf(category?: RecordCategory): readonly RecordSearch[] {
  if (category) return RECORD_CATEGORIES[category];
  const types = Object.values(RECORD_CATEGORIES).flatMap((searches) => searches.map(({ type }) => type));
  return [...new Set(types)].map((type) => ({ type }));
}

/** What `GET data/...` may be asked besides. */
export const recordQuerySchema = z.strictObject({
  /** Resources a page, at most; a page may hold fewer and still have a next. */
  _count: z.coerce.number().int().min(1).max(500).default(100),
  /** From the `next` link of the page before; opaque. */
  page: z
    .string()
    .regex(/^\d{1,2}(\.[co][\w,:-]{1,8000})?$/)
    .optional(),
});

/** The answer: a FHIR Bundle (searchset); its `next` link points at this service. */
export const recordBundleSchema = z.looseObject({
  resourceType: z.literal('Bundle'),
  type: z.literal('searchset'),
  link: z.array(z.object({ relation: z.string(), url: z.string() })),
  entry: z.array(z.looseObject({ fullUrl: z.string().optional(), resource: z.unknown() })),
});

export type RecordQuery = z.infer<typeof recordQuerySchema>;
