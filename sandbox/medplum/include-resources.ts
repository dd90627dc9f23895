import type { SearchRequest, WithId } from '@medplum/core';
import { type FhirRepository, getExtraEntries } from '@medplum/fhir-router';
import type { BundleEntry, Resource } from '@medplum/fhirtypes';

/** What `_include` and `_revinclude` add to a page of matches. */
export async function includeResources(
  repo: FhirRepository,
  request: SearchRequest,
  matches: WithId<Resource>[],
): Promise<WithId<Resource>[]> {
  if (!request.include && !request.revInclude) return [];
  const entries: BundleEntry[] = [];
  await getExtraEntries(repo, request, matches, entries);
  return entries.flatMap((entry) => (entry.resource?.id ? [entry.resource as WithId<Resource>] : []));
}
