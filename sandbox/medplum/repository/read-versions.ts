import {
  allOk,
  badRequest,
  DEFAULT_MAX_SEARCH_COUNT,
  getStatus,
  notFound,
  OperationOutcomeError,
  type WithId,
} from '@medplum/core';
import type { ReadHistoryOptions } from '@medplum/fhir-router';
import type { Bundle, BundleEntry, OperationOutcome, Resource } from '@medplum/fhirtypes';
import { findReadable } from './find-stored.ts';
import type { RepositoryCaller, RepositoryWorld } from './repository-world.ts';
import type { StoredVersion } from './resource-store.ts';
import { showResource } from './show-resource.ts';

/** All versions of a resource that the caller may see now, newest first. */
export function readVersions<T extends Resource>(
  world: RepositoryWorld,
  caller: RepositoryCaller,
  resourceType: string,
  id: string,
  options: ReadHistoryOptions = {},
): Bundle<WithId<T>> {
  const { rid, content } = findReadable(world, caller, resourceType, id);
  if (content) caller.access.require('history', JSON.parse(content));
  // As there: none at all is asked for as all of them.
  const asked = Math.min(Math.max(0, options.limit ?? 100), DEFAULT_MAX_SEARCH_COUNT);
  const limit = asked || Number.MAX_SAFE_INTEGER;
  const versions = world.store.versions(rid, limit, Math.max(0, options.offset ?? 0));
  return {
    resourceType: 'Bundle',
    type: 'history',
    total: world.store.countVersions(rid),
    entry: versions.map((version) => historyEntry<T>(world, caller, `${resourceType}/${id}`, version)),
  };
}

/** @throws OperationOutcomeError 404 for a version that is not there, 400 for one that is a deletion */
export function readOneVersion<T extends Resource>(
  world: RepositoryWorld,
  caller: RepositoryCaller,
  resourceType: string,
  id: string,
  versionId: string,
): WithId<T> {
  const { rid, content: current } = findReadable(world, caller, resourceType, id);
  if (current) caller.access.require('vread', JSON.parse(current));
  const version = world.store.version(rid, versionId);
  if (!version) throw new OperationOutcomeError(notFound);
  const { content } = version;
  // As there: what a deletion leaves is no JSON.
  if (content === undefined) throw new OperationOutcomeError(badRequest('Unexpected end of JSON input'));
  return showResource(caller, JSON.parse(content));
}

function historyEntry<T extends Resource>(
  { urls }: RepositoryWorld,
  caller: RepositoryCaller,
  reference: string,
  version: StoredVersion,
): BundleEntry<WithId<T>> {
  const outcome = version.content ? allOk : deletedOutcome(version.lastUpdated);
  return {
    fullUrl: `${urls.fhirBase}${reference}`,
    request: { method: 'GET', url: `${reference}/_history/${version.versionId}` },
    response: { status: String(getStatus(outcome)), outcome },
    ...(version.content ? { resource: showResource(caller, JSON.parse(version.content)) } : {}),
  };
}

function deletedOutcome(lastUpdated: string): OperationOutcome {
  const text = `Deleted on ${lastUpdated}`;
  return {
    resourceType: 'OperationOutcome',
    id: 'gone',
    issue: [{ severity: 'error', code: 'deleted', details: { text } }],
  };
}
