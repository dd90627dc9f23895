import type { Resource } from '@medplum/fhirtypes';
import type { RepositoryCaller } from './repository-world.ts';
import { hideServerMeta } from './stamp-meta.ts';

/** A stored resource as its reader may see it, changed in place. */
export function showResource<T extends Resource>({ access, extended }: RepositoryCaller, resource: T): T {
  access.hide(resource);
  if (!extended) hideServerMeta(resource);
  return resource;
}
