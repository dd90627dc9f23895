import {
  badRequest,
  FhirFilterComparison,
  FhirFilterConnective,
  type FhirFilterExpression,
  FhirFilterNegation,
  type Filter,
  OperationOutcomeError,
  type Operator,
  parseFilterParameter,
} from '@medplum/core';
import type { Sql } from '../repository/open-database.ts';

/**
 * The `_filter` parameter (`name eq "Patient" or url eq "..."`) as one condition.
 * @param toSql turns one comparison into a condition
 */
export function filterCondition(text: string, toSql: (filter: Filter) => Sql): Sql {
  return expressionToSql(parseFilterParameter(text), toSql);
}

function expressionToSql(expression: FhirFilterExpression, toSql: (filter: Filter) => Sql): Sql {
  if (expression instanceof FhirFilterNegation) {
    const child = expressionToSql(expression.child, toSql);
    return { text: `NOT (${child.text})`, values: child.values };
  }
  if (expression instanceof FhirFilterConnective) {
    const left = expressionToSql(expression.left, toSql);
    const right = expressionToSql(expression.right, toSql);
    const keyword = expression.keyword === 'and' ? 'AND' : 'OR';
    return { text: `(${left.text} ${keyword} ${right.text})`, values: [...left.values, ...right.values] };
  }
  if (expression instanceof FhirFilterComparison) {
    const { path: code, operator, value } = expression;
    return toSql({ code, operator: operator as Operator, value });
  }
  throw new OperationOutcomeError(badRequest('Unknown filter expression type'));
}
