import { hash } from 'node:crypto';
import { MAX_SOURCE_BYTES, type SourceKey, sourceRoot } from '../contract/source-key.ts';

/**
 * `meta.source` of the resource with this key: what the bridge finds it by. An id that would make it longer than the
 * server can find stands as its SHA-256. Lone surrogates, which no URI can hold, become U+FFFD.
 */
export function metaSource(namespace: string, key: SourceKey): string {
  const root = `${sourceRoot(namespace)}${key.resourceType}/`;
  const plain = root + encodeURIComponent(key.id.toWellFormed());
  return Buffer.byteLength(plain) <= MAX_SOURCE_BYTES ? plain : `${root}sha256:${hash('sha256', key.id)}`;
}

/** A value of a search parameter in which `,` `|` `$` and `\` stand for themselves (R4 search.html#escaping). */
export function escapeSearchValue(value: string): string {
  return value.replace(/[\\,|$]/g, String.raw`\$&`);
}
