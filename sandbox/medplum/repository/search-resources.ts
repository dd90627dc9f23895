import { type IncludeTarget, isResource, type SearchRequest, type WithId } from '@medplum/core';
import { type FhirRepository, getExtraEntries } from '@medplum/fhir-router';
import type { Bundle, BundleEntry, Resource } from '@medplum/fhirtypes';
import { runSearch } from '../search/run-search.ts';
import { subsetFields } from '../search/subset-fields.ts';
import { checkSearchable } from './check-type.ts';
import { asksForOrigin, findDefinitions, isDefinitionType } from './find-definitions.ts';
import type { RepositoryCaller, RepositoryWorld } from './repository-world.ts';
import { showResource } from './show-resource.ts';

/**
 * A page of what the caller may see, with what `_include` and `_revinclude` add.
 * @param repo reads what is included, charged to the caller's quota
 * @throws OperationOutcomeError 400 for what cannot be understood, 403 for a type that the caller may not search
 */
export async function searchResources<T extends Resource>(
  world: RepositoryWorld,
  caller: RepositoryCaller,
  request: SearchRequest<T>,
  repo: FhirRepository,
): Promise<Bundle<WithId<T>>> {
  for (const type of request.types ?? [request.resourceType]) {
    checkSearchable(type, caller.admin);
    caller.access.requireType('search', type);
  }
  if (isDefinitionType(request.resourceType) && !asksForOrigin(request)) {
    return findDefinitions(world.definitions, request) as Bundle<WithId<T>>;
  }
  const { contents, total, links } = foundBy(world, caller, request);
  const matches = contents.map((content): WithId<T> => JSON.parse(content));
  const entry = matches.map((resource) => entryOf(world, resource, 'match'));
  for (const resource of await included(world, caller, request, matches, repo)) {
    entry.push(entryOf(world, resource as WithId<T>, 'include'));
  }
  for (const { resource } of entry) {
    if (resource) subsetFields(showResource(caller, resource), request);
  }
  return {
    resourceType: 'Bundle',
    type: 'searchset',
    ...(entry.length > 0 ? { entry } : {}),
    ...(total === undefined ? {} : { total }),
    link: links,
  };
}

function foundBy({ store, urls, switches }: RepositoryWorld, caller: RepositoryCaller, request: SearchRequest) {
  const projectId = caller.superAdmin ? undefined : caller.projectId;
  const scope = { projectId, access: caller.access, chainsSeeAll: switches.policyGaps };
  return runSearch(store, request, scope, urls.fhirBase);
}

/** What is read by a reference is judged by the policy; what is found by one, only where there is a rule for its type. */
async function included(
  world: RepositoryWorld,
  caller: RepositoryCaller,
  request: SearchRequest,
  matches: Resource[],
  repo: FhirRepository,
): Promise<Resource[]> {
  if (!request.include && !request.revInclude) return [];
  const entries: BundleEntry[] = [];
  const executeSearch = async (inner: SearchRequest): Promise<WithId<Resource>[]> => {
    if (!world.switches.policyGaps) return repo.searchResources(inner);
    return foundBy(world, caller, inner).contents.map((content) => showResource(caller, JSON.parse(content)));
  };
  await getExtraEntries(repo, anyTarget(request), matches, entries, { executeSearch });
  return entries.flatMap(({ resource }) => (isResource(resource) ? [resource] : []));
}

/** 5.0.10 does not look at the third part of `Observation:subject:Patient`. */
function anyTarget(request: SearchRequest): SearchRequest {
  const withoutTarget = ({ targetType: _targetType, ...rest }: IncludeTarget): IncludeTarget => rest;
  return {
    ...request,
    ...(request.include && { include: request.include.map(withoutTarget) }),
    ...(request.revInclude && { revInclude: request.revInclude.map(withoutTarget) }),
  };
}

function entryOf<T extends Resource>(
  { urls }: RepositoryWorld,
  resource: WithId<T>,
  mode: 'match' | 'include',
): BundleEntry<WithId<T>> {
  return { fullUrl: `${urls.fhirBase}${resource.resourceType}/${resource.id}`, search: { mode }, resource };
}
