import {
  type Filter,
  Operator,
  type SearchParameterDetails,
  SearchParameterType,
  splitN,
  splitSearchOnComma,
} from '@medplum/core';
import type { Bound, Sql } from '../repository/open-database.ts';
import { isoInstant } from './index-resource.ts';
import { comparison, inRows, refusal, refuseSets } from './sql-conditions.ts';

interface Ordered {
  readonly details: SearchParameterDetails;
  readonly number: number;
  readonly isArray: boolean;
}

/** A date by its beginning alone, compared as an instant. */
export function dateCondition({ number, isArray, details }: Ordered, filter: Filter): Sql {
  refuseSets(filter);
  const value = checkDate(filter.value);
  refuseArray(isArray, value);
  const instant = details.type === SearchParameterType.DATE ? value.slice(0, 10) : isoInstant(value);
  return dateWithin([{ param: number, test: `value ${comparison(filter.operator)} ?`, value: instant }]);
}

/**
 * A beginning and an end at once: sqlite would list all that is after the one and all that is before the other, to find the two of
 * one day. A resource has one value of such a parameter: it is within both or not.
 */
export function joinBounds(conditions: readonly Sql[]): readonly Sql[] {
  const params = new Set(conditions.flatMap(({ bound }) => bound?.param ?? []));
  const within = [...params].map((param) =>
    dateWithin(conditions.flatMap(({ bound }) => (bound?.param === param ? bound : []))),
  );
  return [...conditions.filter(({ bound }) => bound === undefined), ...within];
}

/** @param bounds - Of one parameter, at least one. */
function dateWithin(bounds: readonly Bound[]): Sql {
  const [bound] = bounds;
  const rows = `SELECT rid FROM date_index WHERE param = ? AND ${bounds.map(({ test }) => test).join(' AND ')}`;
  const values = [bound?.param ?? 0, ...bounds.map(({ value }) => value)];
  return { ...inRows(rows, values, false, 'rid'), bound: bounds.length === 1 ? bound : undefined };
}

/** A quantity by its number alone: the real server looks at neither system nor unit. */
export function quantityCondition({ number, isArray }: Ordered, filter: Filter): Sql {
  const [text = ''] = splitN(filter.value, '|', 3);
  if (!text) throw refusal(`Invalid quantity value: ${filter.value}`);
  const isNear = filter.operator === Operator.APPROXIMATELY;
  refuseArray(isArray, isNear ? String(Number.parseFloat(text) * 0.9) : text);
  const rows = 'SELECT rid FROM number_index WHERE param = ? AND value';
  const value = readNumber(text);
  if (!isNear) {
    return inRows(`${rows} ${comparison(filter.operator)} ?`, [number, value]);
  }
  return inRows(`${rows} BETWEEN ? AND ?`, [number, value * 0.9, value * 1.1]);
}

/** A number, or several with a comma. The prefix counts for each of them. */
export function numberCondition({ number }: Ordered, filter: Filter): Sql {
  const sign = comparison(filter.operator);
  const values = splitSearchOnComma(filter.value).map(readNumber);
  const any = values.map(() => `value ${sign} ?`).join(' OR ');
  return inRows(`SELECT rid FROM number_index WHERE param = ? AND (${any})`, [number, ...values]);
}

/** What Postgres says when a value is compared with a column of several. */
function refuseArray(isArray: boolean, value: string): void {
  if (isArray) throw refusal(`malformed array literal: "${value}"`);
}

function readNumber(text: string): number {
  const value = Number(text.trim() || Number.NaN);
  if (Number.isNaN(value)) throw refusal(`invalid input syntax for type double precision: "${text}"`);
  return value;
}

const DATE =
  /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])([T ]([01]\d|2[0-3])(:[0-5]\d(:([0-5]\d|60))?(\.\d{1,9})?)?)?(Z|[+-]((0\d|1[0-3]):[0-5]\d|14:00)?)?$/;

/** @throws OperationOutcomeError 400 for a value that Postgres would not read, among them a year or a month alone */
export function checkDate(value: string): string {
  if (!DATE.test(value) || Number.isNaN(Date.parse(value))) throw refusal(`Invalid date value: ${value}`);
  return value;
}
