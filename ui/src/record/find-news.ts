import type { MedplumClient } from '@medplum/core';
import { findCounts } from './everything/find-counts.ts';
import type { FactFilters } from './find-facts.ts';
import { RECORD_SECTIONS } from './sections.ts';

/** How many facts of each section, by its path, were stored since then; sections without any are left out. */
export type News = ReadonlyMap<string, number>;

/** Counts in one request what the filters leave; what the reader may not search counts as nothing. */
export async function findNews(
  medplum: MedplumClient,
  patientId: string,
  filters: FactFilters & { readonly since: string },
): Promise<News> {
  const asked = RECORD_SECTIONS.flatMap(({ path, searches }) => searches.map((search) => ({ path, search })));
  const searches = asked.map(({ search }) => search);
  const counts = await findCounts(medplum, patientId, searches, filters);
  const news = new Map<string, number>();
  asked.forEach(({ path }, index) => {
    const { count = 0 } = counts[index] ?? {};
    if (count > 0) news.set(path, (news.get(path) ?? 0) + count);
  });
  return news;
}
