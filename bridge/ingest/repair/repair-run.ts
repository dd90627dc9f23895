import type { Json, JsonObject } from '../walk-references.ts';
import type { Spot } from './locate-spots.ts';
import type { RepairRule } from './repair-rules.ts';

/** One change of a resource, as the ledger tells it: never a value of the source. */
export interface Repair {
  readonly rule: RepairRule;
  /** FHIRPath of the element at the time of the repair, with indexes: `Patient.name[0].given[1]`. */
  readonly path: string;
}

/** The work on one resource: a copy that may be changed, and what was done to it. */
export interface RepairRun {
  readonly resource: JsonObject;
  readonly repairs: Repair[];
  /** Array items that are gone, but keep their place until the round ends: the issues in hand count on it. */
  readonly leaving: Map<Json[], Set<number>>;
}

export function startRun(resource: JsonObject): RepairRun {
  return { resource, repairs: [], leaving: new Map() };
}

export function record(run: RepairRun, rule: RepairRule, path: string): void {
  run.repairs.push({ rule, path });
}

/** Marks an array's item as gone; {@link dropLeaving} takes it out. */
export function leave(run: RepairRun, array: Json[], index: number): void {
  const indexes = run.leaving.get(array) ?? new Set();
  run.leaving.set(array, indexes.add(index));
}

/** Whether a place, or one around it, is gone: what it said is already kept elsewhere. */
export function isGone(run: RepairRun, spot: Spot | undefined): boolean {
  if (!spot) return false;
  const list = spot.host.object[spot.key];
  const isLeaving = Array.isArray(list) && spot.index !== undefined && run.leaving.get(list)?.has(spot.index) === true;
  return isLeaving || isGone(run, spot.host.spot);
}

/** Ends a round: takes the leaving items out of their arrays. */
export function dropLeaving(run: RepairRun): void {
  for (const [array, indexes] of run.leaving) {
    const staying = array.filter((_, index) => !indexes.has(index));
    array.length = 0;
    for (const item of staying) array.push(item);
  }
  run.leaving.clear();
}
