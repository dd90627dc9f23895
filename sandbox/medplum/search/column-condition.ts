import {
  type Filter,
  Operator,
  type SearchParameterDetails,
  SearchParameterType,
  splitSearchOnComma,
} from '@medplum/core';
import type { SearchParameter } from '@medplum/fhirtypes';
import type { Sql, Value } from '../repository/open-database.ts';
import type { IndexTable } from './index-resource.ts';
import { dateCondition, numberCondition, quantityCondition } from './ordered-condition.ts';
import { escapeLike, inRows, isNegation, isPresence, refusal, refuseSets } from './sql-conditions.ts';

/** A search parameter with values of its own, and where they are. */
export interface Column {
  readonly param: SearchParameter;
  readonly details: SearchParameterDetails;
  readonly table: IndexTable;
  readonly number: number;
  readonly isArray: boolean;
}

/** A parameter that the real server keeps in a column of its own: most modifiers are taken there for an equality. */
export function columnCondition(column: Column, filter: Filter): Sql {
  const { param, details, table, number } = column;
  if (isPresence(filter)) {
    const isAbsent = (filter.operator === Operator.MISSING) === (filter.value === 'true');
    return inRows(`SELECT rid FROM ${table} WHERE param = ?`, [number], isAbsent);
  }
  switch (param.type) {
    case 'string':
      return stringCondition(number, filter);
    case 'token':
    case 'uri':
      return details.type === SearchParameterType.BOOLEAN
        ? booleanCondition(number, filter)
        : codeCondition(column, filter);
    case 'reference':
      return referenceCondition(column, filter);
    case 'date':
      return dateCondition(column, filter);
    case 'quantity':
      return quantityCondition(column, filter);
    default:
      return numberCondition(column, filter);
  }
}

function stringCondition(number: number, { value, operator }: Filter): Sql {
  const branches = splitSearchOnComma(value).map((each): Sql => {
    const lower = each.toLowerCase();
    switch (operator) {
      case Operator.EXACT:
        return { text: 'lower = ? AND value = ?', values: [lower, each] };
      case Operator.CONTAINS:
        return { text: "lower LIKE ? ESCAPE '\\'", values: [`%${escapeLike(lower)}%`] };
      case Operator.EQUALS:
      case Operator.STARTS_WITH:
        // A range instead of LIKE, which sqlite would answer by reading every row of the parameter.
        return { text: 'lower >= ? AND lower < ?', values: [lower, `${lower}\u{10ffff}`] };
      default:
        throw refusal(`Unsupported string search operator: ${operator}`);
    }
  });
  const text = branches.map((branch) => `(${branch.text})`).join(' OR ');
  return inRows(`SELECT rid FROM string_index WHERE param = ? AND (${text})`, [
    number,
    ...branches.flatMap((branch) => branch.values),
  ]);
}

function booleanCondition(number: number, filter: Filter): Sql {
  refuseSets(filter);
  if (filter.value !== 'true' && filter.value !== 'false') {
    throw refusal("Boolean search value must be 'true' or 'false'");
  }
  return inRows('SELECT rid FROM token_index WHERE param = ? AND code = ?', [number, filter.value], isNegation(filter));
}

/** Of several values that a single column must not have, one without any is not found; of one alone it is. */
function codeCondition({ number, isArray }: Column, filter: Filter): Sql {
  const values = splitSearchOnComma(filter.value);
  return notAmong('token_index', 'code', number, values, isNegation(filter), isArray || values.length === 1);
}

/** A single reference that is missing is never found by what it must not be. */
function referenceCondition({ param, number, isArray }: Column, filter: Filter): Sql {
  refuseSets(filter);
  const patientOnly = param.code === 'subject' || param.code === 'patient';
  const values = splitSearchOnComma(filter.value).map((v) => (patientOnly && !v.includes('/') ? `Patient/${v}` : v));
  return notAmong('reference_index', 'value', number, values, isNegation(filter), isArray);
}

function notAmong(
  table: IndexTable,
  column: string,
  number: number,
  values: readonly string[],
  negated: boolean,
  findsMissing: boolean,
): Sql {
  const rows = `SELECT rid FROM ${table} WHERE param = ?`;
  const own: Value[] = [number, JSON.stringify(values)];
  const among = `${rows} AND ${column} IN (SELECT value FROM json_each(?))`;
  // A token's system stands between its code and its row.
  const row = table === 'reference_index' ? 'rid' : undefined;
  if (!negated || findsMissing) return inRows(among, own, negated, row);
  return inRows(`${rows} AND ${column} NOT IN (SELECT value FROM json_each(?))`, own);
}
