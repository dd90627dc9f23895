import { evalFhirPathTyped, toTypedValue } from '@medplum/core';
import type { Resource } from '@medplum/fhirtypes';

/** When care was given, by type, as the real server has it; what has no date is always within. */
const CARE_DATES: Record<string, string> = {
  AllergyIntolerance: 'recordedDate',
  CarePlan: 'created',
  ClinicalImpression: 'date',
  Condition: 'recordedDate',
  DeviceUseStatement: 'recordedOn',
  DiagnosticReport: 'issued',
  Encounter: 'period.start',
  Goal: 'startDate',
  Immunization: 'occurrenceDateTime',
  MedicationRequest: 'authoredOn',
  Observation: 'issued',
  Procedure: 'performedDateTime',
  ServiceRequest: 'occurrenceDateTime',
};

/** From `start` on and before `end`; a bound that is absent or cannot be read bounds nothing. */
export function isWithinCare(resource: Resource, start: unknown, end: unknown): boolean {
  const [from, to] = [instantOf(start), instantOf(end)];
  if (!from && !to) return true;
  const path = CARE_DATES[resource.resourceType];
  const date = path && instantOf(evalFhirPathTyped(path, [toTypedValue(resource)])[0]?.value);
  return !date || ((!from || date >= from) && (!to || date < to));
}

function instantOf(value: unknown): string | undefined {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}
