import { escapeHtml, formatCodeableConcept, formatDate, formatObservationValue } from '@medplum/core';
import type { CarePlan, Device, DiagnosticReport, Observation, Reference, Resource } from '@medplum/fhirtypes';
import type { SectionName } from './choose-section.ts';

type Row = readonly (string | undefined)[];

/** What a reference points at, among the resources of the summary. */
export type Find = (reference: Reference | undefined) => Resource | undefined;

interface Telling {
  readonly title: string;
  readonly headings: readonly string[];
  /** Left out when there is nothing in it. */
  readonly isOptional?: boolean;
}

const RESULTS = ['Name', 'Result', 'Date'];
const PROBLEMS = ['Start Date', 'Status'];
const PLANS = ['Planned Care', 'Start Date'];

/** Each section's title and the headings of its table. */
export const TELLINGS: Readonly<Record<SectionName, Telling>> = {
  allergies: { title: 'Allergies', headings: ['Substance', 'Reaction', 'Severity', 'Status'] },
  immunizations: { title: 'Immunizations', headings: ['Vaccine', 'Date', 'Status'] },
  medications: { title: 'Medications', headings: ['Medication', 'Directions', 'Start Date', 'End Date'] },
  problems: { title: 'Problem List', headings: ['Problem', ...PROBLEMS] },
  results: { title: 'Results', headings: RESULTS },
  socialHistory: { title: 'Social History', headings: RESULTS },
  vitalSigns: { title: 'Vital Signs', headings: RESULTS },
  procedures: { title: 'Procedures', headings: ['Procedure', 'Date', 'Target Site', 'Status'] },
  encounters: { title: 'Encounters', headings: ['Encounter', 'Date', 'Type', 'Status'] },
  devices: { title: 'Devices', headings: ['Device', 'Status'] },
  assessments: { title: 'Assessments', headings: ['Summary', 'Date'] },
  planOfTreatment: { title: 'Plan of Treatment', headings: PLANS },
  goals: { title: 'Goals', headings: ['Goal', 'Date'], isOptional: true },
  healthConcerns: { title: 'Health Concerns', headings: ['Concern', ...PROBLEMS], isOptional: true },
  functionalStatus: { title: 'Functional Status', headings: RESULTS, isOptional: true },
  notes: { title: 'Notes', headings: ['Note', 'Date'], isOptional: true },
  reasonForReferral: { title: 'Reason for Referral', headings: PLANS, isOptional: true },
  insurance: { title: 'Insurance', headings: ['Coverage', 'Status', 'Type'], isOptional: true },
};

/** A section's table as HTML; nothing where there is nothing to tell. */
export function tableOf(headings: readonly string[], resources: readonly Resource[], find: Find): string {
  const rows = resources.flatMap((resource) => rowsOf(resource, find));
  if (rows.length === 0) return '';
  const head = headings.map((heading) => `<th>${escapeHtml(heading)}</th>`).join('');
  const body = rows.map((row) => `<tr>${row.map((cell) => `<td>${cell ? escapeHtml(cell) : ''}</td>`).join('')}</tr>`);
  return `<table border="1" width="100%"><thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody></table>`;
}

const concept = formatCodeableConcept;

/** How a resource is told; some have rows of what they are made of below them. */
function rowsOf(one: Resource, find: Find): Row[] {
  switch (one.resourceType) {
    case 'Account':
      return [[one.name, one.status, one.type && concept(one.type)]];
    case 'AllergyIntolerance': {
      const [reaction] = one.reaction ?? [];
      return [
        [concept(one.code), concept(reaction?.manifestation?.[0]), reaction?.severity, concept(one.clinicalStatus)],
      ];
    }
    case 'CarePlan':
      return carePlanRows(one, find);
    case 'ClinicalImpression':
      return [[one.summary, formatDate(one.date)]];
    case 'Condition':
      return [[concept(one.code), formatDate(one.onsetDateTime), concept(one.clinicalStatus)]];
    case 'DeviceUseStatement':
      return [[concept((find(one.device) as Device | undefined)?.type), one.status]];
    case 'DiagnosticReport':
    case 'Observation':
      return resultRows(one, find);
    case 'Encounter':
      return [[concept(one.type?.[0]), formatDate(one.period?.start), concept(one.reasonCode?.[0]), one.status]];
    case 'Goal':
      return [[concept(one.description), formatDate(one.startDate)]];
    case 'Immunization':
      return [[concept(one.vaccineCode), formatDate(one.occurrenceDateTime), one.status]];
    case 'MedicationRequest': {
      const { start, end } = one.dispenseRequest?.validityPeriod ?? {};
      const directions = one.dosageInstruction?.[0]?.text;
      return [[concept(one.medicationCodeableConcept), directions, formatDate(start), formatDate(end)]];
    }
    case 'Procedure':
      return [[concept(one.code), formatDate(one.performedDateTime), concept(one.bodySite?.[0]), one.status]];
    case 'ServiceRequest':
      return [[concept(one.code), formatDate(one.authoredOn)]];
    default:
      return [];
  }
}

function resultRows(result: DiagnosticReport | Observation, find: Find): Row[] {
  const isReport = result.resourceType === 'DiagnosticReport';
  const value = isReport ? undefined : formatObservationValue(result);
  const parts = (isReport ? result.result : result.hasMember) ?? [];
  const below = parts.flatMap((part) => {
    const found = find(part);
    return found?.resourceType === 'Observation' ? resultRows(found, find) : [];
  });
  return [[concept(result.code), value, formatDate(result.effectiveDateTime)], ...below];
}

function carePlanRows({ category, period, activity = [] }: CarePlan, find: Find): Row[] {
  const planned = activity.flatMap(({ reference }) => {
    const found = find(reference);
    return found?.resourceType === 'ServiceRequest' ? rowsOf(found, find) : [];
  });
  return [[concept(category?.[0]), formatDate(period?.start)], ...planned];
}
