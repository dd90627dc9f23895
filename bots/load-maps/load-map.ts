import { CODE_MAP_SYSTEM } from '@fasten-medplum/bridge/contract/identifiers';
import { deepEquals, type MedplumClient, type WithId } from '@medplum/core';
import type { ConceptMap, ConceptMapGroup } from '@medplum/fhirtypes';
import type { CheckedMap } from './check-map.ts';

/** The bot reads a part whenever it looks one of its codes up; and a server takes a megabyte. */
const CODES_A_PART = 500;

/** How many ConceptMaps had to be written for a map, and how many of an earlier version of it deleted. */
export interface LoadedMap {
  readonly parts: number;
  readonly written: number;
  readonly deleted: number;
}

/**
 * Stores a map, or what differs of it, as ConceptMaps of at most 500 codes. What was loaded under its `url` before and is
 * in it no more is deleted. May be killed and run again.
 *
 * @param isPlan - Counts what would be written, and writes nothing.
 */
export async function loadMap(medplum: MedplumClient, map: CheckedMap, isPlan = false): Promise<LoadedMap> {
  const left = await findParts(medplum, map.url);
  const parts = splitMap(map);
  let written = 0;
  for (const part of parts) {
    const found = left.get(part.identifier?.value ?? '');
    left.delete(part.identifier?.value ?? '');
    if (found && saysTheSame(found, part)) continue;
    written++;
    if (isPlan) continue;
    if (found) await medplum.updateResource<ConceptMap>({ ...part, id: found.id });
    else await medplum.createResource(part);
  }
  for (const { id } of isPlan ? [] : left.values()) await medplum.deleteResource('ConceptMap', id);
  return { parts: parts.length, written, deleted: left.size };
}

/** Parts that were loaded, by the value of their identifier. A ConceptMap of this url that somebody else made is none. */
async function findParts(medplum: MedplumClient, url: string): Promise<Map<string, WithId<ConceptMap>>> {
  const found = await medplum.searchResources('ConceptMap', { url, _count: '1000' }, { cache: 'reload' });
  const ours = found.filter(({ identifier }) => identifier?.system === CODE_MAP_SYSTEM);
  return new Map(ours.map((part) => [part.identifier?.value ?? '', part]));
}

function splitMap({ id: _, meta: __, ...map }: CheckedMap): ConceptMap[] {
  const groups = map.group.flatMap((group) => {
    const slices: ConceptMapGroup[] = [];
    for (let start = 0; start < group.element.length; start += CODES_A_PART) {
      slices.push({ ...group, element: group.element.slice(start, start + CODES_A_PART) });
    }
    return slices;
  });
  return groups.map((group, position) => ({
    ...map,
    identifier: { system: CODE_MAP_SYSTEM, value: `${map.url}#${position + 1}` },
    group: [group],
  }));
}

function saysTheSame({ id: _, meta: __, ...stored }: WithId<ConceptMap>, wanted: ConceptMap): boolean {
  return deepEquals(stored, wanted);
}
