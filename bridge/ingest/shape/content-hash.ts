import { hash } from 'node:crypto';
import type { Json, JsonObject } from '../walk-references.ts';

/**
 * SHA-256 (hex) of what a resource says: JSON with sorted keys, without `id`, with of `meta` only what is passed as
 * `meta`. Empty arrays and objects do not count, since the server drops them. References must be in their symbolic form,
 * the same on every server and in every order of writing (docs/decisions/0002-symbolic-hash.md).
 */
export function contentHash(resource: JsonObject, meta: JsonObject): string {
  const { id: _, ...content } = resource;
  return hash('sha256', JSON.stringify(canonical({ ...content, meta })));
}

/** True when both say the same, as {@link contentHash} sees it. */
export function sameContent(one: Json | undefined, other: Json | undefined): boolean {
  return JSON.stringify(canonical(one)) === JSON.stringify(canonical(other));
}

/** The same value with sorted keys and nothing empty; undefined when nothing is left. */
function canonical(value: Json | undefined): Json | undefined {
  if (Array.isArray(value)) {
    const items = value.map(canonical).filter((item) => item !== undefined);
    return items.length === 0 ? undefined : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  // Without a prototype, since a source may call a property `__proto__`.
  const sorted: JsonObject = Object.create(null);
  let isEmpty = true;
  for (const key of Object.keys(value).sort()) {
    const child = canonical(value[key]);
    if (child === undefined) continue;
    sorted[key] = child;
    isEmpty = false;
  }
  return isEmpty ? undefined : sorted;
}
