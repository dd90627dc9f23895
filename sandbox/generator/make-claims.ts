import type { Coverage, ExplanationOfBenefit } from '@medplum/fhirtypes';
import { CONDITIONS } from './codes/problems.ts';
import { concept, ICD_10, NPI } from './codes/systems.ts';
import { npiOf } from './make-people.ts';
import { date, type PatientRecord } from './make-record.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

export function makeCoverage(record: PatientRecord, index: number): Coverage {
  return {
    resourceType: 'Coverage',
    id: record.id('Coverage', index),
    meta: { lastUpdated: '2026-06-01T00:00:00.000+00:00' },
    status: 'active',
    type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'PUBLICPOL' }] },
    subscriberId: `1EG4-TE5-MK${record.seed % 90}`,
    beneficiary: record.toPatient(),
    payor: [
      {
        identifier: { system: 'https://payer.example.org/id', value: 'NORTHFIELD' },
        display: 'Northfield Health Plan',
      },
    ],
  };
}

/** A paid claim. Its providers are named by NPI only, as payers do. */
export function makeExplanationOfBenefit(record: PatientRecord, index: number): ExplanationOfBenefit {
  const random = record.random('ExplanationOfBenefit', index);
  const startMs = record.encounterAtMs(record.encounterOf('ExplanationOfBenefit', index));
  const { icd10, ...condition } = CONDITIONS[index % CONDITIONS.length] ?? CONDITIONS[0];
  const cents = random.int(4000, 90_000);
  const money = (value: number) => ({ value: Number((value / 100).toFixed(2)), currency: 'USD' as const });
  return {
    resourceType: 'ExplanationOfBenefit',
    id: record.id('ExplanationOfBenefit', index),
    meta: { lastUpdated: new Date(startMs + 20 * DAY_MS).toISOString() },
    status: 'active',
    type: concept('http://terminology.hl7.org/CodeSystem/claim-type', {
      code: 'professional',
      display: 'Professional',
    }),
    use: 'claim',
    patient: record.toPatient(),
    billablePeriod: { start: date(startMs), end: date(startMs) },
    created: date(startMs + 14 * DAY_MS),
    insurer: { identifier: { value: 'NORTHFIELD' } },
    provider: { identifier: { system: NPI, value: npiOf(record, index % record.counts.Practitioner) } },
    outcome: 'complete',
    diagnosis: [
      {
        sequence: 1,
        diagnosisCodeableConcept: concept(ICD_10, {
          code: icd10,
          display: condition.display,
        }),
      },
    ],
    insurance: [
      {
        focal: true,
        coverage:
          record.counts.Coverage > 0
            ? record.refer('Coverage', index % record.counts.Coverage)
            : { display: 'Northfield Health Plan' },
      },
    ],
    total: [
      {
        category: concept('http://terminology.hl7.org/CodeSystem/adjudication', {
          code: 'submitted',
          display: 'Submitted Amount',
        }),
        amount: money(cents),
      },
    ],
    payment: { date: date(startMs + 20 * DAY_MS), amount: money(Math.round(cents * 0.8)) },
  };
}
