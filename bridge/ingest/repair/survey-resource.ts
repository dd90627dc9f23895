import { isPrimitiveType } from '@medplum/core';
import type { Json, JsonObject } from '../walk-references.ts';
import { filledSpots, type Host, hostsAt, itemSpots, rootHost, valueAt } from './locate-spots.ts';
import { isBrokenText } from './mend-text.ts';

/** What can be told of a resource in one look, before its types are known. */
export interface Survey {
  /**
   * Whether any string is empty. The validator overlooks most of them, but the server drops them when it stores, and what
   * it stores must be what we wrote.
   */
  readonly hasEmptyString: boolean;
  /**
   * Whether the validator would misread or change what it is given: an object or list where a primitive belongs, with
   * extensions beside it (`given`, `_given`), has those written into it; a resource with a number as `value` it takes for
   * a Quantity.
   */
  readonly hasClash: boolean;
  /** Whether any text holds what the server cannot keep: a NUL, or half a character. */
  readonly hasBrokenText: boolean;
  /** Whether the validator, ours and the server's, would run out of stack or memory, or change what it is given. */
  readonly isHostile: boolean;
}

/** Deeper than any real resource. */
const MAX_DEPTH = 200;

/** The validator makes an issue of every character of a text that stands where an object belongs. */
const MAX_MISPLACED_LENGTH = 10_000;

/** Looks a resource through; costs a few hundredths of validating it. */
export function surveyResource(resource: JsonObject): Survey {
  const seen: Seen = { isEmpty: false, isBroken: false, isStrange: false, isClash: false, length: 0 };
  look(resource, MAX_DEPTH, seen);
  const isMisplaced = seen.length > MAX_MISPLACED_LENGTH && !seen.isStrange && holdsMisplaced(rootHost(resource));
  return {
    hasEmptyString: seen.isEmpty,
    hasBrokenText: seen.isBroken,
    hasClash: seen.isClash || typeof resource.value === 'number',
    isHostile: seen.isStrange || isMisplaced,
  };
}

interface Seen {
  isEmpty: boolean;
  isBroken: boolean;
  isStrange: boolean;
  isClash: boolean;
  length: number;
}

function look(value: JsonObject | Json[], depth: number, seen: Seen): void {
  if (depth === 0) {
    seen.isStrange = true;
    return;
  }
  if (Array.isArray(value)) {
    for (const item of value) {
      note(item, depth, seen);
      if (!seen.isBroken && isBrokenText('', item)) seen.isBroken = true;
    }
    return;
  }
  for (const key in value) {
    // The validator deletes these two from what it is given.
    if (key === '__proto__' || key === 'constructor') seen.isStrange = true;
    if (key.charCodeAt(0) === UNDERSCORE && holdsObject(value[key.slice(1)])) seen.isClash = true;
    note(value[key], depth, seen);
    if (!seen.isBroken && isBrokenText(key, value[key])) seen.isBroken = true;
  }
}

const UNDERSCORE = 0x5f;

/** Whether a value is an object or a list of more than primitives. */
export function holdsObject(value: Json | undefined): boolean {
  if (Array.isArray(value)) return value.some((item) => typeof item === 'object' && item !== null);
  return typeof value === 'object' && value !== null;
}

function note(value: Json | undefined, depth: number, seen: Seen): void {
  if (typeof value === 'object' && value !== null) look(value, depth - 1, seen);
  else if (typeof value === 'string' && value.length > seen.length) seen.length = value.length;
  else if (value === '') seen.isEmpty = true;
}

function holdsMisplaced(host: Host): boolean {
  return filledSpots(host).some((spot) => {
    const texts = isPrimitiveType(spot.type) ? [] : itemSpots(spot).map(valueAt);
    return texts.some(isLongText) || hostsAt(spot).some(holdsMisplaced);
  });
}

function isLongText(value: Json | undefined): boolean {
  if (Array.isArray(value)) return value.some((item) => isLongText(item));
  return typeof value === 'string' && value.length > MAX_MISPLACED_LENGTH;
}
