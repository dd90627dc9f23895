import {
  badRequest,
  crawlTypedValueAsync,
  createReference,
  OperationOutcomeError,
  PropertyType,
  parseSearchRequest,
  type SearchRequest,
  type TypedValue,
  toTypedValue,
  type WithId,
} from '@medplum/core';
import type { Reference, Resource } from '@medplum/fhirtypes';

export type SearchResources = (request: SearchRequest) => Promise<WithId<Resource>[]>;

/**
 * Replaces every `Type?...` reference of the resource, in place, by the one resource that the search finds.
 * @throws OperationOutcomeError 400 when it finds none or several
 */
export async function resolveConditionalReferences(resource: Resource, search: SearchResources): Promise<void> {
  await crawlTypedValueAsync(
    toTypedValue(resource),
    {
      async visitPropertyAsync(parent, key, path, property) {
        for (const [i, item] of (Array.isArray(property) ? property : [property]).entries()) {
          const at = Array.isArray(property) ? `${path}[${i}]` : path;
          const replacement = await resolve(item, at, search);
          if (!replacement) continue;
          const container = Array.isArray(property) ? parent.value[key] : parent.value;
          container[Array.isArray(property) ? i : key] = replacement;
        }
      },
    },
    { skipMissingProperties: true },
  );
}

async function resolve(item: TypedValue, path: string, search: SearchResources): Promise<Reference | undefined> {
  if (item.type !== PropertyType.Reference) return undefined;
  const text: unknown = item.value?.reference;
  if (typeof text !== 'string' || !text.includes('?')) return undefined;
  const request = parseSearchRequest(text);
  const [match, another] = await search({ ...request, count: 2 });
  if (!match || another) {
    const fault = another ? 'matched multiple' : 'did not match any';
    throw new OperationOutcomeError(badRequest(`Conditional reference '${text}' ${fault} resources`, path));
  }
  return createReference(match);
}
