import {
  badRequest,
  deepEquals,
  isResourceWithId,
  isUUID,
  OperationOutcomeError,
  preconditionFailed,
  type WithId,
} from '@medplum/core';
import type { FhirRepository, UpdateResourceOptions } from '@medplum/fhir-router';
import type { Resource, Subscription } from '@medplum/fhirtypes';
import type { Change } from '../subscriptions/change-feed.ts';
import { isSocketSubscription } from '../subscriptions/socket-subscriptions.ts';
import { checkType } from './check-type.ts';
import { prepareResource } from './prepare-resource.ts';
import type { RepositoryCaller, RepositoryWorld } from './repository-world.ts';
import type { StoredResource } from './resource-store.ts';

export type Noted = Omit<Change, 'projectId'>;

export interface Written<T extends Resource> {
  /** The newest version, whether this write has made it or not. */
  readonly saved: WithId<T>;
  /** Undefined: nothing has changed. */
  readonly change: Noted | undefined;
}

/** One write: of what, over what, and under which condition. */
export interface Writing<T extends Resource> {
  readonly resource: WithId<T>;
  readonly interaction: 'create' | 'update';
  readonly stored: StoredResource | undefined;
  readonly options: UpdateResourceOptions | undefined;
}

/** What can be refused before anything is looked up. */
export function checkWritable<T extends Resource>(
  { access, admin }: RepositoryCaller,
  resource: T,
  interaction: 'create' | 'update',
): asserts resource is WithId<T> {
  if (!isResourceWithId(resource)) throw refuse('Missing id');
  if (!isUUID(resource.id)) throw refuse('Invalid id');
  checkType(resource.resourceType, admin);
  access.requireType(interaction, resource.resourceType);
}

/** Stores a version, inside a transaction. Steps in the order of the real server, so that the first fault named is the same. */
export async function writeVersion<T extends Resource>(
  world: RepositoryWorld,
  caller: RepositoryCaller,
  { resource, interaction, stored, options }: Writing<T>,
  repo: FhirRepository,
): Promise<Written<T>> {
  const { access } = caller;
  const current: WithId<T> | undefined = stored?.content ? JSON.parse(stored.content) : undefined;
  if (current) access.require(interaction, current);
  // A deleted resource is restored whatever version is expected: the real server looks only at a living one.
  if (current && options?.ifMatch && current.meta?.versionId !== options.ifMatch) {
    throw new OperationOutcomeError(preconditionFailed);
  }
  const allowed = access.restore(resource, current);
  const writer = writerOf(caller, resource, stored);
  const saved = await prepareResource(world, writer, allowed, (request) => repo.searchResources(request));
  if (current && deepEquals(current, saved)) return { saved: current, change: undefined };
  access.requireWritable(interaction, current, saved);
  if (isSocketSubscription(saved)) {
    world.socketSubscriptions.keep(saved as WithId<Subscription>);
    return { saved, change: undefined };
  }
  const content = stored ? world.store.replace(stored, saved) : world.store.insert(saved, writer.projectId);
  world.binaries.keepInline(saved, current);
  return { saved, change: { ...changeOf(saved, current), content } };
}

function changeOf(saved: WithId<Resource>, current: Resource | undefined): Noted {
  const { resourceType, id, meta } = saved;
  const versions = { versionId: meta?.versionId ?? '', previousVersionId: current?.meta?.versionId };
  return { interaction: current ? 'update' : 'create', resourceType, id, ...versions };
}

/** The caller as one of the project that a resource belongs to, which only a super admin may say. */
function writerOf(caller: RepositoryCaller, resource: Resource, stored: StoredResource | undefined): RepositoryCaller {
  if (!caller.superAdmin) return caller;
  const own = resource.resourceType === 'Project' ? resource.id : resource.meta?.project;
  return { ...caller, projectId: own ?? stored?.project ?? caller.projectId };
}

function refuse(message: string): OperationOutcomeError {
  return new OperationOutcomeError(badRequest(message));
}
