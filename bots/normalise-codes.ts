import { type BotEvent, getStatus, type MedplumClient, OperationOutcomeError, type WithId } from '@medplum/core';
import type { Resource, ResourceType } from '@medplum/fhirtypes';
import { findTranslations } from './normalise-codes/find-translations.ts';
import { askedOf, makePatch } from './normalise-codes/make-patch.ts';

const CODED_TYPES: readonly string[] = [
  ...['AllergyIntolerance', 'Condition', 'DiagnosticReport', 'Immunization', 'Medication', 'MedicationAdministration'],
  ...['MedicationDispense', 'MedicationRequest', 'MedicationStatement', 'Observation', 'Procedure'],
];

/**
 * Adds standard codes (LOINC, SNOMED CT, RxNorm, CVX; UCUM for units) beside local ones, where an active ConceptMap of the
 * project calls them equal or equivalent. Nothing that the source says is replaced or reordered. Each added code carries an
 * extension that says what it was made of and by which map, and the resource a tag for it; a re-sync keeps it for as long as
 * the source says what it was made of.
 *
 * What the bot added is always what the maps say now: an entry taken out of a map takes its codes out at the next run
 * (`npm run bots:replay`). A code that a person took out stays out.
 *
 * Subscription: each of CODED_TYPES, with imports afterwards (docs/bots.md).
 *
 * @param event - The resource as it is now. Others than those of a record's coded types are passed over.
 * @returns The resource with its codes; undefined when nothing had to be changed.
 * @throws When somebody changes the resource again and again meanwhile: their change tells of it once more.
 */
export async function handler(medplum: MedplumClient, event: BotEvent<Resource>): Promise<Resource | undefined> {
  const resource = event.input;
  if (!isCoded(resource)) return undefined;
  try {
    return await normalise(medplum, resource);
  } catch (error) {
    if (!isStatus(error, 400, 404, 410, 412)) throw error;
    const now = await readAgain(medplum, resource);
    return now && normalise(medplum, now);
  }
}

async function normalise(medplum: MedplumClient, resource: WithId<Resource>): Promise<Resource | undefined> {
  const translate = await findTranslations(medplum, askedOf(resource));
  const patch = makePatch(resource, translate);
  if (patch.length === 0) return undefined;
  // By JSON Patch: links to documents are presigned when read, and must not be written back.
  const isThisVersion = { op: 'test' as const, path: '/meta/versionId', value: resource.meta?.versionId };
  return medplum.patchResource(resource.resourceType, resource.id, [isThisVersion, ...patch]);
}

/** Undefined when it was deleted meanwhile. */
async function readAgain(medplum: MedplumClient, { resourceType, id }: WithId<Resource>) {
  try {
    const now: WithId<Resource> = await medplum.readResource(resourceType as ResourceType, id, { cache: 'reload' });
    return now;
  } catch (error) {
    if (isStatus(error, 404, 410)) return undefined;
    throw error;
  }
}

function isCoded(resource: Resource): resource is WithId<Resource> {
  return CODED_TYPES.includes(resource.resourceType) && !!resource.id;
}

function isStatus(error: unknown, ...statuses: readonly number[]): boolean {
  return error instanceof OperationOutcomeError && statuses.includes(getStatus(error.outcome));
}
