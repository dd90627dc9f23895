import { findCodeBySystem, HTTP_TERMINOLOGY_HL7_ORG, LOINC, resolveId } from '@medplum/core';
import type { Observation, Reference, Resource } from '@medplum/fhirtypes';

/** LOINC codes of the sections of a patient summary, in their order. */
export const SECTION_CODES = {
  allergies: '48765-2',
  immunizations: '11369-6',
  medications: '10160-0',
  problems: '11450-4',
  results: '30954-2',
  socialHistory: '29762-2',
  vitalSigns: '8716-3',
  procedures: '47519-4',
  encounters: '46240-8',
  devices: '46264-8',
  assessments: '51848-0',
  planOfTreatment: '18776-5',
  goals: '61146-7',
  healthConcerns: '75310-3',
  functionalStatus: '47420-5',
  notes: '11488-4',
  reasonForReferral: '42349-1',
  insurance: '48768-6',
} as const;

export type SectionName = keyof typeof SECTION_CODES;

const OBSERVATION_CATEGORY = `${HTTP_TERMINOLOGY_HL7_ORG}/CodeSystem/observation-category`;
const NOTE_DOCUMENT = '34109-9';
const REFERRAL_TO_HOSPITAL = '310449005';
const DISABILITY_STATUS: readonly (string | undefined)[] = ['d5', '89571-4'];

/** Where the real server puts a resource; undefined: in no section. */
export function sectionOf(resource: Resource): SectionName | undefined {
  switch (resource.resourceType) {
    case 'Account':
      return 'insurance';
    case 'AllergyIntolerance':
      return 'allergies';
    case 'CarePlan':
      return 'planOfTreatment';
    case 'ClinicalImpression':
      return resource.code?.coding?.[0]?.code === NOTE_DOCUMENT ? 'notes' : 'assessments';
    case 'Condition':
      return findCodeBySystem(resource.category, LOINC) === SECTION_CODES.healthConcerns
        ? 'healthConcerns'
        : 'problems';
    case 'DeviceUseStatement':
      return 'devices';
    case 'DiagnosticReport':
      return 'results';
    case 'Encounter':
      return 'encounters';
    case 'Goal':
      return 'goals';
    case 'Immunization':
      return 'immunizations';
    case 'MedicationRequest':
      return 'medications';
    case 'Observation':
      return sectionOfObservation(resource);
    case 'Procedure':
      return 'procedures';
    case 'ServiceRequest':
      return resource.code?.coding?.[0]?.code === REFERRAL_TO_HOSPITAL ? 'reasonForReferral' : 'planOfTreatment';
    default:
      return undefined;
  }
}

function sectionOfObservation({ category, code }: Observation): SectionName {
  switch (findCodeBySystem(category, OBSERVATION_CATEGORY)) {
    case 'social-history':
      return 'socialHistory';
    case 'survey':
      return DISABILITY_STATUS.includes(code?.coding?.[0]?.code) ? 'functionalStatus' : 'socialHistory';
    case 'vital-signs':
      return 'vitalSigns';
    default:
      return 'results';
  }
}

/** Ids of what is shown as part of something else, and so stands in no section itself. */
export function nestedIds(resources: readonly Resource[]): ReadonlySet<string> {
  return new Set(resources.flatMap(partsOf).flatMap((part) => resolveId(part) ?? []));
}

function partsOf(resource: Resource): (Reference | undefined)[] {
  switch (resource.resourceType) {
    case 'Observation':
      return resource.hasMember ?? [];
    case 'DiagnosticReport':
      return resource.result ?? [];
    case 'CarePlan':
      return (resource.activity ?? []).map(({ reference }) => reference);
    case 'Encounter':
      return (resource.diagnosis ?? []).map(({ condition }) => condition);
    case 'Condition':
      return (resource.evidence ?? []).flatMap(({ detail = [] }) => detail);
    case 'Account':
      return (resource.coverage ?? []).map(({ coverage }) => coverage);
    default:
      return [];
  }
}
