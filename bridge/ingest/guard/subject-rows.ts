import type { ExportIndex } from '../order/export-index.ts';

/** What may name a Patient without being part of that Patient's record: a subscriber, a parent, a duplicate, a bystander. */
const NAMES_OTHERS = new Set(['Patient', 'Person', 'RelatedPerson', 'Coverage', 'Provenance', 'AuditEvent', 'Group']);

/**
 * The Patients whose records the export holds: those that a clinical line refers to, else all of them. A Patient who is
 * merely linked (`Patient.link`), or stands there as the parent whose insurance pays, is not whom the records are about.
 * Repeats of a key count by the line that is loaded.
 */
export function subjectRows(index: ExportIndex): number[] {
  const patients = patientRows(index);
  if (patients.length < 2) return patients;
  const referred = new Set<number>();
  for (let row = 0; row < index.size; row++) {
    if (index.isShaded(row) || NAMES_OTHERS.has(index.typeOf(row))) continue;
    for (const target of index.targets(row)) referred.add(target);
  }
  const subjects = patients.filter((row) => referred.has(row));
  return subjects.length > 0 ? subjects : patients;
}

/** Every Patient, of repeats the one that is loaded. */
export function patientRows(index: ExportIndex): number[] {
  const patients: number[] = [];
  for (let row = 0; row < index.size; row++) {
    if (index.typeOf(row) === 'Patient' && !index.isShaded(row)) patients.push(row);
  }
  return patients;
}
