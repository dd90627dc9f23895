import {
  badRequest,
  type Filter,
  getSearchParameter,
  getSearchParameterDetails,
  invalidSearchOperator,
  isUUID,
  OperationOutcomeError,
  Operator,
  SearchParameterType,
  splitN,
  splitSearchOnComma,
} from '@medplum/core';
import type { SearchParameter } from '@medplum/fhirtypes';
import { filterToSql } from './filter-to-sql.ts';
import { indexTableOf, isoInstant } from './index-resource.ts';
import type { Sql, Value } from './open-database.ts';

/** The number of a search parameter of a type in the index tables. */
export type ParamNumber = (resourceType: string, code: string) => number;

/**
 * Turns one search parameter into a condition on `r`.
 * @throws OperationOutcomeError 400 for an unknown parameter, a modifier that does not fit, a value that cannot be read
 */
export function conditionFor(resourceType: string, filter: Filter, paramNumber: ParamNumber): Sql {
  if (filter.value.includes('\0')) throw refuse('Search filter value cannot contain null bytes');
  const special = specialCondition(resourceType, filter, paramNumber);
  if (special) return special;

  const param = getSearchParameter(resourceType, filter.code);
  const table = param && indexTableOf(param);
  if (!param || !table) throw refuse(`Unknown search parameter: ${filter.code}`);
  if (filter.operator === Operator.IDENTIFIER && param.type === 'reference') {
    return tokenCondition(paramNumber(resourceType, `${filter.code}:identifier`), filter, filter.value);
  }
  const number = paramNumber(resourceType, param.code);
  if (filter.operator === Operator.MISSING || filter.operator === Operator.PRESENT) {
    const wanted = (filter.operator === Operator.MISSING) !== (filter.value === 'true');
    return inRows(`SELECT rid FROM ${table} WHERE param = ?`, [number], !wanted);
  }
  return valueCondition(resourceType, param, number, filter);
}

function specialCondition(resourceType: string, filter: Filter, paramNumber: ParamNumber): Sql | undefined {
  switch (filter.code) {
    case '_id':
      return idCondition(filter);
    case '_lastUpdated':
      return { text: `r.last_updated ${comparison(filter.operator)} ?`, values: [isoInstant(checkDate(filter.value))] };
    case '_source':
      return sourceCondition(filter);
    case '_compartment':
      return inRows(
        'SELECT rid FROM reference_index WHERE param = ? AND value IN (SELECT value FROM json_each(?))',
        [paramNumber(resourceType, '_compartment'), JSON.stringify(compartments(filter.value))],
        isNegation(filter),
      );
    case '_filter':
      return filterToSql(filter.value, (inner) => conditionFor(resourceType, inner, paramNumber));
    default:
      // `_project` and `_deleted` are for administrators; chained and `_has` searches are not part of the sandbox.
      if (filter.code.includes('.') || filter.code.startsWith('_has')) {
        throw refuse(`The sandbox does not do chained searches: ${filter.code}`);
      }
      return undefined;
  }
}

function idCondition(filter: Filter): Sql {
  const ids = splitSearchOnComma(filter.value).map((v) => v.split('/').pop() ?? '');
  const text = `r.id ${isNegation(filter) ? 'NOT IN' : 'IN'} (SELECT value FROM json_each(?))`;
  return { text, values: [JSON.stringify(ids.filter((id) => isUUID(id)))] };
}

function sourceCondition(filter: Filter): Sql {
  if (filter.operator === Operator.MISSING || filter.operator === Operator.PRESENT) {
    const missing = (filter.operator === Operator.MISSING) === (filter.value === 'true');
    return { text: `r.source IS ${missing ? '' : 'NOT '}NULL`, values: [] };
  }
  const values = JSON.stringify(splitSearchOnComma(filter.value));
  if (isNegation(filter)) {
    return { text: '(r.source IS NULL OR r.source NOT IN (SELECT value FROM json_each(?)))', values: [values] };
  }
  // `:below` and `:contains` find nothing on the real server.
  if (filter.operator !== Operator.EQUALS && filter.operator !== Operator.EXACT) return { text: '0', values: [] };
  return { text: 'r.source IN (SELECT value FROM json_each(?))', values: [values] };
}

/** A compartment is given as `Patient/<id>` or as the bare id. */
function compartments(value: string): string[] {
  return splitSearchOnComma(value).flatMap((v) => (v.includes('/') ? [v] : [`Patient/${v}`, `Project/${v}`]));
}

function valueCondition(resourceType: string, param: SearchParameter, number: number, filter: Filter): Sql {
  switch (param.type) {
    case 'token':
      if (getSearchParameterDetails(resourceType, param).type === SearchParameterType.BOOLEAN) {
        return booleanCondition(number, filter);
      }
      return tokenCondition(number, filter, filter.value);
    case 'uri':
      return anyOf('token_index', 'code', number, filter, splitSearchOnComma(filter.value));
    case 'string':
      return stringCondition(number, filter);
    case 'reference':
      return referenceCondition(param, number, filter);
    case 'date':
      return dateCondition(resourceType, param, number, filter);
    default:
      return numberCondition(number, filter);
  }
}

function booleanCondition(number: number, filter: Filter): Sql {
  if (filter.value !== 'true' && filter.value !== 'false') {
    throw refuse("Boolean search value must be 'true' or 'false'");
  }
  return anyOf('token_index', 'code', number, filter, [filter.value]);
}

