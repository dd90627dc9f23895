import {
  forbidden,
  isGone,
  isNotFound,
  notFound,
  OperationOutcomeError,
  parseReference,
  type WithId,
} from '@medplum/core';
import type { Reference, Resource } from '@medplum/fhirtypes';
import { checkType } from './check-type.ts';
import { readCurrent } from './find-stored.ts';
import type { RepositoryCaller, RepositoryWorld } from './repository-world.ts';
import { showResource } from './show-resource.ts';

/**
 * What a reference points at, for `_include`, GraphQL and `$everything`; otherwise the reason why not, which stands for
 * it. Several at once come from the real server's cache, where a rule for `*` with criteria finds nothing.
 * @throws OperationOutcomeError 400 for a type that FHIR does not know, as there
 */
export function readReferred<T extends Resource>(
  world: RepositoryWorld,
  caller: RepositoryCaller,
  reference: Reference<T>,
): WithId<T> | OperationOutcomeError {
  if (!/^[A-Z][a-zA-Z]+\//.test(reference.reference ?? '')) return new OperationOutcomeError(notFound);
  try {
    const [type, id] = parseReference(reference);
    checkType(type, caller.admin);
    if (!caller.access.allowsType('read', type)) return new OperationOutcomeError(forbidden);
    const resource = readCurrent<T>(world, caller, type, id);
    if (!caller.access.allows('read', resource)) return new OperationOutcomeError(notFound);
    return showResource(caller, resource);
  } catch (error) {
    if (!(error instanceof OperationOutcomeError)) throw error;
    const { outcome } = error;
    if (isNotFound(outcome) || isGone(outcome) || outcome.id === forbidden.id) return error;
    throw error;
  }
}
