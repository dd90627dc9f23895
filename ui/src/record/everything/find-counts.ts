import type { MedplumClient } from '@medplum/core';
import { conditions, type FactFilters } from '../find-facts.ts';
import type { FactSearch } from '../sections.ts';

/** How many facts a search finds. */
export interface Counted {
  readonly search: FactSearch;
  readonly count: number;
}

/** Counts in one request, whatever the size of the record; what the reader may not search counts as nothing. */
export async function findCounts(
  medplum: MedplumClient,
  patientId: string,
  searches: readonly FactSearch[],
  filters: FactFilters,
): Promise<Counted[]> {
  const entry = searches.map((search) => {
    const query = new URLSearchParams([...conditions(patientId, search, filters), ['_summary', 'count']]);
    return { request: { method: 'GET' as const, url: `${search.type}?${query}` } };
  });
  const answer = await medplum.executeBatch({ resourceType: 'Bundle', type: 'batch', entry });
  return searches.map((search, index) => {
    const found = answer.entry?.[index]?.resource;
    return { search, count: found?.resourceType === 'Bundle' ? (found.total ?? 0) : 0 };
  });
}
