import { type InternalSchemaElement, isPrimitiveType, isResourceType, tryGetDataType } from '@medplum/core';
import { isObject, type Json, type JsonObject } from '../walk-references.ts';
import { namePath } from './name-path.ts';

/** An object of a resource, with the FHIR type that it has there. */
export interface Host {
  readonly object: JsonObject;
  readonly type: string;
  readonly path: string;
  /** Where it hangs; undefined for the resource itself. */
  readonly spot: Spot | undefined;
}

/** A place for a value, filled or not: a known element of an object, or one item of it. */
export interface Spot {
  readonly host: Host;
  /** The JSON name (`valueString`), or `value[x]` while no type of a choice is there. */
  readonly key: string;
  readonly index: number | undefined;
  readonly element: InternalSchemaElement;
  /** The FHIR type by definition; '' for an absent choice. */
  readonly type: string;
  readonly path: string;
}

export function rootHost(resource: JsonObject): Host {
  const type = String(resource.resourceType);
  return { object: resource, type, path: type, spot: undefined };
}

/**
 * Every place that an issue's expression can mean. The validator leaves out indexes here and there and writes `value[x]`
 * for `valueString`, so one expression may fit many places: whoever repairs one must look whether it has the fault.
 * Without an index at its end it means the element as a whole, even where that is an array.
 */
export function locateSpots(root: Host, expression: string): Spot[] {
  const [, ...segments] = expression.split('.');
  let hosts = [root];
  let spots: Spot[] = [];
  segments.forEach((segment, at) => {
    if (at > 0) hosts = spots.flatMap(hostsAt);
    spots = hosts.flatMap((host) => spotsNamed(host, segment));
  });
  return spots;
}

/** Every object that an expression can mean. */
export function locateHosts(root: Host, expression: string): Host[] {
  return expression.includes('.') ? locateSpots(root, expression).flatMap(hostsAt) : [root];
}

/** The elements of an object that are there, as a whole. */
export function filledSpots(host: Host): Spot[] {
  const elements = Object.keys(tryGetDataType(host.type)?.elements ?? {});
  return elements.flatMap((name) => spotsNamed(host, name)).filter((spot) => isThere(host, spot.key));
}

/** The places of the items of an array, or the place itself where a single value stands. */
export function itemSpots(spot: Spot): Spot[] {
  if (spot.index !== undefined) return [spot];
  const [value, companion] = [spot.host.object[spot.key], spot.host.object[`_${spot.key}`]];
  const items = Array.isArray(value) ? value : Array.isArray(companion) ? companion : undefined;
  if (items === undefined) return [spot];
  return items.map((_, index) => ({ ...spot, index, path: namePath(spot.host.path, spot.key, index) }));
}

/** The objects at a place: its value, or for a primitive the object that holds its id and extensions (`_birthDate`). */
export function hostsAt(spot: Spot): Host[] {
  return itemSpots(spot).flatMap((item) => {
    const value = valueAt(item);
    const objects = isPrimitiveType(item.type) ? [companionAt(item), value].filter(isObject) : [value].filter(isObject);
    return objects.map((object) => ({ object, type: typeOf(object, item.type), path: item.path, spot: item }));
  });
}

export function valueAt(spot: Spot): Json | undefined {
  return at(spot.host.object[spot.key], spot.index);
}

/** What stands beside a primitive under the same name with an underscore. */
export function companionAt(spot: Spot): Json | undefined {
  return at(spot.host.object[`_${spot.key}`], spot.index);
}

function at(value: Json | undefined, index: number | undefined): Json | undefined {
  if (index === undefined) return value;
  return Array.isArray(value) ? value[index] : undefined;
}

function typeOf(object: JsonObject, type: string): string {
  if (isPrimitiveType(type)) return 'Element';
  const { resourceType } = object;
  return type === 'Resource' && typeof resourceType === 'string' && isResourceType(resourceType) ? resourceType : type;
}

const SEGMENT = /^(\w+(?:\[x\])?)(?:\[(\d+)\])?$/;

function spotsNamed(host: Host, segment: string): Spot[] {
  const [, name, digits] = SEGMENT.exec(segment) ?? [];
  const elements = tryGetDataType(host.type)?.elements;
  const element = name && elements && Object.hasOwn(elements, name) ? elements[name] : undefined;
  if (!name || !element) return [];
  const index = digits === undefined ? undefined : Number(digits);
  const spot = (key: string, type: string): Spot => ({
    host,
    key,
    index,
    element,
    type,
    path: namePath(host.path, key.replace('[x]', ''), index),
  });
  if (!name.endsWith('[x]')) return [spot(name, element.type[0]?.code ?? '')];
  const there = element.type
    .map(({ code }) => spot(choiceKey(name, code), code))
    .filter(({ key }) => isThere(host, key));
  return there.length > 0 ? there : [spot(name, '')];
}

/** `value[x]` as a string is `valueString`. */
export function choiceKey(name: string, type: string): string {
  return name.replace('[x]', type.charAt(0).toUpperCase() + type.slice(1));
}

function isThere(host: Host, key: string): boolean {
  return Object.hasOwn(host.object, key) || Object.hasOwn(host.object, `_${key}`);
}
