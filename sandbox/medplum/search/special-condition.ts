import { type Filter, isUUID, Operator, splitSearchOnComma } from '@medplum/core';
import type { Sql } from '../repository/open-database.ts';
import { isoInstant } from './index-resource.ts';
import { checkDate } from './ordered-condition.ts';
import { comparison, inRows, isNegation, isPresence, type ParamNumber, refusal, refuseSets } from './sql-conditions.ts';

/** What is asked of the columns of `resource` itself, or of a resource's compartments; undefined: an ordinary parameter. */
export function specialCondition(resourceType: string, filter: Filter, paramNumber: ParamNumber): Sql | undefined {
  switch (filter.code) {
    case '_id':
      return among('r.id', filter, ids(filter));
    case '_project':
      return projectCondition(filter);
    case '_lastUpdated': {
      refuseSets(filter);
      const instant = isoInstant(checkDate(filter.value));
      return { text: `r.last_updated ${comparison(filter.operator)} ?`, values: [instant] };
    }
    case '_deleted':
      return deletedCondition(filter);
    case '_source':
      return sourceCondition(filter);
    case '_compartment':
      return inRows(
        'SELECT rid FROM reference_index WHERE param = ? AND value IN (SELECT value FROM json_each(?))',
        [paramNumber(resourceType, '_compartment'), JSON.stringify(ids(filter))],
        isNegation(filter),
        'rid',
      );
    default:
      return undefined;
  }
}

/** Ids with or without a type before them; what is none finds nothing. */
function ids(filter: Filter): string[] {
  refuseSets(filter);
  return splitSearchOnComma(filter.value)
    .map((value) => value.split('/').pop() ?? '')
    .filter((id) => isUUID(id));
}

function projectCondition(filter: Filter): Sql {
  if (!isPresence(filter)) return among('r.project', filter, ids(filter));
  const isAbsent = (filter.operator === Operator.MISSING) === (filter.value === 'true');
  return { text: `r.project IS ${isAbsent ? '' : 'NOT '}NULL`, values: [] };
}

function deletedCondition(filter: Filter): Sql {
  refuseSets(filter);
  if (filter.value !== 'true' && filter.value !== 'false')
    throw refusal("Boolean search value must be 'true' or 'false'");
  return { text: `r.deleted ${isNegation(filter) ? '!=' : '='} ?`, values: [filter.value === 'true' ? 1 : 0] };
}

/** Every other modifier is taken for an equality, `:below` and `:contains` too. */
function sourceCondition(filter: Filter): Sql {
  if (isPresence(filter)) {
    const isAbsent = (filter.operator === Operator.MISSING) === (filter.value === 'true');
    return { text: `r.source IS ${isAbsent ? '' : 'NOT '}NULL`, values: [] };
  }
  const values = splitSearchOnComma(filter.value);
  const { text, ...rest } = among('r.source', filter, values);
  const findsMissing = isNegation(filter) && values.length === 1;
  return findsMissing ? { text: `(r.source IS NULL OR ${text})`, values: rest.values } : { text, ...rest };
}

function among(column: string, filter: Filter, values: readonly string[]): Sql {
  const negated = isNegation(filter);
  const text = `${column} ${negated ? 'NOT IN' : 'IN'} (SELECT value FROM json_each(?))`;
  const own = { text, values: [JSON.stringify(values)], narrow: !negated && column !== 'r.project' };
  const startsBest = column === 'r.id' && !negated;
  return startsBest ? { ...own, select: `SELECT r.rid FROM resource r WHERE ${text}` } : own;
}
