import { getDataType } from '@medplum/core';
import { sameContent } from '../shape/content-hash.ts';
import { isObject, type Json, type JsonObject } from '../walk-references.ts';

/** What came of a three-way merge. */
export interface Merge {
  readonly merged: JsonObject;
  /** FHIRPath of each element that both sides changed and in which the local value stands. Never a value. */
  readonly kept: readonly string[];
}

/**
 * Merges what was changed here with what was changed at the source since `base`. Element by element: who alone changed
 * one is followed; of a list to which one side only added, the additions are put to what the other side says; else the
 * local value wins. A data type is one element: a value from here with a unit from there would be a new fact.
 * All three must be in symbolic form; definitions must be loaded.
 */
export function mergeElements(type: string, base: JsonObject, local: JsonObject, source: JsonObject): Merge {
  const kept: string[] = [];
  return { merged: mergeParts(type, type, { base, local, source }, kept), kept };
}

interface Sides<T> {
  readonly base: T;
  readonly local: T;
  readonly source: T;
}

function mergeParts(type: string, path: string, sides: Sides<JsonObject>, kept: string[]): JsonObject {
  const { base, local, source } = sides;
  const properties = new Set([...Object.keys(local), ...Object.keys(source), ...Object.keys(base)]);
  const merged: JsonObject = {};
  for (const [element, names] of Map.groupBy(properties, (name) => elementOf(type, name))) {
    const sides = { base: pick(base, names), local: pick(local, names), source: pick(source, names) };
    Object.assign(merged, mergeElement(type, path, element, sides, kept));
  }
  return merged;
}

function mergeElement(
  type: string,
  path: string,
  element: string,
  sides: Sides<JsonObject>,
  kept: string[],
): JsonObject {
  const { base, local, source } = sides;
  if (sameContent(base, local)) return source;
  if (sameContent(base, source) || sameContent(local, source)) return local;
  const here = `${path}.${element.replace('[x]', '')}`;
  const only = { base: base[element], local: local[element], source: source[element] };
  const part = partOf(type, element);
  if (part && isObject(only.local) && isObject(only.source)) {
    const inner = { base: isObject(only.base) ? only.base : {}, local: only.local, source: only.source };
    return { [element]: mergeParts(part, here, inner, kept) };
  }
  const list = mergeLists(sides, element);
  if (list) return { [element]: list };
  kept.push(here);
  return local;
}

/** Undefined unless all that an element says is a list, and one side only added to it. */
function mergeLists({ base, local, source }: Sides<JsonObject>, name: string): Json[] | undefined {
  const isPlain = [base, local, source].every((side) => Object.keys(side).every((key) => key === name));
  const lists = { base: base[name] ?? [], local: local[name] ?? [], source: source[name] ?? [] };
  if (!isPlain || !Array.isArray(lists.base) || !Array.isArray(lists.local) || !Array.isArray(lists.source)) {
    return undefined;
  }
  const here = additions(lists.base, lists.local);
  if (here) return [...lists.source, ...without(here, without(lists.source, lists.base))];
  const there = additions(lists.base, lists.source);
  return there && [...lists.local, ...without(there, without(lists.local, lists.base))];
}

/** What `grown` has more than `base`; undefined when it does not hold all of it in the same order. */
function additions(base: readonly Json[], grown: readonly Json[]): Json[] | undefined {
  let next = 0;
  const added: Json[] = [];
  for (const item of grown) {
    if (next < base.length && sameContent(item, base[next])) next++;
    else added.push(item);
  }
  return next === base.length ? added : undefined;
}

/** `items` less those that equal one of `taken`, one for one. */
function without(items: readonly Json[], taken: readonly Json[]): Json[] {
  const left = [...taken];
  return items.filter((item) => {
    const position = left.findIndex((one) => sameContent(one, item));
    if (position !== -1) left.splice(position, 1);
    return position === -1;
  });
}

/** What a property belongs to: `_birthDate` to `birthDate`, and every form of a choice to the choice (`value[x]`). */
function elementOf(type: string, property: string): string {
  const name = property.replace(/^_/, '');
  const elements = elementsOf(type);
  if (Object.hasOwn(elements, name)) return name;
  const choice = Object.keys(elements).find(
    (key) => key.endsWith('[x]') && name.startsWith(key.slice(0, -3)) && /^[A-Z]/.test(name.slice(key.length - 3)),
  );
  return choice ?? name;
}

/** The type of an element that is a part of the resource rather than a data type: a backbone element, or `meta`. */
function partOf(type: string, element: string): string | undefined {
  const codes = elementsOf(type)[element]?.type?.map(({ code }) => code) ?? [];
  const [only] = codes;
  if (codes.length !== 1 || only === undefined) return undefined;
  const [resourceType = ''] = /^[A-Z][a-z]+/.exec(type) ?? [];
  return only === 'Meta' || (only !== type && /^[A-Z]/.test(only) && only.startsWith(resourceType)) ? only : undefined;
}

function elementsOf(type: string): Readonly<Record<string, { readonly type?: readonly { readonly code: string }[] }>> {
  try {
    return getDataType(type).elements;
  } catch {
    return {};
  }
}

function pick(value: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(names.flatMap((name) => (value[name] === undefined ? [] : [[name, value[name]]])));
}
