import type { AllergyIntolerance, CarePlan, Goal, MedicationRequest, Resource } from '@medplum/fhirtypes';
import { CARE_PLAN } from '../generator/codes/care.ts';
import { ALLERGIES, DRUGS, NO_KNOWN_ALLERGY, REACTIONS } from '../generator/codes/drugs.ts';
import { concept, RXNORM, SNOMED } from '../generator/codes/systems.ts';
import { addDays, type Prescription } from './story.ts';
import { coded, doctorOf, instant, refer, type Telling, toPatient, visitKey } from './telling.ts';

/** Longer than a month on average, so that no renewal comes early. */
const DAYS_A_MONTH = 31;

export function tellTreatment(telling: Telling): Resource[] {
  return [...tellAllergies(telling), ...tellPrescriptions(telling), ...tellPlan(telling)];
}

function tellAllergies(telling: Telling): AllergyIntolerance[] {
  const { allergies } = telling.story;
  const begin = { resourceType: 'AllergyIntolerance' as const, patient: toPatient(telling) };
  const clinicalStatus = coded('allergyintolerance-clinical', 'active');
  const verificationStatus = coded('allergyintolerance-verification', 'confirmed');
  if (allergies === 'none') {
    const recordedDate = instant(telling.startMs(0));
    const code = concept(SNOMED, NO_KNOWN_ALLERGY);
    return [{ ...begin, id: 'allergy-none', clinicalStatus, verificationStatus, code, recordedDate }];
  }
  return allergies.map(({ name, noted, isSevere = false }) => {
    const { system, category, ...code } = ALLERGIES[name];
    return {
      ...begin,
      id: `allergy-${name}`,
      clinicalStatus,
      verificationStatus,
      category: [category],
      criticality: isSevere ? 'high' : 'low',
      code: concept(system, code),
      recordedDate: noted,
      reaction: [{ manifestation: [concept(SNOMED, REACTIONS[isSevere ? 2 : 0] ?? REACTIONS[0])] }],
    };
  });
}

function tellPrescriptions(telling: Telling): MedicationRequest[] {
  const until = telling.story.visits.at(-1)?.on ?? '';
  return telling.story.prescriptions.flatMap((prescription) => {
    const { drug, from, to, renewedMonths } = prescription;
    const days: string[] = [];
    const last = to ?? until;
    for (let day = from; day <= last; day = addDays(day, (renewedMonths ?? Infinity) * DAYS_A_MONTH)) {
      days.push(day);
      if (renewedMonths === undefined) break;
    }
    return days.map((day, nth) => {
      const isLast = nth === days.length - 1;
      const status = !isLast ? 'completed' : to === undefined ? 'active' : 'stopped';
      return tellPrescription(telling, prescription, day, `${drug}-${from}-${nth}`, status);
    });
  });
}

function tellPrescription(
  telling: Telling,
  prescription: Prescription,
  day: string,
  key: string,
  status: 'active' | 'completed' | 'stopped',
): MedicationRequest {
  const visit = telling.visitSince(day);
  const isAtVisit = telling.story.visits[visit]?.on === day;
  return {
    resourceType: 'MedicationRequest',
    id: `drug-${key}`,
    status,
    intent: 'order',
    medicationCodeableConcept: concept(RXNORM, DRUGS[prescription.drug]),
    subject: toPatient(telling),
    ...(isAtVisit ? { encounter: refer('Encounter', visitKey(visit)) } : {}),
    authoredOn: isAtVisit ? instant(telling.startMs(visit) + 20 * 60_000) : day,
    requester: refer('Practitioner', doctorOf(visit)),
    ...(prescription.for === undefined ? {} : { reasonReference: [refer('Condition', `problem-${prescription.for}`)] }),
    dosageInstruction: [{ text: prescription.text }],
  };
}

function tellPlan(telling: Telling): (CarePlan | Goal)[] {
  const { goal, problems, visits } = telling.story;
  const start = visits[0]?.on;
  if (goal === undefined || start === undefined) return [];
  const addresses = problems.slice(0, 3).map(({ name }) => refer('Condition', `problem-${name}`));
  return [
    {
      resourceType: 'CarePlan',
      id: 'plan',
      text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml"><p>${goal}</p></div>` },
      status: 'active',
      intent: 'plan',
      category: [concept(SNOMED, CARE_PLAN)],
      subject: toPatient(telling),
      period: { start },
      careTeam: [refer('CareTeam', 'team')],
      addresses,
      goal: [refer('Goal', 'goal')],
    },
    {
      resourceType: 'Goal',
      id: 'goal',
      lifecycleStatus: 'active',
      description: { text: goal },
      subject: toPatient(telling),
      startDate: start,
      addresses,
    },
  ];
}
