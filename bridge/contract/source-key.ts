import { ORG_CONNECTION_SYSTEM } from './identifiers.ts';

/** What names a resource at its source: ids are unique per type only (fasten-connect facts: the same id under two types). */
export interface SourceKey {
  readonly resourceType: string;
  /** The id as the source wrote it: any characters, any length. */
  readonly id: string;
}

/** `Type/id`, the text form of a key; also the value of a logical reference. */
export function formatSourceKey(key: SourceKey): string {
  return `${key.resourceType}/${key.id}`;
}

/** The inverse of {@link formatSourceKey}. */
export function parseSourceKey(text: string): SourceKey {
  const slash = text.indexOf('/');
  return { resourceType: text.slice(0, slash), id: text.slice(slash + 1) };
}

/** Root of every `meta.source` of one namespace, ending in `#`. */
export function sourceRoot(namespace: string): string {
  return `${ORG_CONNECTION_SYSTEM}/${namespace}#`;
}

/**
 * The longest `meta.source` that Medplum's `_source` search still finds is between 2,611 and 3,111 bytes (measured);
 * keep a margin.
 */
export const MAX_SOURCE_BYTES = 2000;
