import { badRequest, type Filter, invalidSearchOperator, OperationOutcomeError, Operator } from '@medplum/core';
import type { SearchParameter } from '@medplum/fhirtypes';
import type { Sql, Value } from '../repository/open-database.ts';

/** The number of a search parameter of a type in the index tables. */
export type ParamNumber = (resourceType: string, code: string) => number;

/**
 * `r` is among (or, negated, not among) the rows of a subquery. What is narrow is a good place to start a search from.
 * @param row the subquery's column with the row, where an index leads from that to what the subquery asks, and a condition can follow
 */
export function inRows(select: string, values: readonly Value[], negated = false, row?: 'rid' | 't.rid'): Sql {
  const sql = { text: `r.rid ${negated ? 'NOT IN' : 'IN'} (${select})`, values, narrow: !negated };
  const ofRow = row && `${negated ? 'NOT ' : ''}EXISTS (${select} AND ${row} = r.rid)`;
  return { ...sql, ...(!negated && { select }), ...(ofRow && { ofRow }) };
}

/** All of them, or one of them; none at all is true. */
export function joined(conditions: readonly Sql[], keyword: 'AND' | 'OR'): Sql {
  const [only] = conditions;
  if (only && conditions.length === 1) return only;
  const isNarrow = ({ narrow }: Sql) => narrow === true;
  return {
    text: conditions.length > 0 ? `(${conditions.map(({ text }) => text).join(` ${keyword} `)})` : '1',
    values: conditions.flatMap(({ values }) => values),
    narrow: keyword === 'AND' ? conditions.some(isNarrow) : conditions.length > 0 && conditions.every(isNarrow),
  };
}

export function isNegation({ operator }: Filter): boolean {
  return operator === Operator.NOT || operator === Operator.NOT_EQUALS;
}

export function isPresence({ operator }: Filter): boolean {
  return operator === Operator.MISSING || operator === Operator.PRESENT;
}

/** `:in` and `:not-in` are refused wherever they are not taken for an equality. */
export function refuseSets({ operator, code }: Filter): void {
  if (operator === Operator.IN || operator === Operator.NOT_IN) {
    throw new OperationOutcomeError(invalidSearchOperator(operator, code));
  }
}

/** The sign between a column and a value; 400 for an operator that is none. */
export function comparison(operator: Operator): string {
  switch (operator) {
    case Operator.EQUALS:
    case Operator.EXACT:
      return '=';
    case Operator.NOT:
    case Operator.NOT_EQUALS:
      return '!=';
    case Operator.GREATER_THAN:
    case Operator.STARTS_AFTER:
      return '>';
    case Operator.GREATER_THAN_OR_EQUALS:
      return '>=';
    case Operator.LESS_THAN:
    case Operator.ENDS_BEFORE:
      return '<';
    case Operator.LESS_THAN_OR_EQUALS:
      return '<=';
    default:
      throw refusal(`Unknown FHIR operator: ${operator}`);
  }
}

export function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, (c) => `\\${c}`);
}

/** What Postgres says: a parameter of several parts (`code-value-quantity`) has no column. */
export function noColumn({ code }: SearchParameter, resourceType: string | undefined): OperationOutcomeError {
  const name = code.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  return refusal(`column ${resourceType ? `${resourceType}.${name}` : `"${name}"`} does not exist`);
}

/** 400 in these words: the real server hands on what Postgres says. */
export function refusal(message: string): OperationOutcomeError {
  return new OperationOutcomeError(badRequest(message));
}
