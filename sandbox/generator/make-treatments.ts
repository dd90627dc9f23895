import type { AllergyIntolerance, Device, Immunization, Medication, MedicationRequest } from '@medplum/fhirtypes';
import { PACEMAKER } from './codes/care.ts';
import { ALLERGENS, MEDICATIONS, REACTIONS } from './codes/drugs.ts';
import { CVX, concept, RXNORM, SNOMED } from './codes/systems.ts';
import { VACCINES } from './codes/vaccines.ts';
import { date, dateTime, type PatientRecord } from './make-record.ts';

export function makeAllergy(record: PatientRecord, index: number): AllergyIntolerance {
  const random = record.random('AllergyIntolerance', index);
  const { system, ...code } = ALLERGENS[index % ALLERGENS.length] ?? ALLERGENS[0];
  const status = 'http://terminology.hl7.org/CodeSystem/allergyintolerance';
  return {
    resourceType: 'AllergyIntolerance',
    id: record.id('AllergyIntolerance', index),
    clinicalStatus: { coding: [{ system: `${status}-clinical`, code: 'active' }] },
    verificationStatus: { coding: [{ system: `${status}-verification`, code: 'confirmed' }] },
    criticality: random.pick(['low', 'high']),
    code: concept(system, code),
    patient: record.toPatient(),
    recordedDate: dateTime(record.encounterAtMs(record.encounterOf('AllergyIntolerance', index)), random),
    reaction: [{ manifestation: [concept(SNOMED, random.pick(REACTIONS))] }],
  };
}

export function makeMedication(record: PatientRecord, index: number): Medication {
  return {
    resourceType: 'Medication',
    id: record.id('Medication', index),
    code: drugOf(index),
  };
}

function drugOf(index: number) {
  return concept(RXNORM, MEDICATIONS[index % MEDICATIONS.length] ?? MEDICATIONS[0]);
}

/** The drug of a MedicationRequest, in whichever of three forms that names it: by reference, contained or by code. */
export function drugOfRequest(record: PatientRecord, index: number) {
  return drugOf(formOf(record, index) === 0 ? index % record.counts.Medication : index);
}

function formOf({ counts }: PatientRecord, index: number): number {
  return counts.Medication > 0 ? index % 3 : 1 + (index % 2);
}

/** Names its drug by reference, by a contained Medication or by a code, as sources do. */
export function makeMedicationRequest(record: PatientRecord, index: number): MedicationRequest {
  const random = record.random('MedicationRequest', index);
  const encounter = record.encounterOf('MedicationRequest', index);
  const drug = { code: drugOfRequest(record, index) };
  const display = drug.code.text;
  const form = formOf(record, index);
  return {
    resourceType: 'MedicationRequest',
    id: record.id('MedicationRequest', index),
    ...(form === 1 ? { contained: [{ resourceType: 'Medication', id: '1', ...drug }] } : {}),
    status: index === record.counts.MedicationRequest - 1 ? 'active' : 'completed',
    intent: 'order',
    ...(form === 0
      ? {
          medicationReference: {
            ...record.refer('Medication', index % record.counts.Medication),
            display,
          },
        }
      : form === 1
        ? { medicationReference: { reference: '#1', display } }
        : { medicationCodeableConcept: drug.code }),
    subject: record.toPatient(),
    encounter: record.refer('Encounter', encounter),
    authoredOn: dateTime(record.encounterAtMs(encounter), random),
    requester: record.refer(
      'Practitioner',
      index % record.counts.Practitioner,
      index % 11 === 0 ? 'absolute' : 'relative',
    ),
    dosageInstruction: [
      {
        text: 'Take 1 by mouth once a day',
        timing: { repeat: { frequency: 1, period: 1, periodUnit: 'd' } },
        doseAndRate: [{ doseQuantity: { value: 1, unit: 'tablet' } }],
      },
    ],
  };
}

export function makeImmunization(record: PatientRecord, index: number): Immunization {
  const encounter = record.encounterOf('Immunization', index);
  return {
    resourceType: 'Immunization',
    id: record.id('Immunization', index),
    status: 'completed',
    vaccineCode: concept(CVX, VACCINES[index % VACCINES.length] ?? VACCINES[0]),
    patient: record.toPatient(),
    encounter: record.refer('Encounter', encounter),
    occurrenceDateTime: date(record.encounterAtMs(encounter)),
    primarySource: true,
  };
}

export function makeDevice(record: PatientRecord, index: number): Device {
  return {
    resourceType: 'Device',
    id: record.id('Device', index),
    status: 'active',
    type: concept(SNOMED, PACEMAKER),
    patient: record.toPatient(),
    // A terminology page where a resource should stand (NextGen).
    definition: { reference: 'http://terminology.hl7.org/CodeSystem/device-kind' },
  };
}
