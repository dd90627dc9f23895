import { expect, test } from 'vitest';
import type { Fact } from '../find-facts.ts';
import { listRows } from './list-rows.ts';

const visit = (id: string, start?: string) => ({ fact: { resourceType: 'Encounter', id, period: { start } } as Fact });

test('a year is named once, before what happened in it, and what has no date stands under its own name', () => {
  const rows = listRows([visit('a', '2024-03-01'), visit('b', '2024-01-01'), visit('c', '2020'), visit('d')]);
  expect(rows.map((row) => ('heading' in row ? row.heading : row.key))).toEqual([
    ...['2024', 'a', 'b', '2020', 'c'],
    ...['Without a date', 'd'],
  ]);
});
