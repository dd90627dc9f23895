import {
  badRequest,
  type Filter,
  getReferenceString,
  isReference,
  isResource,
  OperationOutcomeError,
  Operator,
  type WithId,
} from '@medplum/core';
import type { FhirRepository } from '@medplum/fhir-router';
import type { Bundle, BundleEntry, Patient, Resource, ResourceType } from '@medplum/fhirtypes';
import type { Definitions } from '../repository/load-definitions.ts';
import { isWithinCare } from './care-date.ts';
import type { InputDefinition, Inputs } from './read-inputs.ts';

export const EVERYTHING_INPUTS: readonly InputDefinition[] = [
  { name: 'start', type: 'date', max: '1' },
  { name: 'end', type: 'date', max: '1' },
  { name: '_since', type: 'instant', max: '1' },
  { name: '_type', type: 'code', max: '*' },
  { name: '_count', type: 'integer', max: '1' },
  { name: '_offset', type: 'integer', max: '1' },
];

const DEFAULT_COUNT = 1000;

/** What else is read, and what that refers to in turn: such things are in no compartment. */
const RESOLVED_TYPES = /^(Organization|Location|Practitioner|PractitionerRole|Medication|Device)\//;

/**
 * `Patient/:id/$everything`: a page of the patient's compartment, and what it refers to. Its links are those of the search
 * behind it, as on the real server: `next` leads to a plain search, without what is referred to.
 * @throws OperationOutcomeError 403 when there is any type of the compartment that the caller may not search
 */
export async function patientEverything(
  repo: FhirRepository,
  definitions: Definitions,
  patient: WithId<Patient>,
  inputs: Inputs,
): Promise<Bundle<WithId<Resource>>> {
  const filters: Filter[] = [];
  if (inputs._since) {
    filters.push({ code: '_lastUpdated', operator: Operator.GREATER_THAN_OR_EQUALS, value: String(inputs._since) });
  }
  filters.push({ code: '_compartment', operator: Operator.EQUALS, value: getReferenceString(patient) });
  const bundle = await repo.search<Resource>({
    resourceType: 'Patient',
    types: typesOf(inputs._type, definitions),
    filters,
    count: Number(inputs._count ?? DEFAULT_COUNT),
    ...(inputs._offset === undefined ? {} : { offset: Number(inputs._offset) }),
    sortRules: [{ code: '_id' }],
  });
  if (!bundle.entry) return bundle;
  const entries = bundle.entry.filter(({ resource }) => resource && isWithinCare(resource, inputs.start, inputs.end));
  return { ...bundle, entry: withoutRepeats([...entries, ...(await referredTo(repo, entries))]) };
}

/** Sorted, and the Patient's own once more, which shows in the links. */
function typesOf(asked: unknown, { patientCompartment }: Definitions): ResourceType[] {
  // The real server trips over a type that stands alone: it takes the text for a list.
  if (typeof asked === 'string') throw new OperationOutcomeError(badRequest('types.push is not a function'));
  const types = Array.isArray(asked) ? asked : [...patientCompartment.keys()].filter((type) => type !== 'Binary');
  return [...types, 'Patient'].sort((a, b) => a.localeCompare(b));
}

async function referredTo(
  repo: FhirRepository,
  entries: readonly BundleEntry[],
): Promise<BundleEntry<WithId<Resource>>[]> {
  const result: BundleEntry<WithId<Resource>>[] = [];
  const known = new Set<string>();
  let page = entries.flatMap(({ resource }) => resource ?? []);
  while (page.length > 0) {
    for (const resource of page) known.add(getReferenceString(resource) ?? '');
    const references = new Set(page.flatMap((resource) => referencesIn(resource)));
    const wanted = [...references].filter((reference) => RESOLVED_TYPES.test(reference) && !known.has(reference));
    const found = await repo.readReferences(wanted.map((reference) => ({ reference })));
    page = found.filter((each) => isResource(each));
    result.push(
      ...page.map((resource): BundleEntry<WithId<Resource>> => {
        return { resource: resource as WithId<Resource>, search: { mode: 'include' } };
      }),
    );
  }
  return result;
}

function referencesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap((inner) => (isReference(inner) ? [inner.reference] : referencesIn(inner)));
}

function withoutRepeats(entries: readonly BundleEntry<WithId<Resource>>[]): BundleEntry<WithId<Resource>>[] {
  const seen = new Set<string>();
  return entries.filter(({ resource }) => {
    const reference = resource ? getReferenceString(resource) : '';
    if (seen.has(reference)) return false;
    seen.add(reference);
    return true;
  });
}
