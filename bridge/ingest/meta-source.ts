import { hash } from 'node:crypto';
import { MAX_SOURCE_BYTES, type SourceKey, sourceRoot } from '../contract/source-key.ts';
import { hashable } from './order/hashable.ts';

/**
 * `meta.source` of the resource with this key: what the bridge finds it by. An id that would make it longer than the
 * server can find stands as its SHA-256, and so does one with a lone surrogate, which no URI can hold.
 */
export function metaSource(namespace: string, key: SourceKey): string {
  const root = `${sourceRoot(namespace)}${key.resourceType}/`;
  const plain = root + encodeURIComponent(key.id.toWellFormed());
  const isPlain = key.id.isWellFormed() && Buffer.byteLength(plain) <= MAX_SOURCE_BYTES;
  return isPlain ? plain : `${root}sha256:${hash('sha256', hashable(key.id))}`;
}

/** A value of a search parameter in which `,` `|` `$` and `\` stand for themselves (R4 search.html#escaping). */
export function escapeSearchValue(value: string): string {
  return value.replace(/[\\,|$]/g, String.raw`\$&`);
}