function tokenCondition(number: number, filter: Filter, value: string): Sql {
  const parts = splitSearchOnComma(value).map((v) => v.trim());
  switch (filter.operator) {
    case Operator.TEXT:
    case Operator.CONTAINS: {
      const likes = parts.map(() => "text LIKE ? ESCAPE '\\'").join(' OR ');
      const values = parts.map((p) => `%${escapeLike(p.toLowerCase())}%`);
      return inRows(`SELECT rid FROM text_index WHERE param = ? AND (${likes})`, [number, ...values]);
    }
    case Operator.EQUALS:
    case Operator.EXACT:
    case Operator.NOT:
    case Operator.NOT_EQUALS:
    case Operator.IDENTIFIER:
      return tokensCondition(number, parts, isNegation(filter));
    default:
      throw new OperationOutcomeError(invalidSearchOperator(filter.operator, filter.code));
  }
}

/** `code`, `system|code`, `|code` (no system) or `system|` (any code), any of them. */
function tokensCondition(number: number, tokens: string[], negated: boolean): Sql {
  const bare: string[] = [];
  const pairs: string[] = [];
  const systems: string[] = [];
  for (const token of tokens) {
    const [system = '', code] = splitN(token, '|', 2);
    if (code === undefined) bare.push(token);
    else if (code) pairs.push(JSON.stringify([code, system]));
    else systems.push(system);
  }
  const branches: Sql[] = [];
  if (bare.length > 0) {
    branches.push({
      text: 'SELECT rid FROM token_index WHERE param = ? AND code IN (SELECT value FROM json_each(?))',
      values: [number, JSON.stringify(bare)],
    });
  }
  if (pairs.length > 0) {
    branches.push({
      text: `SELECT t.rid FROM json_each(?) p JOIN token_index t
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
  const text = branches.map((b) => b.text).join(' UNION ');
  return inRows(
    text,
    branches.flatMap((b) => b.values),
    negated,
  );
}

function stringCondition(number: number, filter: Filter): Sql {
  const values = splitSearchOnComma(filter.value);
  const branches = values.map((value): Sql => {
    const lower = value.toLowerCase();
    switch (filter.operator) {
      case Operator.EXACT:
        return { text: 'lower = ? AND value = ?', values: [lower, value] };
      case Operator.CONTAINS:
        return { text: "lower LIKE ? ESCAPE '\\'", values: [`%${escapeLike(lower)}%`] };
      case Operator.EQUALS:
      case Operator.STARTS_WITH:
        // A range instead of LIKE, which sqlite would answer by reading every row of the parameter.
        return { text: 'lower >= ? AND lower < ?', values: [lower, `${lower}\u{10ffff}`] };
      default:
        throw refuse(`Unsupported string search operator: ${filter.operator}`);
    }
  });
  const text = branches.map((b) => `(${b.text})`).join(' OR ');
  return inRows(`SELECT rid FROM string_index WHERE param = ? AND (${text})`, [
    number,
    ...branches.flatMap((b) => b.values),
  ]);
}

function referenceCondition(param: SearchParameter, number: number, filter: Filter): Sql {
  const patientOnly = param.code === 'subject' || param.code === 'patient';
  const values = splitSearchOnComma(filter.value).map((v) => (patientOnly && !v.includes('/') ? `Patient/${v}` : v));
  return anyOf('reference_index', 'value', number, filter, values);
}

function dateCondition(resourceType: string, param: SearchParameter, number: number, filter: Filter): Sql {
  const value = checkDate(filter.value);
  const { type } = getSearchParameterDetails(resourceType, param);
  return inRows(`SELECT rid FROM date_index WHERE param = ? AND value ${comparison(filter.operator)} ?`, [
    number,
    type === SearchParameterType.DATE ? value.slice(0, 10) : isoInstant(value),
  ]);
}

/** Numbers, and quantities by their number alone: the real server looks at neither system nor unit. */
function numberCondition(number: number, filter: Filter): Sql {
  const value = Number.parseFloat(filter.value);
  if (Number.isNaN(value)) throw refuse(`Invalid quantity value: ${filter.value}`);
  const rows = 'SELECT rid FROM number_index WHERE param = ? AND value';
  if (filter.operator === Operator.APPROXIMATELY) {
    return inRows(`${rows} BETWEEN ? AND ?`, [number, value * 0.9, value * 1.1]);
  }
  return inRows(`${rows} ${comparison(filter.operator)} ?`, [number, value]);
}

function anyOf(table: string, column: string, number: number, filter: Filter, values: string[]): Sql {
  if (filter.operator === Operator.IN || filter.operator === Operator.NOT_IN) {
    throw new OperationOutcomeError(invalidSearchOperator(filter.operator, filter.code));
  }
  return inRows(
    `SELECT rid FROM ${table} WHERE param = ? AND ${column} IN (SELECT value FROM json_each(?))`,
    [number, JSON.stringify(values)],
    isNegation(filter),
  );
}

function inRows(select: string, values: readonly Value[], negated = false): Sql {
  return { text: `r.rid ${negated ? 'NOT IN' : 'IN'} (${select})`, values };
}

function isNegation(filter: Filter): boolean {
  return filter.operator === Operator.NOT || filter.operator === Operator.NOT_EQUALS;
}

function comparison(operator: Operator): string {
  switch (operator) {
    case Operator.EQUALS:
    case Operator.EXACT:
    case Operator.APPROXIMATELY:
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
      throw refuse(`Unknown FHIR operator: ${operator}`);
  }
}

const DATE = /^\d{4}-\d{2}-\d{2}([T ]\d{2}(:\d{2}(:\d{2})?(\.\d{1,9})?)?)?(Z|[+-]\d{2}:\d{2})?$/;

function checkDate(value: string): string {
  if (!DATE.test(value) || Number.isNaN(Date.parse(value))) throw refuse(`Invalid date value: ${value}`);
  return value;
}

function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, (c) => `\\${c}`);
}

function refuse(message: string): OperationOutcomeError {
  return new OperationOutcomeError(badRequest(message));
}
