import { isResourceType } from '@medplum/core';
import { isObject, type Json } from '../walk-references.ts';
import { keepProperty } from './keep-source.ts';
import { filledSpots, type Host, hostsAt, itemSpots, locateSpots, type Spot, valueAt } from './locate-spots.ts';
import { moveAside } from './move-out.ts';
import { namePath } from './name-path.ts';
import { isGone, type RepairRun, record } from './repair-run.ts';
import { holdsObject } from './survey-resource.ts';

const RULE = 'unknown-property-to-extension';

/**
 * Keeps a property that FHIR does not know as JSON text in an extension where it stood. `parent` is the expression of the
 * object that has it. Where that place holds something other than the object that FHIR wants there (a bare string, whose
 * characters the validator then takes for properties), the whole value moves.
 */
export function keepUnknown(run: RepairRun, root: Host, parent: string, key: string): boolean {
  if (!parent.includes('.')) return moveProperty(run, root, key);
  const done = locateSpots(root, parent)
    .flatMap(itemSpots)
    .map((spot) => keepUnknownAt(run, spot, key));
  return done.includes(true);
}

function keepUnknownAt(run: RepairRun, spot: Spot, key: string): boolean {
  const hosts = hostsAt(spot);
  const [host] = hosts.filter(({ object }) => Object.hasOwn(object, key));
  const value = valueAt(spot);
  if (!host || host.object === value) {
    const isMisplaced = host ? host.type === 'Element' : value !== undefined && !isObject(value);
    if (isMisplaced) return moveAside(run, spot);
  }
  return host !== undefined && moveProperty(run, host, key);
}

/** Contained resources of a type that R4 does not have: nothing in them can be checked. */
export function keepForeignContained(run: RepairRun, root: Host): boolean {
  const done = locateSpots(root, `${root.type}.contained`)
    .flatMap(itemSpots)
    .filter((spot) => isForeign(valueAt(spot)))
    .map((spot) => moveAside(run, spot));
  return done.includes(true);
}

function isForeign(value: Json | undefined): boolean {
  if (!isObject(value)) return false;
  const { resourceType } = value;
  return typeof resourceType === 'string' && !isResourceType(resourceType);
}

/**
 * What stands beside a primitive under `_name` must be objects of `id` and `extension`, and the primitive no object. Else
 * the validator throws, or writes into what it is given, so that no issue names it: all of it is looked for.
 */
export function keepBrokenCompanions(run: RepairRun, host: Host): boolean {
  const done = filledSpots(host).map((spot) => {
    const companion = host.object[`_${spot.key}`] ?? null;
    const items = Array.isArray(companion) ? companion : [companion];
    const isWhole = companion === null || !holdsObject(host.object[spot.key]);
    const isMoved = !(isWhole && items.every(isElementOrNull)) && moveProperty(run, host, `_${spot.key}`);
    const inner = hostsAt(spot).map((within) => keepBrokenCompanions(run, within));
    return isMoved || inner.includes(true);
  });
  return done.includes(true);
}

function isElementOrNull(value: Json): boolean {
  if (!isObject(value)) return value === null;
  return Object.keys(value).every((key) => key === 'id' || key === 'extension');
}

function moveProperty(run: RepairRun, host: Host, key: string): boolean {
  const value = Object.hasOwn(host.object, key) ? host.object[key] : undefined;
  if (value === undefined || isGone(run, host.spot) || !keepProperty(host, key, value)) return false;
  delete host.object[key];
  record(run, RULE, namePath(host.path, key));
  return true;
}
