import type { CarePlan, CareTeam, Condition, Encounter, Goal, Procedure, ServiceRequest } from '@medplum/fhirtypes';
import { CARE_PLAN, PROCEDURES, VISITS } from './codes/care.ts';
import { PANELS } from './codes/panels.ts';
import { CONDITIONS } from './codes/problems.ts';
import { concept, ICD_10, LOINC, NPI, SNOMED } from './codes/systems.ts';
import { npiOf } from './make-people.ts';
import { date, dateTime, type PatientRecord } from './make-record.ts';
import { ownedBy } from './plan-counts.ts';

const HOUR_MS = 60 * 60 * 1000;

/** Points at its conditions, and they point back at it: the commonest cycle of references in real exports. */
export function makeEncounter(record: PatientRecord, index: number): Encounter {
  const random = record.random('Encounter', index);
  const startMs = record.encounterAtMs(index);
  const [from, to] = ownedBy(index, record.counts.Condition, record.counts.Encounter);
  const diagnoses = Array.from({ length: Math.min(to - from, 5) }, (_, offset) => ({
    condition: record.refer('Condition', from + offset),
  }));
  return {
    resourceType: 'Encounter',
    id: record.id('Encounter', index),
    status: 'finished',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB', display: 'ambulatory' },
    type: [concept(SNOMED, VISITS.checkUp)],
    subject: record.toPatient(),
    participant: [{ individual: record.refer('Practitioner', index % record.counts.Practitioner) }],
    period: { start: dateTime(startMs, random), end: dateTime(startMs + random.int(1, 3) * HOUR_MS, random) },
    ...(diagnoses.length > 0 ? { diagnosis: diagnoses } : {}),
    ...(record.counts.Location > 0
      ? { location: [{ location: record.refer('Location', index % record.counts.Location, 'absolute') }] }
      : {}),
    ...(random.chance(0.1) ? { partOf: record.dangle('Encounter', random) } : {}),
  };
}

export function makeCondition(record: PatientRecord, index: number): Condition {
  const random = record.random('Condition', index);
  const encounter = record.encounterOf('Condition', index);
  const { icd10, ...code } = CONDITIONS[index % CONDITIONS.length] ?? CONDITIONS[0];
  const system = 'http://terminology.hl7.org/CodeSystem';
  const isActive = random.chance(0.6);
  const onsetMs = record.encounterAtMs(encounter);
  return {
    resourceType: 'Condition',
    id: record.id('Condition', index),
    clinicalStatus: { coding: [{ system: `${system}/condition-clinical`, code: isActive ? 'active' : 'resolved' }] },
    verificationStatus: { coding: [{ system: `${system}/condition-ver-status`, code: 'confirmed' }] },
    category: [{ coding: [{ system: `${system}/condition-category`, code: 'encounter-diagnosis' }] }],
    code: {
      coding: [
        { system: SNOMED, ...code },
        { system: ICD_10, code: icd10 },
      ],
      text: code.display,
    },
    subject: record.toPatient(),
    encounter: record.refer('Encounter', encounter),
    onsetDateTime: date(onsetMs),
    ...(isActive ? {} : { abatementDateTime: date(onsetMs + 30 * 24 * HOUR_MS) }),
    recordedDate: dateTime(onsetMs + HOUR_MS, random),
    // By identifier alone, and by a search: neither names an id.
    recorder: {
      type: 'Practitioner',
      identifier: { system: NPI, value: npiOf(record, index % record.counts.Practitioner) },
    },
    ...(random.chance(0.1)
      ? {
          asserter: {
            reference: `Practitioner?identifier=${NPI}|${npiOf(record, index % record.counts.Practitioner)}`,
          },
        }
      : {}),
  };
}

export function makeProcedure(record: PatientRecord, index: number): Procedure {
  const random = record.random('Procedure', index);
  const encounter = record.encounterOf('Procedure', index);
  return {
    resourceType: 'Procedure',
    id: record.id('Procedure', index),
    status: 'completed',
    code: concept(SNOMED, random.pick(PROCEDURES)),
    subject: record.toPatient(),
    encounter: record.refer('Encounter', encounter),
    performedDateTime: dateTime(record.encounterAtMs(encounter) + HOUR_MS / 2, random),
    // DrChrono writes the word where there is nobody.
    ...(random.chance(0.15) ? { performer: [{ actor: { reference: 'none' } }] } : {}),
  };
}

export function makeServiceRequest(record: PatientRecord, index: number): ServiceRequest {
  const random = record.random('ServiceRequest', index);
  const encounter = record.encounterOf('ServiceRequest', index);
  return {
    resourceType: 'ServiceRequest',
    id: record.id('ServiceRequest', index),
    status: 'completed',
    intent: 'order',
    code: concept(LOINC, random.pick(PANELS)),
    subject: record.toPatient(),
    encounter: record.refer('Encounter', encounter),
    authoredOn: dateTime(record.encounterAtMs(encounter), random),
    requester: record.dangle('Practitioner', random),
  };
}

export function makeCarePlan(record: PatientRecord, index: number): CarePlan {
  const encounter = record.encounterOf('CarePlan', index);
  return {
    resourceType: 'CarePlan',
    id: record.id('CarePlan', index),
    text: {
      status: 'generated',
      div: '<div xmlns="http://www.w3.org/1999/xhtml"><p>Exercise three times a week; salt &lt; 5 g a day.</p></div>',
    },
    status: 'active',
    intent: 'plan',
    category: [concept(SNOMED, CARE_PLAN)],
    subject: record.toPatient(),
    encounter: record.refer('Encounter', encounter),
    period: { start: date(record.encounterAtMs(encounter)) },
    ...(record.counts.CareTeam > 0
      ? { careTeam: [record.refer('CareTeam', index % record.counts.CareTeam, 'urn')] }
      : {}),
    ...(record.counts.Goal > 0 ? { goal: [record.refer('Goal', index % record.counts.Goal)] } : {}),
  };
}

export function makeCareTeam(record: PatientRecord, index: number): CareTeam {
  return {
    resourceType: 'CareTeam',
    id: record.id('CareTeam', index),
    status: 'active',
    subject: record.toPatient(),
    participant: [
      { member: record.refer('Practitioner', index % record.counts.Practitioner) },
      { member: { reference: '#coordinator' } },
    ],
    contained: [{ resourceType: 'Practitioner', id: 'coordinator', name: [{ text: 'Care Coordinator' }] }],
  };
}

export function makeGoal(record: PatientRecord, index: number): Goal {
  return {
    resourceType: 'Goal',
    id: record.id('Goal', index),
    lifecycleStatus: 'active',
    description: { text: 'Blood pressure below 130/80 mm[Hg]' },
    subject: record.toPatient(),
    startDate: date(record.encounterAtMs(record.encounterOf('Goal', index))),
    ...(record.counts.Condition > 0 ? { addresses: [record.refer('Condition', index % record.counts.Condition)] } : {}),
  };
}
