import { ADDED_CODE_EXTENSION } from './identifiers.ts';

type Json = { [key: string]: unknown };

/** A CodeableConcept as far as it matters here. */
interface Concept extends Json {
  coding: unknown[];
}

/** A place of a resource that a code can stand beside: a CodeableConcept with codings, or a Quantity with a unit. */
export type CodedPlace =
  | { readonly kind: 'concept'; readonly path: string; readonly at: Concept }
  | { readonly kind: 'quantity'; readonly path: string; readonly at: Json & { unit: string } };

/** What stood in a resource beside what its source says: by what each was made of. */
export interface AddedCodes {
  /** Codings, by {@link keyOf} of the coding that they stand for. */
  readonly codings: ReadonlyMap<string, readonly Json[]>;
  /** `system`, `code` and extension, by the text of the unit. */
  readonly units: ReadonlyMap<string, Json>;
}

/** Names a coding: its system and code. */
export function keyOf({ system, code }: { readonly system?: unknown; readonly code?: unknown }): string {
  return JSON.stringify([system ?? '', code ?? '']);
}

/** Whether a bot added this Coding, or the code of this Quantity. */
function isAddedCode(value: unknown): value is Json {
  return isObject(value) && markOf(value) !== undefined;
}

/**
 * Every CodeableConcept with codings and every Quantity with a unit of a resource, with its JSON Pointer; those of
 * contained resources too. Not what stands in `meta` and in extensions, which are no claims of the record.
 */
export function* codedPlaces(value: unknown, path = ''): Generator<CodedPlace> {
  if (Array.isArray(value)) {
    for (const [position, item] of value.entries()) yield* codedPlaces(item, `${path}/${position}`);
    return;
  }
  if (!isObject(value)) return;
  if (isConcept(value)) yield { kind: 'concept', path, at: value };
  if (isQuantity(value)) yield { kind: 'quantity', path, at: value };
  for (const [name, child] of Object.entries(value)) {
    if (!['meta', 'text', 'extension', 'modifierExtension', 'coding'].includes(name)) {
      yield* codedPlaces(child, `${path}/${name}`);
    }
  }
}

/** An added code, for people to read. */
export interface AddedCode {
  readonly system: string;
  readonly code: string;
  readonly display?: string | undefined;
  /** What it was made of: a code, or the text of a unit. */
  readonly from: string;
  /** The ConceptMap that says so. */
  readonly map: string;
}

/** Every code that bots added to a resource, each once. */
export function listAddedCodes(resource: unknown): AddedCode[] {
  const found = new Map<string, AddedCode>();
  for (const { kind, at } of codedPlaces(resource)) {
    for (const one of kind === 'concept' ? at.coding.filter(isAddedCode) : [at].filter(isAddedCode)) {
      const mark = markOf(one) ?? {};
      const from = kind === 'concept' ? originOf(one)?.code : partOf(mark, 'from')?.valueString;
      const { system, code, display } = one;
      const said = { system: textOf(system), code: textOf(code), display: textOf(display) || undefined };
      found.set(keyOf(one), { ...said, from: textOf(from), map: textOf(partOf(mark, 'map')?.valueUri) });
    }
  }
  return [...found.values()];
}

/** Takes what bots added out of a resource, in place: it says then what it said before. */
export function takeAddedCodes(resource: unknown): AddedCodes {
  const [codings, units] = [new Map<string, Json[]>(), new Map<string, Json>()];
  for (const place of codedPlaces(resource)) {
    if (place.kind === 'quantity') takeUnit(place.at, units);
    else takeCodings(place.at, codings);
  }
  return { codings, units };
}

/**
 * Puts added codes back, in place, beside everything that they were made of: what the source does not say any more takes
 * its added code along, and a code that the source has come to say itself is not doubled.
 */
export function putAddedCodes(resource: unknown, { codings, units }: AddedCodes): void {
  if (codings.size === 0 && units.size === 0) return;
  for (const { kind, at } of codedPlaces(resource)) {
    if (kind === 'concept') addCodings(at, codings);
    else addUnit(at, units.get(at.unit));
  }
}

/** Adds a UCUM code and where it comes from to a Quantity that has none. */
export function addUnit(quantity: Json, added: Json | undefined): void {
  if (!added || quantity.code !== undefined || quantity.system !== undefined) return;
  const { system, code, extension } = added;
  const own = Array.isArray(quantity.extension) ? quantity.extension : [];
  Object.assign(quantity, { system, code, extension: [...own, extension] });
}

function addCodings(concept: Concept, codings: AddedCodes['codings']): void {
  const known = new Set(concept.coding.map((one) => (isObject(one) ? keyOf(one) : '')));
  for (const key of [...known]) {
    const added = (codings.get(key) ?? []).filter((one) => !known.has(keyOf(one)));
    concept.coding.push(...added);
    for (const one of added) known.add(keyOf(one));
  }
}

function takeCodings(concept: Concept, codings: Map<string, Json[]>): void {
  const added = concept.coding.filter(isAddedCode);
  if (added.length === 0) return;
  concept.coding = concept.coding.filter((one) => !isAddedCode(one));
  if (concept.coding.length === 0) delete (concept as Json).coding;
  for (const one of added) {
    const key = keyOf(originOf(one) ?? {});
    codings.set(key, [...(codings.get(key) ?? []), one]);
  }
}

function takeUnit(quantity: Json, units: Map<string, Json>): void {
  const mark = markOf(quantity);
  if (!mark) return;
  const { system, code } = quantity;
  const unit = partOf(mark, 'from')?.valueString;
  if (typeof unit === 'string') units.set(unit, { system, code, extension: mark });
  delete quantity.system;
  delete quantity.code;
  const others = listOf(quantity.extension).filter((one) => one !== mark);
  if (others.length > 0) quantity.extension = others;
  else delete quantity.extension;
}

function originOf(coding: Json): Json | undefined {
  const mark = markOf(coding);
  const from = mark && partOf(mark, 'from')?.valueCoding;
  return isObject(from) ? from : undefined;
}

function markOf(value: Json): Json | undefined {
  return listOf(value.extension).find(({ url }) => url === ADDED_CODE_EXTENSION);
}

function partOf(extension: Json, name: string): Json | undefined {
  return listOf(extension.extension).find(({ url }) => url === name);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function isConcept(value: Json): value is Concept {
  return Array.isArray(value.coding);
}

function isQuantity(value: Json): value is Json & { unit: string } {
  return typeof value.value === 'number' && typeof value.unit === 'string';
}

function listOf(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
