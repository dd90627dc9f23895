import {
  deriveIdentifierSearchParameter,
  type Filter,
  getSearchParameter,
  getSearchParameterDetails,
  Operator,
} from '@medplum/core';
import type { Sql } from '../repository/open-database.ts';
import { chainedCondition } from './chained-condition.ts';
import { columnCondition } from './column-condition.ts';
import { filterCondition } from './filter-condition.ts';
import { indexTableOf, WORD_ROWS } from './index-resource.ts';
import { keptAs } from './kept-as.ts';
import { isChained } from './parse-chain.ts';
import { specialCondition } from './special-condition.ts';
import { isPresence, noColumn, type ParamNumber, refusal } from './sql-conditions.ts';
import { tokenCondition } from './token-condition.ts';
import { wordsCondition } from './words-condition.ts';

/** What a resource must satisfy for a chain to lead to it; undefined: nothing. */
export type MayPass = (resourceType: string) => Sql | undefined;

/**
 * Turns one search parameter into a condition on `r`.
 * @param mayPass absent: a chain leads to everything, as on the real server
 * @throws OperationOutcomeError 400 for an unknown parameter, a modifier that does not fit, a value that cannot be read
 */
export function conditionFor(
  resourceType: string,
  filter: Filter,
  paramNumber: ParamNumber,
  mayPass?: MayPass | undefined,
): Sql {
  if (filter.value.includes('\0')) throw refusal('Search filter value cannot contain null bytes');
  const toSql = (type: string, inner: Filter) => conditionFor(type, inner, paramNumber, mayPass);
  if (isChained(filter)) return chainedCondition(resourceType, filter, { paramNumber, toSql, mayPass });
  if (filter.code === '_filter') return filterCondition(filter.value, (inner) => toSql(resourceType, inner));
  return specialCondition(resourceType, filter, paramNumber) ?? ordinaryCondition(resourceType, filter, paramNumber);
}

function ordinaryCondition(resourceType: string, filter: Filter, paramNumber: ParamNumber): Sql {
  const param = getSearchParameter(resourceType, filter.code);
  if (!param) throw refusal(`Unknown search parameter: ${filter.code}`);
  if (filter.operator === Operator.IDENTIFIER) {
    const { code } = deriveIdentifierSearchParameter(param);
    const number = paramNumber(resourceType, code);
    return tokenCondition(param, number, false, { ...filter, code, operator: Operator.EQUALS });
  }
  const number = paramNumber(resourceType, param.code);
  const kept = keptAs(resourceType, param);
  switch (kept) {
    case 'tokens':
    case 'folded-tokens':
      return tokenCondition(param, number, kept === 'folded-tokens', filter);
    case 'words':
      return wordsCondition({ whole: number, words: paramNumber(resourceType, param.code + WORD_ROWS) }, filter);
    default: {
      const table = indexTableOf(param);
      if (!table) throw noColumn(param, isPresence(filter) ? resourceType : undefined);
      const details = getSearchParameterDetails(resourceType, param);
      return columnCondition({ param, table, details, number, isArray: kept === 'array' }, filter);
    }
  }
}
