import { isPrimitiveType } from '@medplum/core';
import { isObject } from '../walk-references.ts';
import { keepProperty, keepText } from './keep-source.ts';
import { companionAt, type Spot, valueAt } from './locate-spots.ts';
import { markAbsent } from './mark-absent.ts';
import type { RepairRule } from './repair-rules.ts';
import { isGone, leave, type RepairRun, record } from './repair-run.ts';

/**
 * The last resort, `invalid-value-to-extension`: a value that the server cannot take and no rule can turn into one that
 * it does goes into an extension, so that the rest of the resource is not lost with it. Text stays on its element;
 * anything else is kept as JSON. An element that must be there is then marked as absent.
 * False, and nothing done, when there is no value or it cannot be kept.
 */
export function moveOut(run: RepairRun, spot: Spot, rule: RepairRule = 'invalid-value-to-extension'): boolean {
  const value = valueAt(spot);
  const isText = typeof value === 'string' && isPrimitiveType(spot.type) && spot.type !== 'xhtml';
  if (!isText || isGone(run, spot) || !keepText(spot, value)) return moveAside(run, spot, rule);
  record(run, rule, spot.path);
  takeAway(run, spot);
  if (spot.element.min > 0 && isAlone(spot)) markAbsent(run, { ...spot, index: undefined });
  return true;
}

/** As {@link moveOut}, but nothing stays on the element: some rules forbid even an extension there. */
export function moveAside(run: RepairRun, spot: Spot, rule: RepairRule = 'invalid-value-to-extension'): boolean {
  const value = valueAt(spot);
  if (value === undefined || value === null || isGone(run, spot)) return false;
  if (!keepProperty(spot.host, nameOf(spot), value)) return false;
  record(run, rule, spot.path);
  takeAway(run, spot);
  if (spot.element.min > 0 && isAlone(spot)) markAbsent(run, { ...spot, index: undefined });
  return true;
}

/** The nearest place at or above `spot` whose value may be missing; undefined when only the whole resource may. */
export function nearestOptional(spot: Spot): Spot | undefined {
  if (spot.element.min === 0 || !isAlone(spot)) return spot;
  return spot.host.spot && nearestOptional(spot.host.spot);
}

function nameOf(spot: Spot): string {
  return spot.index === undefined ? spot.key : `${spot.key}[${spot.index}]`;
}

function takeAway(run: RepairRun, spot: Spot): void {
  const { object } = spot.host;
  const list = object[spot.key];
  if (spot.index === undefined || !Array.isArray(list)) delete object[spot.key];
  // A companion keeps its place in the array by a null beside it (https://hl7.org/fhir/R4/json.html#primitive).
  else if (isObject(companionAt(spot))) list[spot.index] = null;
  else dropItem(run, spot);
}

/** Takes an item out of its array when the round ends, and what stands beside it (`_given`). */
export function dropItem(run: RepairRun, spot: Spot): void {
  for (const list of [spot.host.object[spot.key], spot.host.object[`_${spot.key}`]])
    if (Array.isArray(list) && spot.index !== undefined) leave(run, list, spot.index);
}

/** Whether nothing else stands under the element's name. */
function isAlone({ host, key, index }: Spot): boolean {
  const list = host.object[key];
  return index === undefined || !Array.isArray(list) || list.length <= 1;
}
