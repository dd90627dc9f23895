import {
  type AddedCodes,
  addUnit,
  codedPlaces,
  keyOf,
  takeAddedCodes,
} from '@fasten-medplum/bridge/contract/added-codes';
import { ADDED_CODE_EXTENSION, ADDED_CODE_SYSTEM, UNIT_TEXT_SYSTEM } from '@fasten-medplum/bridge/contract/identifiers';
import { deepClone, deepEquals, type PatchOperation } from '@medplum/core';
import type { Coding, Extension, Quantity, Resource } from '@medplum/fhirtypes';
import type { Translate, Translation } from './find-translations.ts';
import { isLocal, STANDARD_SYSTEMS, standardName } from './standard-systems.ts';

/** Every code and unit of a resource that a map may know; without those that were added. */
export function askedOf(resource: Resource): ReadonlySet<string> {
  const asked = new Set<string>();
  for (const place of codedPlaces(withoutAdded(resource).bare)) {
    if (place.kind === 'quantity' && isWithoutCode(place.at)) asked.add(place.at.unit);
    if (place.kind === 'concept') for (const { code } of localCodings(place.at.coding)) asked.add(code);
  }
  return asked;
}

/**
 * What has to change so that a resource carries the codes that the maps say, each marked as added, and no other added ones.
 * Empty when it does. A code that its tag says was added and that is there no more was taken out by a person: not again.
 */
export function makePatch(resource: Resource, translate: Translate): PatchOperation[] {
  const { bare: wanted, added } = withoutAdded(resource);
  const tags = resource.meta?.tag ?? [];
  const present = new Set(addedNames(added));
  const tagged = tags.flatMap(({ system, code }) => (system === ADDED_CODE_SYSTEM && code ? [code] : []));
  const refused = new Set(tagged.filter((name) => !present.has(name)));
  const said = new Set<string>();
  const take = (translation: Translation): boolean => {
    const name = nameOf(translation.coding);
    said.add(name);
    return !refused.has(name);
  };
  for (const { kind, at } of codedPlaces(wanted)) {
    if (kind === 'concept') at.coding.push(...codingsFor(at.coding, translate).filter(take).map(markedCoding));
    else if (isWithoutCode(at)) addUnit(at, unitFor(at.unit, translate, take));
  }
  return [...placesThatDiffer(resource, wanted), ...tagPatch(resource, said)];
}

type LocalCoding = Coding & { readonly system: string; readonly code: string };
type Found = Translation & { readonly from: LocalCoding };

/** The standard codes that a CodeableConcept lacks. Of a system that its source has a code of, it lacks none. */
function codingsFor(codings: readonly unknown[], translate: Translate): Found[] {
  const systems = new Set(codings.map((one) => (one as Coding).system));
  const named = new Set([...systems].map(standardName));
  const found: Found[] = [];
  for (const from of localCodings(codings)) {
    for (const translation of translate(from)) {
      const { system } = translation.coding;
      // Of a code under another name of its system, a map may say how FHIR has it.
      if (systems.has(system) || (named.has(system) && standardName(from.system) !== system)) continue;
      systems.add(system);
      found.push({ ...translation, from });
    }
  }
  return found;
}

function markedCoding({ coding, map, from }: Found) {
  const mark = markOf({ url: 'from', valueCoding: { system: from.system, code: from.code } }, map);
  return { extension: [mark], ...coding, userSelected: false };
}

function unitFor(unit: string, translate: Translate, take: (one: Translation) => boolean) {
  const inUcum = translate({ system: UNIT_TEXT_SYSTEM, code: unit }).filter(isUcum).find(take);
  if (!inUcum) return undefined;
  const { system, code } = inUcum.coding;
  return { system, code, extension: markOf({ url: 'from', valueString: unit }, inUcum.map) };
}

function markOf(from: Extension, map: string): Extension {
  return { url: ADDED_CODE_EXTENSION, extension: [from, { url: 'map', valueUri: map }] };
}

function placesThatDiffer(resource: Resource, wanted: Resource): PatchOperation[] {
  const after = new Map([...codedPlaces(wanted)].map(({ path, at }) => [path, at]));
  return [...codedPlaces(resource)].flatMap(({ path, at }): PatchOperation[] => {
    const value = after.get(path);
    // Nothing is left where a person took out all but what was added.
    if (value === undefined) return [{ op: 'remove', path: `${path}/coding` }];
    return deepEquals(at, value) ? [] : [{ op: 'replace', path, value }];
  });
}

function tagPatch({ meta }: Resource, said: ReadonlySet<string>): PatchOperation[] {
  const tags = meta?.tag ?? [];
  const kept = tags.filter(({ system, code }) => system !== ADDED_CODE_SYSTEM || said.has(code ?? ''));
  const known = new Set(kept.map(({ code }) => code));
  const fresh = [...said].filter((name) => !known.has(name)).map((code) => ({ system: ADDED_CODE_SYSTEM, code }));
  if (fresh.length === 0 && kept.length === tags.length) return [];
  return [{ op: meta?.tag ? 'replace' : 'add', path: '/meta/tag', value: [...kept, ...fresh] }];
}

function withoutAdded(resource: Resource): { bare: Resource; added: AddedCodes } {
  const bare = deepClone(resource);
  return { added: takeAddedCodes(bare), bare };
}

function addedNames({ codings, units }: AddedCodes): string[] {
  return [...[...codings.values()].flat(), ...units.values()].map((one) => nameOf(one as Coding));
}

function nameOf({ system, code }: Coding): string {
  return `${system}#${code}`;
}

function localCodings(codings: readonly unknown[]): LocalCoding[] {
  const known = new Set<string>();
  return (codings as readonly Coding[]).filter((one): one is LocalCoding => {
    const isNew = isLocal(one.system) && !!one.code && !known.has(keyOf(one));
    known.add(keyOf(one));
    return isNew;
  });
}

function isUcum({ coding }: Translation): boolean {
  return coding.system === STANDARD_SYSTEMS.ucum;
}

function isWithoutCode({ system, code }: Quantity): boolean {
  return system === undefined && code === undefined;
}
