import { formatSearchQuery, OperationOutcomeError, type SearchRequest, serverError } from '@medplum/core';
import type { BundleLink } from '@medplum/fhirtypes';
import type { Sql } from '../repository/open-database.ts';
import { refusal } from './sql-conditions.ts';

export interface Paging {
  readonly count: number;
  readonly offset: number;
}

/** What a link needs to know of a hit. */
export interface Shown {
  readonly id: string;
  readonly lastUpdated: string;
}

/** `2-<milliseconds>-<ids>`: from that instant on, without the ids that the page before has already shown. */
export function cursorClause({ cursor }: SearchRequest, paging: Paging): Sql {
  if (!cursor) return { text: '', values: [] };
  if (paging.offset > 0) throw refusal('Cannot use both offset and cursor');
  const [, milliseconds = '', ids = ''] = /^2-(\d+)(?:-(.+))?$/.exec(cursor) ?? [];
  if (!milliseconds) return { text: '', values: [] };
  return {
    text: 'AND r.last_updated >= ? AND r.id NOT IN (SELECT value FROM json_each(?))',
    values: [new Date(Number(milliseconds)).toISOString(), JSON.stringify(ids ? ids.split(',') : [])],
  };
}

/**
 * @param next the first hit behind the page, if there is one
 * @param urlBase what the links begin with, ending in `/fhir/R4/`
 * @throws OperationOutcomeError 500 when a whole page and what follows it are of one millisecond: no cursor leads on
 */
export function pageLinks(
  request: SearchRequest,
  { count, offset }: Paging,
  page: readonly Shown[],
  next: Shown | undefined,
  urlBase: string,
): BundleLink[] {
  const full = { ...request, count, offset };
  const url = (changed: SearchRequest) => `${urlBase}${request.resourceType}${formatSearchQuery(changed)}`;
  const links: BundleLink[] = [{ relation: 'self', url: url(full) }];
  const [first] = page;
  if (count === 0 || !first) return links;
  if (pagesByCursor(full)) {
    links.push({ relation: 'first', url: url(withoutCursor(full)) });
    if (first.lastUpdated === next?.lastUpdated) {
      throw new OperationOutcomeError(serverError(new Error('Cursor fails to make progress')));
    }
    if (next) links.push({ relation: 'next', url: url({ ...withoutCursor(full), cursor: cursorTo(next, page) }) });
    return links;
  }
  links.push({ relation: 'first', url: url({ ...full, offset: 0 }) });
  if (next) links.push({ relation: 'next', url: url({ ...full, offset: offset + count }) });
  if (offset > 0) links.push({ relation: 'previous', url: url({ ...full, offset: offset - count }) });
  return links;
}

function pagesByCursor(request: SearchRequest & Paging): boolean {
  const [rule, more] = request.sortRules ?? [];
  const ascendingByTime = rule?.code === '_lastUpdated' && !rule.descending && !more;
  return request.offset === 0 && request.count >= 20 && ascendingByTime;
}

function withoutCursor(request: SearchRequest & Paging): SearchRequest {
  const { cursor: _cursor, offset: _offset, ...rest } = request;
  return rest;
}

function cursorTo(next: Shown, page: readonly Shown[]): string {
  const shown = page.filter((hit) => hit.lastUpdated === next.lastUpdated).map((hit) => hit.id);
  return [2, Date.parse(next.lastUpdated), ...(shown.length > 0 ? [shown.join(',')] : [])].join('-');
}
