import type { WithId } from '@medplum/core';
import type { Resource } from '@medplum/fhirtypes';
import type { QuotaBook } from '../quota.ts';
import type { RepositoryWorld } from '../repository/repository-world.ts';
import { systemRepository } from '../repository/system-repository.ts';
import { withLinks } from '../send-fhir.ts';

/** A resource with presigned links, as whoever subscribed gets it: the server's own rights made them. */
export async function withSystemLinks<T extends Resource>(
  world: RepositoryWorld,
  quotas: QuotaBook,
  projectId: string,
  resource: WithId<T>,
): Promise<WithId<T>> {
  return JSON.parse(await withLinks(world, systemRepository(world, quotas, projectId), resource));
}
