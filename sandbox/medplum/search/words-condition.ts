import { type Filter, Operator, splitSearchOnComma } from '@medplum/core';
import type { Sql, Value } from '../repository/open-database.ts';
import { escapeLike, inRows, isNegation, refuseSets } from './sql-conditions.ts';

/** Where the numbers of a parameter's whole values and of their words are. */
interface WordNumbers {
  readonly whole: number;
  readonly words: number;
}

/**
 * A name or an address. Every modifier but `:exact` and `:contains` is taken for a search by words, `:missing` too, as on
 * the real server: there `name:missing=true` finds whoever has a name that begins with "true".
 */
export function wordsCondition(numbers: WordNumbers, filter: Filter): Sql {
  refuseSets(filter);
  const options = splitSearchOnComma(filter.value).map((option) => optionSql(numbers, filter.operator, option));
  return inRows(
    options.map(({ text }) => text).join(' UNION '),
    options.flatMap(({ values }) => values),
    isNegation(filter),
  );
}

function optionSql({ whole, words }: WordNumbers, operator: Operator, option: string): Sql {
  const rows = 'SELECT rid FROM string_index WHERE param = ?';
  if (operator === Operator.EXACT) {
    const value = option.trim();
    return { text: `${rows} AND lower = ? AND value = ?`, values: [whole, value.toLowerCase(), value] };
  }
  if (operator === Operator.CONTAINS) {
    return { text: `${rows} AND lower LIKE ? ESCAPE '\\'`, values: [whole, `%${escapeLike(option.toLowerCase())}%`] };
  }
  // Nothing to look for finds everything; a hyphen, which is no word but no blank either, finds nothing.
  if (!/[\p{Letter}\p{Number}-]/u.test(option)) return { text: rows, values: [whole] };
  const beginnings = wordsOf(option);
  if (beginnings.length === 0) return { text: 'SELECT NULL WHERE 0', values: [] };
  // All of them in one and the same name: `value` of a word's row is the whole that it stands in.
  const each = 'SELECT rid, value FROM string_index WHERE param = ? AND lower >= ? AND lower < ?';
  const text = beginnings.map(() => each).join(' INTERSECT ');
  const values = beginnings.flatMap((word): Value[] => [words, word, `${word}\u{10ffff}`]);
  return { text: `SELECT rid FROM (${text})`, values };
}

/** Words as Postgres takes a text apart: letters and digits, in lower case. */
export function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{Letter}\p{Number}]+/gu) ?? [];
}
