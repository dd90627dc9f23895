import { keyOf } from '@fasten-medplum/bridge/contract/added-codes';
import { ORG_CONNECTION_SYSTEM } from '@fasten-medplum/bridge/contract/identifiers';
import type { MedplumClient } from '@medplum/core';
import type { Coding, ConceptMap, ConceptMapGroupElementTarget } from '@medplum/fhirtypes';
import { isStandard } from './standard-systems.ts';

/** A standard code, and the ConceptMap that says so. */
export interface Translation {
  readonly coding: Coding & { readonly system: string; readonly code: string };
  /** Its canonical URL with its version, else its reference. */
  readonly map: string;
}

/** The standard codes for a system and code; at most one of each standard system. */
export type Translate = (from: { readonly system: string; readonly code: string }) => readonly Translation[];

const CODES_A_SEARCH = 100;
/** Any other relation would make a record say more than its source, or less. */
const SAME_MEANING: readonly string[] = ['equal', 'equivalent'];

/** Reads the active ConceptMaps that know one of these codes, whatever its system. Maps that disagree say nothing. */
export async function findTranslations(medplum: MedplumClient, codes: ReadonlySet<string>): Promise<Translate> {
  const found = new Map<string, Translation[]>();
  const all = [...codes];
  for (let start = 0; start < all.length; start += CODES_A_SEARCH) {
    const wanted = all.slice(start, start + CODES_A_SEARCH).map((code) => code.replace(/[\\,|$]/g, '\\$&'));
    const query = { status: 'active', 'source-code': wanted.join(','), _count: '1000' };
    for (const map of await medplum.searchResources('ConceptMap', query, { cache: 'reload' }))
      if (!isLoaded(map)) readMap(map, codes, found);
  }
  return (from) => {
    const said = found.get(keyOf(from)) ?? [];
    return said.filter(({ coding }, position) => {
      const ofSystem = said.filter((other) => other.coding.system === coding.system);
      const isFirst = said.findIndex((other) => other.coding.system === coding.system) === position;
      return isFirst && ofSystem.every((other) => other.coding.code === coding.code);
    });
  };
}

/** A map that came with a patient's record says nothing of anybody else's. */
function isLoaded({ meta }: ConceptMap): boolean {
  return meta?.tag?.some(({ system }) => system === ORG_CONNECTION_SYSTEM) ?? false;
}

function readMap(map: ConceptMap, codes: ReadonlySet<string>, found: Map<string, Translation[]>): void {
  const name = map.url ? `${map.url}${map.version ? `|${map.version}` : ''}` : `ConceptMap/${map.id}`;
  for (const { source, target: system, targetVersion: version, element } of map.group ?? []) {
    if (system === undefined || !isStandard(system)) continue;
    for (const { code, target = [] } of element) {
      if (code === undefined || !codes.has(code)) continue;
      const key = keyOf({ system: source, code });
      const translations = target.flatMap((one): Translation[] => {
        if (one.code === undefined || !isUnconditional(one)) return [];
        const coding = { system, ...(version && { version }), code: one.code };
        return [{ coding: { ...coding, ...(one.display && { display: one.display }) }, map: name }];
      });
      found.set(key, [...(found.get(key) ?? []), ...translations]);
    }
  }
}

function isUnconditional({ equivalence, dependsOn }: ConceptMapGroupElementTarget): boolean {
  return SAME_MEANING.includes(equivalence ?? '') && !dependsOn?.length;
}
