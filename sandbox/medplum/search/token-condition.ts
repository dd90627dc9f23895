import {
  type Filter,
  invalidSearchOperator,
  OperationOutcomeError,
  Operator,
  splitN,
  splitSearchOnComma,
} from '@medplum/core';
import type { SearchParameter } from '@medplum/fhirtypes';
import type { Sql } from '../repository/open-database.ts';
import { escapeLike, inRows, isNegation, refusal } from './sql-conditions.ts';

/** A parameter of systems and codes. Everything but equality, `:text`, `:contains` and presence is refused. */
export function tokenCondition(param: SearchParameter, number: number, folded: boolean, filter: Filter): Sql {
  const fold = (value: string) => (folded ? value.toLowerCase() : value);
  const values = splitSearchOnComma(filter.value).map((value) => value.trim());
  switch (filter.operator) {
    case Operator.TEXT:
    case Operator.CONTAINS:
      return textCondition(number, values);
    case Operator.EQUALS:
    case Operator.EXACT:
    case Operator.NOT:
    case Operator.NOT_EQUALS:
      return anyToken(number, values, fold, isNegation(filter));
    case Operator.MISSING:
    case Operator.PRESENT:
      return presence(number, filter);
    default:
      throw new OperationOutcomeError(invalidSearchOperator(filter.operator, param.id ?? param.code));
  }
}

function textCondition(number: number, values: string[]): Sql {
  const likes = values.map(() => "text LIKE ? ESCAPE '\\'").join(' OR ');
  const patterns = values.map((value) => `%${escapeLike(value.toLowerCase())}%`);
  const rows = `SELECT rid FROM text_index WHERE param = ? AND (${likes})`;
  return { ...inRows(rows, [number, ...patterns], false, 'rid'), select: undefined };
}

function presence(number: number, { operator, value }: Filter): Sql {
  const said = value.toLowerCase();
  if (said !== 'true' && said !== 'false') {
    throw refusal(`Search filter ':${operator}' must have a value of 'true' or 'false'`);
  }
  const isAbsent = (operator === Operator.MISSING) === (said === 'true');
  return inRows('SELECT rid FROM token_index WHERE param = ?', [number], isAbsent);
}

/** `code`, `system|code`, `|code` (no system) or `system|` (any code), any of them. */
function anyToken(number: number, tokens: string[], fold: (value: string) => string, negated: boolean): Sql {
  const bare: string[] = [];
  const pairs: string[] = [];
  const systems: string[] = [];
  for (const token of tokens) {
    const [system = '', code] = splitN(token, '|', 2);
    if (code === undefined) bare.push(fold(token));
    else if (code) pairs.push(JSON.stringify([fold(code), system]));
    else if (system) systems.push(system);
  }
  const branches: Sql[] = [];
  if (bare.length > 0) {
    branches.push({
      text: 'SELECT rid FROM token_index WHERE param = ? AND code IN (SELECT value FROM json_each(?))',
      values: [number, JSON.stringify(bare)],
    });
  }
  if (pairs.length > 0) {
    // CROSS JOIN: sqlite would rather read every token of the parameter, and look for each in the list.
    branches.push({
      text: `SELECT t.rid FROM json_each(?) p CROSS JOIN token_index t
        ON t.param = ? AND t.code = p.value ->> 0 AND t.system = p.value ->> 1`,
      values: [`[${pairs.join(',')}]`, number],
    });
  }
  if (systems.length > 0) {
    branches.push({
      text: 'SELECT rid FROM token_index WHERE param = ? AND system IN (SELECT value FROM json_each(?))',
      values: [number, JSON.stringify(systems)],
    });
  }
  // A bar alone is found nowhere.
  const text = branches.map((branch) => branch.text).join(' UNION ') || 'SELECT NULL WHERE 0';
  const onlyPairs = pairs.length > 0 && branches.length === 1;
  return inRows(
    text,
    branches.flatMap((branch) => branch.values),
    negated,
    onlyPairs ? 't.rid' : undefined,
  );
}
