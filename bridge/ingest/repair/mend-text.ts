import type { Json, JsonObject } from '../walk-references.ts';
import { namePath } from './name-path.ts';
import { type RepairRun, record } from './repair-run.ts';

/** What the database behind the server cannot keep, or not index: a NUL, and half of a character whose other half was cut off. */
const BROKEN = /\p{Surrogate}|\0/gu;

/** Whether a text cannot be kept as it is. What a reference says is a key, and leads to its target whatever it is made of. */
export function isBrokenText(key: string, value: Json | undefined): value is string {
  return typeof value === 'string' && key !== 'reference' && (value.includes('\0') || !value.isWellFormed());
}

/** `control-characters-removed`, everywhere in the resource: also where the validator lets them pass. True when there were any. */
export function mendTexts(run: RepairRun): boolean {
  const before = run.repairs.length;
  mendParts(run, run.resource, String(run.resource.resourceType));
  return run.repairs.length > before;
}

function mendParts(run: RepairRun, parts: JsonObject, path: string): void {
  for (const [key, value] of Object.entries(parts)) {
    if (Array.isArray(value)) mendList(run, value, (index) => namePath(path, key, index));
    else if (typeof value === 'object' && value !== null) mendParts(run, value, namePath(path, key));
    else if (isBrokenText(key, value)) {
      parts[key] = value.replace(BROKEN, '');
      record(run, 'control-characters-removed', namePath(path, key));
    }
  }
}

function mendList(run: RepairRun, list: Json[], pathOf: (index: number) => string): void {
  for (const [index, item] of list.entries()) {
    if (Array.isArray(item)) mendList(run, item, () => pathOf(index));
    else if (typeof item === 'object' && item !== null) mendParts(run, item, pathOf(index));
    else if (isBrokenText('', item)) {
      list[index] = item.replace(BROKEN, '');
      record(run, 'control-characters-removed', pathOf(index));
    }
  }
}
