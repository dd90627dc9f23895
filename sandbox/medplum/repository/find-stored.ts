import { gone, isUUID, notFound, OperationOutcomeError, type WithId } from '@medplum/core';
import type { Resource } from '@medplum/fhirtypes';
import { checkType } from './check-type.ts';
import type { RepositoryCaller, RepositoryWorld } from './repository-world.ts';
import type { StoredResource } from './resource-store.ts';

/** Whether a stored resource is of a project that the caller belongs to. */
export function isWithin(caller: RepositoryCaller, { project }: StoredResource): boolean {
  return caller.superAdmin === true || project === caller.projectId;
}

/**
 * The row of a resource that the caller's policy lets them see, living or deleted.
 * @throws OperationOutcomeError 404; 400 or 403 for its type
 */
export function findStored(
  { store }: RepositoryWorld,
  caller: RepositoryCaller,
  resourceType: string,
  id: string,
): StoredResource {
  const stored = store.find(checkedType(caller, resourceType, id), id);
  if (!stored || !isWithin(caller, stored)) throw new OperationOutcomeError(notFound);
  const condition = caller.access.conditionFor(resourceType, (type, code) => store.paramNumber(type, code));
  if (condition && !store.matches(stored.rid, condition)) throw new OperationOutcomeError(notFound);
  return stored;
}

/** As `findStored`, of a type that the caller may read at all: 403 otherwise. */
export function findReadable(
  world: RepositoryWorld,
  caller: RepositoryCaller,
  resourceType: string,
  id: string,
): StoredResource {
  caller.access.requireType('read', checkedType(caller, resourceType, id));
  return findStored(world, caller, resourceType, id);
}

/** The newest version of a resource that the caller may see; 410 for a deleted one. */
export function readCurrent<T extends Resource>(
  world: RepositoryWorld,
  caller: RepositoryCaller,
  resourceType: string,
  id: string,
): WithId<T> {
  return contentOf(findStored(world, caller, resourceType, id));
}

/** What a row holds; 410 for a deleted one. */
export function contentOf<T extends Resource>({ content }: StoredResource): WithId<T> {
  if (content === undefined) throw new OperationOutcomeError(gone);
  return JSON.parse(content);
}

function checkedType({ admin }: RepositoryCaller, resourceType: string, id: string): string {
  if (!isUUID(id)) throw new OperationOutcomeError(notFound);
  checkType(resourceType, admin);
  return resourceType;
}
