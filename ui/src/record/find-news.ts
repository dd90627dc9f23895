import type { MedplumClient } from '@medplum/core';
import { conditions } from './find-facts.ts';
import { RECORD_SECTIONS } from './sections.ts';

/** How many facts of each section, by its path, were stored after an instant; sections without any are left out. */
export type News = ReadonlyMap<string, number>;

/** Counts in one request; what the reader may not search counts as nothing. */
export async function findNews(medplum: MedplumClient, patientId: string, since: string): Promise<News> {
  const asked = RECORD_SECTIONS.flatMap(({ path, searches }) => searches.map((search) => ({ path, search })));
  const entry = asked.map(({ search }) => {
    const query = new URLSearchParams([...conditions(patientId, search, { since }), ['_summary', 'count']]);
    return { request: { method: 'GET' as const, url: `${search.type}?${query}` } };
  });
  const answer = await medplum.executeBatch({ resourceType: 'Bundle', type: 'batch', entry });
  const news = new Map<string, number>();
  asked.forEach(({ path }, index) => {
    const found = answer.entry?.[index]?.resource;
    const count = found?.resourceType === 'Bundle' ? (found.total ?? 0) : 0;
    if (count > 0) news.set(path, (news.get(path) ?? 0) + count);
  });
  return news;
}
