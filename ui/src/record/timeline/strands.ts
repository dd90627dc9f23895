import type { FactSearch } from '../sections.ts';

/** What a life with doctors is told by. Single results stand in their reports. */
export const STRANDS: readonly FactSearch[] = [
  { type: 'Encounter', label: 'Visit', date: 'date', code: 'type' },
  { type: 'Condition', label: 'Diagnosis', date: 'recorded-date', code: 'code' },
  { type: 'Procedure', label: 'Procedure', date: 'date', code: 'code' },
  { type: 'MedicationRequest', label: 'Prescription', date: 'authoredon', code: 'code' },
  { type: 'Immunization', label: 'Immunization', date: 'date', code: 'vaccine-code' },
  { type: 'AllergyIntolerance', label: 'Allergy', date: 'date', code: 'code' },
  { type: 'DiagnosticReport', label: 'Report', date: 'date', code: 'code' },
  { type: 'DocumentReference', label: 'Document', date: 'date', code: 'type' },
];

/** What each of them is called, by its type. */
export const KINDS: ReadonlyMap<string, string> = new Map(STRANDS.map(({ type, label }) => [type, label]));
