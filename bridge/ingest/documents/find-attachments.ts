import { getDataType } from '@medplum/core';
import { isObject, type Json, type JsonObject } from '../walk-references.ts';

/** Property of a type that is an Attachment, or leads to one: then `next` is the type to look into. */
interface Way {
  readonly property: string;
  readonly next: string | undefined;
}

/** Elements that every type has and in which an Attachment would be no document of the resource. */
const NOT_FOLLOWED = new Set(['extension', 'modifierExtension', 'contained', 'meta', 'text']);

const waysByType = new Map<string, readonly Way[]>();

/**
 * Every Attachment of a resource, those of contained resources and of the resource's extensions too, found by the
 * definitions: an object with a `url` may be many things. The objects are the resource's own, in order of the definitions. Definitions must be loaded.
 */
export function findAttachments(resource: JsonObject): JsonObject[] {
  const found: JsonObject[] = [];
  const { resourceType, contained } = resource;
  if (typeof resourceType === 'string') follow(resource, resourceType, found);
  for (const inner of Array.isArray(contained) ? contained : []) {
    if (isObject(inner) && typeof inner.resourceType === 'string') follow(inner, inner.resourceType, found);
  }
  followExtensions(resource, found);
  return found;
}

function followExtensions({ extension }: JsonObject, found: JsonObject[]): void {
  for (const inner of listOf(extension).filter(isObject)) {
    if (isObject(inner.valueAttachment)) found.push(inner.valueAttachment);
    followExtensions(inner, found);
  }
}

function follow(value: JsonObject, type: string, found: JsonObject[]): void {
  for (const { property, next } of waysOf(type)) {
    for (const item of listOf(value[property])) {
      if (!isObject(item)) continue;
      if (next) follow(item, next, found);
      else found.push(item);
    }
  }
}

function listOf(value: Json | undefined): readonly (Json | undefined)[] {
  return Array.isArray(value) ? value : [value];
}

function waysOf(type: string): readonly Way[] {
  let ways = waysByType.get(type);
  if (!ways) {
    // Kept before it is known: a questionnaire's item leads to items, and must not be looked into for ever.
    waysByType.set(type, []);
    ways = findWays(type);
    waysByType.set(type, ways);
  }
  return ways;
}

function findWays(type: string): Way[] {
  return Object.entries(elementsOf(type)).flatMap(([name, element]): Way[] => {
    if (NOT_FOLLOWED.has(name)) return [];
    const codes = element.type?.map(({ code }) => code) ?? [];
    if (codes.includes('Attachment')) return [{ property: name.replace('[x]', 'Attachment'), next: undefined }];
    const [only] = codes;
    const leads =
      only !== undefined && codes.length === 1 && isBackbone(only, type) && (only === type || waysOf(only).length > 0);
    return leads ? [{ property: name, next: only }] : [];
  });
}

/** Parts of a resource carry its name: `DocumentReferenceContent`. */
function isBackbone(type: string, owner: string): boolean {
  const [resourceType] = /^[A-Z][a-z]+/.exec(owner) ?? [''];
  return type.startsWith(resourceType) && /^[A-Z]/.test(type);
}

function elementsOf(type: string): Readonly<Record<string, { readonly type?: readonly { readonly code: string }[] }>> {
  try {
    return getDataType(type).elements;
  } catch {
    return {};
  }
}
