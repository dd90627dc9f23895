import type { SearchRequest } from '@medplum/core';
import type { Access } from '../access/access.ts';
import type { Sql } from '../repository/open-database.ts';
import type { ResourceStore } from '../repository/resource-store.ts';
import { conditionFor, type MayPass } from './condition-for.ts';
import { joinBounds } from './ordered-condition.ts';
import { isChained } from './parse-chain.ts';
import { joined } from './sql-conditions.ts';

/** Whose resources are looked at, and which of them may be seen. */
export interface Scope {
  /** Undefined: those of every project, as a super admin sees them. */
  readonly projectId: string | undefined;
  readonly access: Access;
  /** Whether a chain may lead over what the caller may not see, as it does on the real server. */
  readonly chainsSeeAll: boolean;
}

const FEW = 500;

/** Everything that a hit must satisfy, as one condition on `r`. */
export function whereClause(store: ResourceStore, request: SearchRequest, scope: Scope): Sql {
  const [first = request.resourceType, ...others] = request.types ?? [request.resourceType];
  const clauses = [first, ...others].map((type) => clauseOf(store, request, type, scope));
  const [only] = clauses;
  if (only && others.length === 0) return only;
  return {
    text: `r.rid IN (${clauses.map(({ text }) => `SELECT r.rid FROM resource r WHERE ${text}`).join(' UNION ALL ')})`,
    values: clauses.flatMap(({ values }) => values),
  };
}

/**
 * `+r.type`: without the plus sqlite walks the whole type instead of starting from a narrow condition (43 searches a
 * second against 1,429). With it, and nothing narrow to start from, it would walk everything.
 */
function clauseOf(store: ResourceStore, request: SearchRequest, type: string, scope: Scope): Sql {
  const { projectId, access } = scope;
  const filters = request.filters ?? [];
  const paramNumber = (of: string, code: string) => store.paramNumber(of, code);
  const mayPass = scope.chainsSeeAll ? undefined : passOf(store, scope);
  const conditions = filters.map((filter) =>
    conditionFor(isChained(filter) ? request.resourceType : type, filter, paramNumber, mayPass),
  );
  const allowed = access.conditionFor(type, paramNumber);
  if (allowed) conditions.push(allowed);
  const plus = conditions.some(({ narrow }) => narrow) ? '+' : '';
  const own: Sql[] = [{ text: `${plus}r.type = ?`, values: [type] }];
  if (projectId !== undefined) own.push({ text: `${plus}r.project = ?`, values: [projectId] });
  if (!filters.some(({ code }) => code === '_deleted')) own.push({ text: `${plus}r.deleted = 0`, values: [] });
  return joined([...own, ...startingNarrow(store, joinBounds(conditions))], 'AND');
}

/**
 * Sqlite lists all rows of every subquery before it looks at the first: a patient's 60,000 to find two of one day. So where one of
 * several has few, the others are asked of each of these.
 */
function startingNarrow(store: ResourceStore, conditions: readonly Sql[]): readonly Sql[] {
  if (conditions.length < 2) return conditions;
  const counts = conditions.map((condition) => countRows(store, condition));
  const fewest = Math.min(...counts);
  if (fewest >= FEW) return conditions;
  const start = counts.indexOf(fewest);
  return conditions.map((condition, n) =>
    n === start || condition.ofRow === undefined ? condition : { text: condition.ofRow, values: condition.values },
  );
}

/** At most `FEW`: counting costs no more than that. */
function countRows(store: ResourceStore, { select, values }: Sql): number {
  if (select === undefined) return FEW;
  return Number(store.db.get(`SELECT COUNT(*) AS n FROM (${select} LIMIT ${FEW})`, ...values)?.n);
}

function passOf(store: ResourceStore, { projectId, access }: Scope): MayPass {
  return (type) => {
    const conditions: Sql[] = projectId === undefined ? [] : [{ text: '+r.project = ?', values: [projectId] }];
    if (!access.allowsType('search', type)) conditions.push({ text: '0', values: [] });
    const allowed = access.conditionFor(type, (of, code) => store.paramNumber(of, code));
    return joined(allowed ? [...conditions, allowed] : conditions, 'AND');
  };
}
