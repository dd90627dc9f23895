import { readFileSync } from 'node:fs';
import type { MedplumClient, WithId } from '@medplum/core';
import type { Patient, Task } from '@medplum/fhirtypes';
import type { FactResource } from '../ccda-to-fhir/describe-fact.ts';

/** The C-CDA document that tests convert: a summary of everything that is converted, about one made-up person. */
export const CCD = readFileSync(new URL('ccd.xml', import.meta.url), 'utf8');

/** How many resources it comes to. */
export const CCD_FACTS = 18;

/** Whom it is about. */
export const CCD_PERSON: Omit<Patient, 'resourceType'> = {
  name: [{ given: ['Elena'], family: 'Marsh' }],
  birthDate: '1968-04-12',
  gender: 'female',
};

/** What C-CDA documents are converted to. */
const CONVERTED_TYPES = [
  'AllergyIntolerance',
  'Condition',
  'Encounter',
  'Goal',
  'Immunization',
  'MedicationRequest',
  'Observation',
  'Procedure',
] as const;

/** What a record holds of the types that documents are converted to. */
export async function recordOf(
  medplum: Pick<MedplumClient, 'searchResources'>,
  { id }: WithId<Patient>,
): Promise<FactResource[]> {
  const query = { patient: `Patient/${id}`, _count: '1000' };
  const all = await Promise.all(
    CONVERTED_TYPES.map((type) => medplum.searchResources(type, query, { cache: 'reload' })),
  );
  return all.flat() as FactResource[];
}

/** What a conversion's Task counts, by its codes. */
export function outputsOf(task: Task | undefined): Record<string, number | undefined> {
  const outputs = task?.output ?? [];
  return Object.fromEntries(
    outputs.map(({ type, valueInteger }) => [type.coding?.map(({ code }) => code).join(' '), valueInteger]),
  );
}
