import { expect, test } from 'vitest';
import { repairDate } from './repair-date.ts';

test.each([
  ['dateTime', '2020-01-02 10:00:00', '2020-01-02T10:00:00', 'date-punctuated'],
  ['dateTime', '2020-01-02t10:00:00z', '2020-01-02T10:00:00Z', 'date-punctuated'],
  ['instant', '2020-01-02T10:00:00.123+0530', '2020-01-02T10:00:00.123+05:30', 'date-punctuated'],
  ['date', '1980-03-04T00:00:00Z', '1980-03-04', 'time-cut-from-date'],
  ['dateTime', '2020-01-02T10:00', '2020-01-02', 'time-without-seconds-reduced'],
  ['dateTime', '2020-01-02 10:00 -05:00', '2020-01-02', 'time-without-seconds-reduced'],
  ['date', '2020-01-02 9:30', '2020-01-02', 'time-without-seconds-reduced'],
])('a %s of %j is read as %s by %s', (type, source, text, rule) => {
  expect(repairDate(type, source)).toMatchObject({ text, rule });
});

test('a date that says less than its source is marked so that the source is kept beside it', () => {
  expect(repairDate('dateTime', '2020-01-02T10:00')?.isReduced).toBe(true);
  expect(repairDate('dateTime', '2020-01-02 10:00:00')?.isReduced).toBe(false);
});

test.each([
  ['dateTime', '01/02/2020'],
  ['dateTime', '2020-1-2'],
  ['dateTime', 'yesterday'],
  ['instant', '2020-01-02T10:00'],
  ['time', '10:00'],
])('a %s of %j is not guessed at', (type, source) => expect(repairDate(type, source)).toBeUndefined());
