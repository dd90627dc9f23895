import { isObject, type Json, type JsonObject } from '../walk-references.ts';
import { namePath } from './name-path.ts';
import { type RepairRun, record } from './repair-run.ts';

/**
 * `null-removed`, `empty-string-removed`: takes out what says nothing, strings of blanks included, everywhere in the
 * resource. Lists of primitives stay in step with the list of extensions beside them (`given`, `_given`), where a null
 * keeps a place (https://hl7.org/fhir/R4/json.html#primitive). True when anything was there.
 */
export function sweepNothing(run: RepairRun): boolean {
  const before = run.repairs.length;
  sweepObject(run, run.resource, String(run.resource.resourceType));
  return run.repairs.length > before;
}

function sweepObject(run: RepairRun, object: JsonObject, path: string): void {
  for (const key of Object.keys(object)) {
    const value = object[key];
    if (Array.isArray(value)) sweepList(run, object, key, value, path);
    else if (isObject(value)) sweepObject(run, value, namePath(path, key));
    else if (isNothing(value)) {
      delete object[key];
      recordNothing(run, value, namePath(path, key));
    }
  }
}

function sweepList(run: RepairRun, object: JsonObject, key: string, list: Json[], path: string): void {
  const partner = object[key.startsWith('_') ? key.slice(1) : `_${key}`];
  const beside = Array.isArray(partner) ? partner : [];
  const { length } = list;
  // From the end, so that the indexes of what is still to be looked at, and of the records, are those of the source.
  for (let index = length - 1; index >= 0; index--) {
    const item = list[index];
    if (isObject(item)) sweepObject(run, item, namePath(path, key, index));
    else if (Array.isArray(item)) sweepList(run, { [key]: item }, key, item, namePath(path, key, index));
    if (!isNothing(item)) continue;
    if (isNothing(beside[index] ?? null)) {
      list.splice(index, 1);
      if (index < beside.length) beside.splice(index, 1);
    } else if (item === null) continue;
    else list[index] = null;
    recordNothing(run, item, namePath(path, key, index));
  }
  if (list.length === 0 && length > 0) delete object[key];
}

function isNothing(value: Json | undefined): value is null | string {
  return value === null || (typeof value === 'string' && value.trim() === '');
}

function recordNothing(run: RepairRun, value: null | string, path: string): void {
  record(run, value === null ? 'null-removed' : 'empty-string-removed', path);
}
