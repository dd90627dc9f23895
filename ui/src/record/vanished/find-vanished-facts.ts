import type { MedplumClient } from '@medplum/core';
import type { Bundle } from '@medplum/fhirtypes';
import { conditions, type Fact, type FactFilters } from '../find-facts.ts';
import type { FactSearch } from '../sections.ts';

/** More are not named one by one. */
export const MOST_NAMED = 50;

/**
 * Reads facts that vanished at their source, as far as some lists of the record hold them and the filters leave them. One
 * request, bounded; what the reader may not search counts as nothing.
 *
 * @param references - `Type/<id>`; the first `MOST_NAMED` of them are read.
 */
export async function findVanishedFacts(
  medplum: MedplumClient,
  patientId: string,
  searches: readonly FactSearch[],
  { since: _, ...filters }: FactFilters,
  references: readonly string[],
): Promise<Fact[]> {
  const ids = Map.groupBy(references.slice(0, MOST_NAMED), (reference) => reference.split('/')[0]);
  const entry = searches.flatMap((search) => {
    const named = ids.get(search.type)?.map((reference) => reference.slice(search.type.length + 1));
    if (!named) return [];
    const query = new URLSearchParams([
      ...conditions(patientId, search, filters),
      ['_id', named.join(',')],
      ['_count', `${MOST_NAMED}`],
    ]);
    return [{ request: { method: 'GET' as const, url: `${search.type}?${query}` } }];
  });
  if (entry.length === 0) return [];
  const answer = await medplum.executeBatch({ resourceType: 'Bundle', type: 'batch', entry });
  const found = answer.entry?.flatMap(({ resource }) => (resource?.resourceType === 'Bundle' ? resource : [])) ?? [];
  const facts = (found as Bundle<Fact>[])
    .flatMap((bundle) => bundle.entry ?? [])
    .flatMap(({ resource }) => resource ?? []);
  // A type may stand in more than one list.
  return [...new Map(facts.map((fact) => [fact.id, fact])).values()];
}
