import { getSearchParameter, type SearchRequest, type SortRule } from '@medplum/core';
import type { ResourceStore } from '../repository/resource-store.ts';
import { indexTableOf } from './index-resource.ts';
import { noColumn, refusal } from './sql-conditions.ts';

const SORT_COLUMNS: Record<string, string> = {
  token_index: 'code',
  string_index: 'lower',
  reference_index: 'value',
  date_index: 'value',
  number_index: 'value',
};

/** The order of a search: what must be joined, and by what it is ordered. */
export interface SortSql {
  readonly joins: string;
  readonly orderBy: string;
  readonly values: readonly number[];
}

/** @throws OperationOutcomeError 400 for a parameter that is not known */
export function sortClause(store: ResourceStore, request: SearchRequest): SortSql {
  const joins: string[] = [];
  const orderBy: string[] = [];
  const values: number[] = [];
  for (const [i, rule] of (request.sortRules ?? []).entries()) {
    const direction = rule.descending ? 'DESC' : 'ASC';
    const column = { _id: 'r.id', _lastUpdated: 'r.last_updated' }[rule.code];
    if (column) {
      orderBy.push(`${column} ${direction}`);
      continue;
    }
    const { table, number } = sortIndex(store, request.resourceType, rule);
    // Postgres puts what has no value last when ascending, first when descending.
    orderBy.push(`s${i}.value IS NULL ${direction}, s${i}.value ${direction}`);
    joins.push(
      `LEFT JOIN (SELECT rid, MIN(${SORT_COLUMNS[table]}) AS value FROM ${table} WHERE param = ? GROUP BY rid) s${i}
       ON s${i}.rid = r.rid`,
    );
    values.push(number);
  }
  orderBy.push(request.sortRules?.length ? 'r.rid' : '+r.rid');
  return { joins: joins.join(' '), orderBy: orderBy.join(', '), values };
}

function sortIndex(store: ResourceStore, resourceType: string, rule: SortRule): { table: string; number: number } {
  const param = getSearchParameter(resourceType, rule.code);
  if (!param) throw refusal(`Unknown search parameter: ${rule.code}`);
  const table = indexTableOf(param);
  if (!table) throw noColumn(param, resourceType);
  return { table, number: store.paramNumber(resourceType, param.code) };
}
