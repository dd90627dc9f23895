import type { Bundle, BundleEntry } from '@medplum/fhirtypes';
import { type RecordCategory, type RecordQuery, searchesOf } from '../contract/record-category.ts';
import type { Caller } from '../medplum/callers.ts';

export interface RecordPage {
  readonly entries: readonly BundleEntry[];
  /** The `page` of the next one. */
  readonly next?: string;
}

/**
 * Reads one page of a Patient's record with the caller's own token, so that Medplum decides what is in it. Searches of
 * several types come one after another; a page holds resources of one type.
 *
 * @param category - Without one the whole record.
 * @throws HttpError 404 for a Patient that the caller does not see.
 */
export async function readPage(
  caller: Caller,
  patientId: string,
  category: RecordCategory | undefined,
  query: RecordQuery,
): Promise<RecordPage> {
  const patient = await caller.read('Patient', patientId);
  const searches = searchesOf(category);
  let { position, paging } = parsePage(query.page);
  for (let search = searches[position]; search; search = searches[++position], paging = {}) {
    const found = await caller.searchPage(search.type, {
      ...search.query,
      ...paging,
      _compartment: `Patient/${patient.id}`,
      _count: `${query._count}`,
      // By this order, and 20 a page or more, Medplum pages to any depth; else it ends at 10,000.
      _sort: '_lastUpdated',
    });
    const entries = found.entry ?? [];
    const next = nextOf(found, position) ?? (position + 1 < searches.length ? `${position + 1}` : undefined);
    if (entries.length > 0) return { entries, ...(next && { next }) };
  }
  return { entries: [] };
}

/** `<search>`, and behind a point where Medplum goes on with it: `c<cursor>` or `o<offset>`. */
function parsePage(page = '0'): { position: number; paging: Readonly<Record<string, string>> } {
  const [position = '', where = ''] = page.split('.');
  const name = where.startsWith('c') ? '_cursor' : '_offset';
  return { position: Number(position), paging: where ? { [name]: where.slice(1) } : {} };
}

function nextOf({ link }: Bundle, position: number): string | undefined {
  const url = link?.find(({ relation }) => relation === 'next')?.url;
  const { searchParams } = new URL(url ?? '', 'http://medplum');
  const [cursor, offset] = [searchParams.get('_cursor'), searchParams.get('_offset')];
  if (cursor) return `${position}.c${cursor}`;
  return offset ? `${position}.o${offset}` : undefined;
}
