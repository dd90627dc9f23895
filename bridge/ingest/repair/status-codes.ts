import type { JsonObject } from '../walk-references.ts';
import { namePath } from './name-path.ts';
import type { Repair } from './repair-run.ts';
import table from './required-codes.json' with { type: 'json' };

/** By lower case, the codes that FHIR allows for one element. */
type Codes = ReadonlyMap<string, string>;

const tables = new Map<string, readonly (readonly [string, Codes])[]>();
const required: Record<string, Record<string, string>> = table;

/** A code at the top of a resource that is the right one but for its case. */
export interface MiscasedCode extends Repair {
  readonly key: string;
  readonly code: string;
}

/**
 * `status-case-normalised`: codes with a closed set of values (`Encounter.status`, `Patient.gender`) that are in the set
 * once case is ignored. The server does not check them, but apps and searches ask for the code as FHIR writes it.
 */
export function findMiscasedCodes(resource: JsonObject): readonly MiscasedCode[] {
  const type = String(resource.resourceType);
  let found: MiscasedCode[] | undefined;
  for (const [key, codes] of codesOf(type)) {
    const value = resource[key];
    if (typeof value !== 'string' || codes.get(value) === value) continue;
    const code = codes.get(value.toLowerCase());
    if (code !== undefined && code !== value)
      found = [...(found ?? []), { rule: 'status-case-normalised', path: namePath(type, key), key, code }];
  }
  return found ?? NONE;
}

const NONE: readonly MiscasedCode[] = [];

function codesOf(type: string): readonly (readonly [string, Codes])[] {
  const known = tables.get(type);
  if (known) return known;
  const elements = Object.entries(Object.hasOwn(required, type) ? (required[type] ?? {}) : {});
  const made = elements.map(([key, codes]) => [key, byLowerCase(codes.split(' '))] as const);
  tables.set(type, made);
  return made;
}

function byLowerCase(codes: readonly string[]): Codes {
  return new Map(codes.map((code) => [code.toLowerCase(), code]));
}
