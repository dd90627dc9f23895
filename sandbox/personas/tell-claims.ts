import type { Coverage, ExplanationOfBenefit, Resource } from '@medplum/fhirtypes';
import { VISITS } from '../generator/codes/care.ts';
import { PROBLEMS } from '../generator/codes/problems.ts';
import { concept, ICD_10 } from '../generator/codes/systems.ts';
import type { Story, Visit } from './story.ts';
import { addDays } from './story.ts';
import { coded, doctorOf, HL7, isEmergency, refer, type Telling, toPatient } from './telling.ts';

/** What an insurer adds to a story: the coverage, and a claim for every visit, told a fortnight later. */
export function tellClaims(telling: Telling): Resource[] {
  return [tellCoverage(telling), ...telling.story.visits.map((visit, index) => tellClaim(telling, visit, index))];
}

function tellCoverage(telling: Telling): Coverage {
  return {
    resourceType: 'Coverage',
    id: 'coverage',
    status: 'active',
    type: coded('v3-ActCode', 'HIP'),
    subscriberId: `NF${telling.random('subscriber').int(10 ** 8, 10 ** 9 - 1)}`,
    beneficiary: toPatient(telling),
    relationship: coded('subscriber-relationship', 'self'),
    period: { start: firstDay(telling.story) },
    payor: [refer('Organization', 'site')],
  };
}

function tellClaim(telling: Telling, visit: Visit, index: number): ExplanationOfBenefit {
  const isStay = isEmergency(visit);
  const cents = telling.random(`claim-${index}`).int(isStay ? 250_000 : 8000, isStay ? 1_900_000 : 60_000);
  const money = (share: number) => ({ value: Number(((cents * share) / 100).toFixed(2)), currency: 'USD' as const });
  const amount = (code: string, share: number) => ({ category: coded('adjudication', code), amount: money(share) });
  const [reason] = visit.reasons ?? [];
  return {
    resourceType: 'ExplanationOfBenefit',
    id: `claim-${index}`,
    status: 'active',
    type: coded('claim-type', isStay ? 'institutional' : 'professional'),
    use: 'claim',
    patient: toPatient(telling),
    billablePeriod: { start: visit.on, end: addDays(visit.on, visit.days ?? 0) },
    created: addDays(visit.on, 14),
    insurer: refer('Organization', 'site'),
    provider: refer('Practitioner', doctorOf(index)),
    outcome: 'complete',
    ...(reason === undefined
      ? {}
      : {
          diagnosis: [
            {
              sequence: 1,
              diagnosisCodeableConcept: concept(ICD_10, {
                code: PROBLEMS[reason].icd10,
                display: PROBLEMS[reason].display,
              }),
            },
          ],
        }),
    insurance: [{ focal: true, coverage: refer('Coverage', 'coverage') }],
    item: [
      {
        sequence: 1,
        productOrService: { text: VISITS[visit.kind].display },
        servicedDate: visit.on,
        adjudication: [amount('submitted', 1), amount('benefit', 0.78)],
      },
    ],
    total: [amount('submitted', 1), amount('benefit', 0.78)],
    payment: {
      type: { coding: [{ system: `${HL7}/ex-paymenttype`, code: 'complete' }] },
      date: addDays(visit.on, 20),
      amount: money(0.78),
    },
  };
}

function firstDay({ visits, person }: Story): string {
  return visits[0]?.on ?? person.birthDate;
}
