import type {
  Binary,
  CodeableConcept,
  Condition,
  DocumentReference,
  Encounter,
  Immunization,
  Procedure,
  Resource,
} from '@medplum/fhirtypes';
import { NOTES, PROCEDURES_BY_NAME, VISITS } from '../generator/codes/care.ts';
import { PROBLEMS } from '../generator/codes/problems.ts';
import { CVX, concept, ICD_10, LOINC, SNOMED } from '../generator/codes/systems.ts';
import { VACCINES_BY_NAME } from '../generator/codes/vaccines.ts';
import type { Visit } from './story.ts';
import { coded, doctorOf, HL7, instant, refer, type Telling, toPatient, visitKey } from './telling.ts';

const MINUTE_MS = 60_000;

/** When a visit was over. */
export function endMs(telling: Telling, index: number, visit: Visit): number {
  const { minutes } = VISITS[visit.kind];
  return telling.startMs(index) + minutes * (visit.days ?? 1) * MINUTE_MS;
}

/** What was done at each visit, but for what was measured there. */
export function tellVisits(telling: Telling): Resource[] {
  return telling.story.visits.flatMap((visit, index) => [
    tellEncounter(telling, visit, index),
    ...(visit.procedures ?? []).map((name, nth) => tellProcedure(telling, name, index, nth)),
    ...(visit.vaccines ?? []).map((name) => tellImmunization(telling, name, index)),
    ...tellNote(telling, visit, index),
  ]);
}

function tellEncounter(telling: Telling, visit: Visit, index: number): Encounter {
  const { class: code, ...kind } = VISITS[visit.kind];
  const reasons = visit.reasons ?? [];
  return {
    resourceType: 'Encounter',
    id: visitKey(index),
    status: 'finished',
    class: { system: `${HL7}/v3-ActCode`, code },
    type: [concept(SNOMED, kind)],
    subject: toPatient(telling),
    participant: [{ individual: refer('Practitioner', doctorOf(index)) }],
    period: { start: instant(telling.startMs(index)), end: instant(endMs(telling, index, visit)) },
    ...(reasons.length > 0
      ? {
          reasonCode: reasons.map((name) => concept(SNOMED, PROBLEMS[name])),
          diagnosis: reasons.map((name) => ({ condition: refer('Condition', `problem-${name}`) })),
        }
      : {}),
    location: [{ location: refer('Location', 'ward') }],
    serviceProvider: refer('Organization', 'site'),
  };
}

export function tellProblems(telling: Telling): Condition[] {
  return telling.story.problems.map(({ name, from, to }) => {
    const { icd10, ...code } = PROBLEMS[name];
    const visit = telling.visitSince(from);
    return {
      resourceType: 'Condition',
      id: `problem-${name}`,
      clinicalStatus: coded('condition-clinical', to === undefined ? 'active' : 'resolved'),
      verificationStatus: coded('condition-ver-status', 'confirmed'),
      category: [coded('condition-category', 'problem-list-item')],
      code: withIcd10(concept(SNOMED, code), icd10),
      subject: toPatient(telling),
      encounter: refer('Encounter', visitKey(visit)),
      onsetDateTime: from,
      ...(to === undefined ? {} : { abatementDateTime: to }),
      recordedDate: instant(Math.max(telling.startMs(visit), Date.parse(from))),
      recorder: refer('Practitioner', doctorOf(visit)),
    };
  });
}

function withIcd10(said: CodeableConcept, icd10: string): CodeableConcept {
  return { ...said, coding: [...(said.coding ?? []), { system: ICD_10, code: icd10 }] };
}

function tellProcedure(telling: Telling, name: keyof typeof PROCEDURES_BY_NAME, index: number, nth: number): Procedure {
  return {
    resourceType: 'Procedure',
    id: `procedure-${index}-${nth}`,
    status: 'completed',
    code: concept(SNOMED, PROCEDURES_BY_NAME[name]),
    subject: toPatient(telling),
    encounter: refer('Encounter', visitKey(index)),
    performedDateTime: instant(telling.startMs(index) + (15 + nth) * MINUTE_MS),
    performer: [{ actor: refer('Practitioner', doctorOf(index)) }],
  };
}

function tellImmunization(telling: Telling, name: keyof typeof VACCINES_BY_NAME, index: number): Immunization {
  const dose = telling.story.visits.slice(0, index + 1).filter(({ vaccines }) => vaccines?.includes(name)).length;
  return {
    resourceType: 'Immunization',
    id: `vaccine-${index}-${name}`,
    status: 'completed',
    vaccineCode: concept(CVX, VACCINES_BY_NAME[name]),
    patient: toPatient(telling),
    encounter: refer('Encounter', visitKey(index)),
    occurrenceDateTime: instant(telling.startMs(index) + 25 * MINUTE_MS),
    primarySource: true,
    lotNumber: `L${telling.random(`lot-${index}-${name}`).int(10000, 99999)}`,
    performer: [{ actor: refer('Practitioner', doctorOf(index)) }],
    protocolApplied: [{ doseNumberPositiveInt: dose }],
  };
}

function tellNote(telling: Telling, { note }: Visit, index: number): (DocumentReference | Binary)[] {
  if (!note) return [];
  const [name, text] = note;
  const day = instant(telling.startMs(index)).slice(0, 10);
  return [
    {
      resourceType: 'DocumentReference',
      id: `note-${index}`,
      status: 'current',
      docStatus: 'final',
      type: concept(LOINC, NOTES[name]),
      category: [
        {
          coding: [
            {
              system: 'http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category',
              code: 'clinical-note',
              display: 'Clinical Note',
            },
          ],
        },
      ],
      subject: toPatient(telling),
      date: instant(telling.startMs(index) + 30 * MINUTE_MS),
      author: [refer('Practitioner', doctorOf(index))],
      content: [{ attachment: { contentType: 'text/html', url: `Binary/note-${index}`, title: NOTES[name].display } }],
      context: { encounter: [refer('Encounter', visitKey(index))] },
    },
    {
      resourceType: 'Binary',
      id: `note-${index}`,
      contentType: 'text/html',
      data: Buffer.from(`<html><body><h1>${NOTES[name].display}, ${day}</h1><p>${text}</p></body></html>`).toString(
        'base64',
      ),
    },
  ];
}
