import type { Resource } from '@medplum/fhirtypes';
import { DOCUMENTS } from './codes/care.ts';
import { makePatient } from './make-people.ts';
import type { PatientRecord } from './make-record.ts';
import { makeDiagnosticReport, makeObservation, makeSmokingStatus } from './make-results.ts';
import { drugOfRequest, makeAllergy, makeImmunization, makeMedicationRequest } from './make-treatments.ts';
import { makeCondition } from './make-visits.ts';
import { type ExportType, ownedBy } from './plan-counts.ts';
import { writeCcda } from './write-ccda.ts';

/**
 * What a visit came to, as a C-CDA document that names its patient.
 *
 * @param index - Of the DocumentReference that it belongs to.
 * @param fill - What its author wrote: a text of at least so many bytes, so that the document is as large as was asked for.
 */
export function makeClinicalDocument(record: PatientRecord, index: number, fill: (bytes: number) => string): Buffer {
  const encounter = record.encounterOf('DocumentReference', index);
  const code = DOCUMENTS[index % DOCUMENTS.length] ?? DOCUMENTS[0];
  const [{ system = '', value = '' } = {}] = makePatient(record).identifier ?? [];
  const header = {
    person: record.patient,
    personId: { root: system.replace('urn:oid:', ''), extension: value },
    id: record.id('DocumentReference', index),
    code,
    title: code.display,
    writtenAt: new Date(record.encounterAtMs(encounter)).toISOString(),
  };
  const facts = factsOfVisit(record, encounter);
  const rest = record.documentBytes - writeCcda(header, facts).length;
  return Buffer.from(writeCcda({ ...header, narrative: fill(rest) }, facts));
}

/** A few of each kind: what stands in the record as well, and that the person never smoked, which stands nowhere else. */
function factsOfVisit(record: PatientRecord, encounter: number): Resource[] {
  const { counts } = record;
  const ofVisit = (type: ExportType, most: number) => {
    const [from, to] = ownedBy(encounter, counts[type], counts.Encounter);
    return Array.from({ length: Math.min(to - from, most) }, (_, offset) => from + offset);
  };
  const [report] = ofVisit('DiagnosticReport', 1);
  return [
    ...ofVisit('Condition', 2).map((index) => makeCondition(record, index)),
    ...(counts.AllergyIntolerance > 0 ? [makeAllergy(record, 0)] : []),
    ...ofVisit('MedicationRequest', 1).map((index) => {
      return { ...makeMedicationRequest(record, index), medicationCodeableConcept: drugOfRequest(record, index) };
    }),
    ...ofVisit('Immunization', 1).map((index) => makeImmunization(record, index)),
    ...(report === undefined ? [] : measurementsOf(record, report)),
    makeSmokingStatus(record, encounter),
  ];
}

/** A report with those of its first results that are a number. */
function measurementsOf(record: PatientRecord, report: number): Resource[] {
  const [from, to] = ownedBy(report, record.counts.Observation, record.counts.DiagnosticReport);
  const first = Array.from({ length: Math.min(to - from, 4) }, (_, offset) => makeObservation(record, from + offset));
  const measured = first.filter(({ valueQuantity }) => valueQuantity !== undefined);
  const result = measured.map(({ id }) => ({ reference: `Observation/${id}` }));
  return measured.length > 0 ? [{ ...makeDiagnosticReport(record, report), result }, ...measured] : [];
}
