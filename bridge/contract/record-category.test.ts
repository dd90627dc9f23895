import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { RECORD_CATEGORIES, searchesOf } from './record-category.ts';

test('every category is documented, and every documented one is there', () => {
  const text = readFileSync(join(import.meta.dirname, '../../docs/data-contract.md'), 'utf8');
  const rows = [...text.matchAll(/^\| `([a-z][\w-]*)` \| (.*) \|$/gm)];
  expect(rows.map(([, name]) => name)).toEqual(Object.keys(RECORD_CATEGORIES));
  for (const [index, searches] of Object.values(RECORD_CATEGORIES).entries()) {
    for (const { type } of searches) expect(rows[index]?.[2]).toContain(`\`${type}\``);
  }
});

test('the whole record is each type once, with nothing narrowed', () => {
  const types = searchesOf().map(({ type }) => type);
  expect(new Set(types).size).toBe(types.length);
  expect(searchesOf().every(({ query }) => query === undefined)).toBe(true);
});
