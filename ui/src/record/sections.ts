import { RECORD_CATEGORIES } from '@fasten-medplum/bridge/contract/record-category';
import type { ResourceType } from '@medplum/fhirtypes';

/** One list of a section: a search of Medplum within the patient's record. */
export interface FactSearch {
  readonly type: ResourceType;
  /** How a person calls these, above the list. */
  readonly label: string;
  /** The search parameter that says when: it sorts, newest first, and is filtered by. */
  readonly date: string;
  /** The search parameter that says what; without one the list cannot be searched by name or code. */
  readonly code?: string;
  /** Search parameters that narrow the type. */
  readonly query?: Readonly<Record<string, string>> | undefined;
}

export interface RecordSection {
  /** Last segment of the address. */
  readonly path: string;
  readonly label: string;
  /** `results` are drawn as trends; `types` are lists by resource type, found by counting. */
  readonly kind: 'list' | 'results' | 'types';
  readonly searches: readonly FactSearch[];
  /** What it means that there is nothing. */
  readonly empty: string;
}

/** An observation without any category is shown by what is left. */
const CATEGORIES_SHOWN = [RECORD_CATEGORIES.labs[0], RECORD_CATEGORIES.vitals[0]]
  .map(({ query }) => query?.category ?? '')
  .join(',');

/** The record in the order in which a clinician reads it; the summary and the timeline come before. */
export const RECORD_SECTIONS: readonly RecordSection[] = [
  {
    path: 'problems',
    label: 'Problems',
    kind: 'list',
    searches: [{ type: 'Condition', label: 'Problems and diagnoses', date: 'recorded-date', code: 'code' }],
    empty: 'No connected health system has sent a problem or a diagnosis.',
  },
  {
    path: 'medications',
    label: 'Medications',
    kind: 'list',
    searches: [
      { type: 'MedicationRequest', label: 'Prescriptions', date: 'authoredon', code: 'code' },
      { type: 'MedicationStatement', label: 'Said to be taken', date: 'effective', code: 'code' },
      { type: 'MedicationDispense', label: 'Dispensed', date: 'whenhandedover', code: 'code' },
      { type: 'MedicationAdministration', label: 'Given', date: 'effective-time', code: 'code' },
    ],
    empty: 'No connected health system has sent a medication.',
  },
  {
    path: 'allergies',
    label: 'Allergies',
    kind: 'list',
    searches: [{ type: 'AllergyIntolerance', label: 'Allergies and intolerances', date: 'date', code: 'code' }],
    empty: 'No connected health system has sent an allergy. That is not the same as having none: ask.',
  },
  {
    path: 'labs',
    label: 'Labs',
    kind: 'results',
    searches: [
      {
        type: 'Observation',
        label: 'Laboratory results',
        date: 'date',
        code: 'code',
        query: RECORD_CATEGORIES.labs[0].query,
      },
    ],
    empty: 'No connected health system has sent a laboratory result.',
  },
  {
    path: 'vitals',
    label: 'Vitals',
    kind: 'results',
    searches: [
      {
        type: 'Observation',
        label: 'Vital signs',
        date: 'date',
        code: 'code',
        query: RECORD_CATEGORIES.vitals[0].query,
      },
    ],
    empty: 'No connected health system has sent vital signs.',
  },
  {
    path: 'other-results',
    label: 'Other results',
    kind: 'results',
    searches: [
      {
        type: 'Observation',
        label: 'Social history, surveys, imaging, examinations and the like',
        date: 'date',
        code: 'code',
        query: { 'category:not': CATEGORIES_SHOWN },
      },
    ],
    empty: 'No connected health system has sent an observation that is neither a laboratory result nor a vital sign.',
  },
  {
    path: 'reports',
    label: 'Reports',
    kind: 'list',
    searches: [{ type: 'DiagnosticReport', label: 'Reports', date: 'date', code: 'code' }],
    empty: 'No connected health system has sent a diagnostic report.',
  },
  {
    path: 'immunizations',
    label: 'Immunizations',
    kind: 'list',
    searches: [{ type: 'Immunization', label: 'Immunizations', date: 'date', code: 'vaccine-code' }],
    empty: 'No connected health system has sent an immunization.',
  },
  {
    path: 'procedures',
    label: 'Procedures',
    kind: 'list',
    searches: [{ type: 'Procedure', label: 'Procedures', date: 'date', code: 'code' }],
    empty: 'No connected health system has sent a procedure.',
  },
  {
    path: 'encounters',
    label: 'Visits',
    kind: 'list',
    searches: [{ type: 'Encounter', label: 'Visits and stays', date: 'date', code: 'type' }],
    empty: 'No connected health system has sent a visit.',
  },
  {
    path: 'care-plans',
    label: 'Care plans',
    kind: 'list',
    searches: [
      { type: 'CarePlan', label: 'Care plans', date: 'date', code: 'category' },
      { type: 'Goal', label: 'Goals', date: 'start-date' },
      { type: 'CareTeam', label: 'Care teams', date: 'date' },
    ],
    empty: 'No connected health system has sent a care plan, a goal or a care team.',
  },
  {
    path: 'documents',
    label: 'Documents',
    kind: 'list',
    searches: [{ type: 'DocumentReference', label: 'Documents', date: 'date', code: 'type' }],
    empty: 'No connected health system has sent a document.',
  },
  {
    path: 'coverage',
    label: 'Coverage & claims',
    kind: 'list',
    searches: [
      { type: 'Coverage', label: 'Coverage', date: '_lastUpdated', code: 'type' },
      { type: 'ExplanationOfBenefit', label: 'Explanations of benefit', date: 'created' },
      { type: 'Claim', label: 'Claims', date: 'created' },
    ],
    empty: 'No connected health system or payer has sent a coverage or a claim.',
  },
  {
    path: 'everything-else',
    label: 'Everything else',
    kind: 'types',
    searches: [],
    empty: 'Everything that was sent stands in the other sections.',
  },
];

/** By its address; undefined for one that is none. */
export function sectionAt(path: string | undefined): RecordSection | undefined {
  return RECORD_SECTIONS.find((section) => section.path === path);
}
