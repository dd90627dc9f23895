import type { Json } from '../walk-references.ts';
import { keepProperty } from './keep-source.ts';
import type { Spot } from './locate-spots.ts';
import { type RepairRun, record } from './repair-run.ts';

/** `single-value-wrapped`: one value where FHIR wants a list is a list of one. */
export function wrapSingle(run: RepairRun, { host: { object }, key, element, path }: Spot): boolean {
  const lonely = [key, `_${key}`].filter((name) => Object.hasOwn(object, name) && !Array.isArray(object[name]));
  if (!element.isArray || lonely.length === 0) return false;
  for (const name of lonely) object[name] = [object[name] ?? null];
  record(run, 'single-value-wrapped', path);
  return true;
}

/** `array-unwrapped`: the first of a list stays where FHIR wants one value, the rest goes into extensions. */
export function unwrapArray(run: RepairRun, { host, key, element, path }: Spot): boolean {
  const { object } = host;
  const [list, companions] = [object[key], object[`_${key}`]];
  if (element.isArray || (!Array.isArray(list) && !Array.isArray(companions))) return false;
  const first = Array.isArray(list) ? Math.max(0, list.findIndex(isFilled)) : 0;
  if (!keepRest(host, key, list, first) || !keepRest(host, `_${key}`, companions, first)) return false;
  record(run, 'array-unwrapped', path);
  for (const name of [key, `_${key}`]) {
    const items = object[name];
    if (!Array.isArray(items)) continue;
    const item = items[first];
    if (isFilled(item)) object[name] = item;
    else delete object[name];
  }
  return true;
}

function keepRest(host: Spot['host'], name: string, items: Json | undefined, first: number): boolean {
  if (!Array.isArray(items)) return true;
  return items.every(
    (item, index) => index === first || !isFilled(item) || keepProperty(host, `${name}[${index}]`, item),
  );
}

function isFilled(item: Json | undefined): item is Json {
  return item !== undefined && item !== null;
}
