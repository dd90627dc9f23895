import { isResourceType, tryGetDataType, validationRegexes } from '@medplum/core';
import { SOURCE_PROPERTY_EXTENSION, SOURCE_VALUE_EXTENSION } from '../../contract/identifiers.ts';
import { isObject, type Json, type JsonObject } from '../walk-references.ts';
import { companionAt, type Host, type Spot } from './locate-spots.ts';

/** Longest string that the server takes (https://hl7.org/fhir/R4/datatypes.html#string). */
export const MAX_TEXT_LENGTH = 1024 * 1024;

/**
 * Keeps a value that cannot stay under its name as JSON text in an extension of the nearest element that may have one
 * (an Extension may not, beside its value). False, and nothing done, when the text is longer than a string may be.
 */
export function keepProperty(host: Host, name: string, value: Json): boolean {
  if (host.spot && host.type === 'Extension') return keepProperty(host.spot.host, `${lastStep(host)}.${name}`, value);
  const text = JSON.stringify({ [name]: value });
  const holder = text.length > MAX_TEXT_LENGTH ? undefined : extensible(host);
  if (holder) addExtension(holder, { url: SOURCE_PROPERTY_EXTENSION, valueString: text });
  return holder !== undefined;
}

/** Keeps the source's own text on the primitive element at `spot`; false when a FHIR string cannot hold that text. */
export function keepText(spot: Spot, text: string): boolean {
  if (text.length > MAX_TEXT_LENGTH || text.trim() === '' || !validationRegexes.string?.test(text)) return false;
  const companion = openCompanion(spot);
  if (companion) addExtension(companion, { url: SOURCE_VALUE_EXTENSION, valueString: text });
  return companion !== undefined;
}

/** The object that holds the extensions of a primitive, made when it is not there; undefined when something else is. */
export function openCompanion(spot: Spot): JsonObject | undefined {
  const there = companionAt(spot);
  if (there !== undefined && there !== null) return isObject(there) ? there : undefined;
  const { object } = spot.host;
  const made: JsonObject = {};
  if (spot.index === undefined) {
    object[`_${spot.key}`] = made;
    return made;
  }
  const list = object[`_${spot.key}`] ?? [];
  if (!Array.isArray(list)) return undefined;
  while (list.length < spot.index) list.push(null);
  list[spot.index] = made;
  object[`_${spot.key}`] = list;
  return made;
}

/** Adds in place: other repairs of the round hold on to the array. */
export function addExtension(object: JsonObject, extension: JsonObject): void {
  const { extension: there = [] } = object;
  if (Array.isArray(there)) there.push(extension);
  object.extension = Array.isArray(there) ? there : [there, extension];
}

/** The object that takes the extension; a resource such as Binary has room for it in its `meta` only. */
function extensible(host: Host): JsonObject | undefined {
  const elements = tryGetDataType(host.type)?.elements ?? {};
  if (Object.hasOwn(elements, 'extension')) return host.object;
  if (!isResourceType(host.type)) return undefined;
  host.object.meta ??= {};
  return isObject(host.object.meta) ? host.object.meta : undefined;
}

function lastStep(host: Host): string {
  return host.path.slice((host.spot?.host.path.length ?? -1) + 1);
}
