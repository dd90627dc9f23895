import { DEFAULT_MAX_SEARCH_COUNT, DEFAULT_SEARCH_COUNT, type SearchRequest } from '@medplum/core';
import type { BundleLink } from '@medplum/fhirtypes';
import type { Sql } from '../repository/open-database.ts';
import type { ResourceStore } from '../repository/resource-store.ts';
import { cursorClause, type Paging, pageLinks, type Shown } from './page-links.ts';
import { sortClause } from './sort-clause.ts';
import { refusal } from './sql-conditions.ts';
import { type Scope, whereClause } from './where-clause.ts';

/** Deeper pages need `_sort=_lastUpdated`, which pages by cursor. */
const MAX_OFFSET = 10_000;

export interface Page {
  /** JSON texts of the resources of this page. */
  readonly contents: readonly string[];
  readonly total: number | undefined;
  readonly links: BundleLink[];
}

interface Hit extends Shown {
  readonly content: string;
}

/**
 * Runs a search inside one project.
 * @param urlBase what the paging links begin with, ending in `/fhir/R4/`
 */
export function runSearch(store: ResourceStore, request: SearchRequest, scope: Scope, urlBase: string): Page {
  const paging = limitPaging(request);
  const hits = paging.count > 0 ? selectHits(store, request, paging, scope) : [];
  const page = hits.slice(0, paging.count);
  const wantsTotal = request.total === 'accurate' || request.total === 'estimate';
  return {
    contents: page.map((hit) => hit.content),
    total: wantsTotal ? countHits(store, request, scope) : undefined,
    links: pageLinks(request, paging, page, hits[paging.count], urlBase),
  };
}

function limitPaging(request: SearchRequest): Paging {
  const count = Math.min(request.count ?? DEFAULT_SEARCH_COUNT, DEFAULT_MAX_SEARCH_COUNT);
  const offset = request.offset ?? 0;
  if (offset > MAX_OFFSET) throw refusal(`Search offset exceeds maximum (got ${offset}, max ${MAX_OFFSET})`);
  return { count, offset };
}

/**
 * The statement of a page: one hit more than it holds, if there is one, tells that a next page exists. Without the texts, which
 * sqlite would carry through the sorting of all hits.
 */
export function pageSql(store: ResourceStore, request: SearchRequest, paging: Paging, scope: Scope): Sql {
  const where = whereClause(store, request, scope);
  const sort = sortClause(store, request);
  const cursor = cursorClause(request, paging);
  return {
    text: `SELECT r.id, r.last_updated, r.vid FROM resource r ${sort.joins}
      WHERE (${where.text}) ${cursor.text} ORDER BY ${sort.orderBy} LIMIT ? OFFSET ?`,
    values: [...sort.values, ...where.values, ...cursor.values, paging.count + 1, Math.max(0, paging.offset)],
  };
}

function selectHits(store: ResourceStore, request: SearchRequest, paging: Paging, scope: Scope): Hit[] {
  const { resourceType } = request;
  const { text, values } = pageSql(store, request, paging, scope);
  return store.db.all(text, ...values).map((row) => {
    const [id, lastUpdated] = [String(row.id), String(row.last_updated)];
    // Of a deleted resource, which only `_deleted` finds, nothing else is left.
    const content = store.contentOf(Number(row.vid)) ?? JSON.stringify({ resourceType, id, meta: { lastUpdated } });
    return { id, lastUpdated, content };
  });
}

function countHits(store: ResourceStore, request: SearchRequest, scope: Scope): number {
  const { text, values } = whereClause(store, request, scope);
  const count = Number(store.db.get(`SELECT COUNT(*) AS n FROM resource r WHERE ${text}`, ...values)?.n);
  // Of several types the real server counts whether there is anything at all.
  return request.types ? Math.min(count, 1) : count;
}
