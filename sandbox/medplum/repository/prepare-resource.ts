import { randomUUID } from 'node:crypto';
import { stringify, validateResource, type WithId } from '@medplum/core';
import type { Reference, Resource } from '@medplum/fhirtypes';
import type { Definitions } from './load-definitions.ts';
import { resolveConditionalReferences, type SearchResources } from './resolve-conditional-references.ts';
import type { ResourceStore } from './resource-store.ts';
import { type BinaryUrls, unlinkAttachments } from './rewrite-attachments.ts';
import { compartmentsOf, patientsOf, stampMeta, type Writer } from './stamp-meta.ts';
import { validateProfiles } from './validate-profiles.ts';

/** A string of 1 MiB once encoded: the limit of the measured server for every string. Newer ones let base64 be longer. */
const MAX_BASE64_BYTES = 786_432;

export interface PreparationWorld {
  readonly store: ResourceStore;
  readonly definitions: Definitions;
  readonly urls: BinaryUrls;
}

/**
 * A resource as the next version will be stored: links turned back, references resolved, `meta` stamped, validated.
 * @throws OperationOutcomeError 400 with every issue that the real server's validator finds
 */
export async function prepareResource<T extends Resource>(
  world: PreparationWorld,
  writer: Writer,
  resource: WithId<T>,
  search: SearchResources,
): Promise<WithId<T>> {
  const text = JSON.stringify(resource);
  const result: WithId<T> = JSON.parse(text);
  unlinkAttachments(result, world.urls);
  // Crawling is dear, and next to no resource has a reference with a question mark.
  if (/"reference":"[A-Z][A-Za-z]*\?/.test(text)) await resolveConditionalReferences(result, search);
  result.meta = stampMeta(result, writer, randomUUID(), patientAccounts(world, result));
  result.meta.compartment = compartmentsOf(result, world.definitions);
  validateResource(result, { base64BinaryMaxBytes: MAX_BASE64_BYTES });
  validateProfiles(result, world.store);
  return withoutEmpty(result);
}

/** Without empty strings, arrays and objects: the real server drops them without a word. */
export function withoutEmpty<T extends Resource>(resource: T): T {
  return JSON.parse(stringify(resource));
}

/** Accounts of the Patients that a resource is about go over to it. */
function patientAccounts({ store, definitions }: PreparationWorld, resource: Resource): Reference[] {
  if (resource.resourceType === 'Patient') return [];
  const accounts = patientsOf(resource, definitions).flatMap((patient) => {
    const content = store.find('Patient', patient.slice('Patient/'.length))?.content;
    const meta = content ? (JSON.parse(content) as Resource).meta : undefined;
    return meta?.accounts ?? (meta?.account ? [meta.account] : []);
  });
  return [...new Map(accounts.map((a) => [a.reference, a])).values()];
}
