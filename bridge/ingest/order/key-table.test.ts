import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KeyTable } from './key-table.ts';

test('a table answers as a Map does', () => {
  const key = fc.oneof(
    fc.constantFrom('', 'Patient/1', 'Patient/01', 'patient/1'),
    fc.string({ unit: 'grapheme', maxLength: 8 }),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(key, fc.nat())), fc.array(key), (writes, reads) => {
      const table = new KeyTable();
      const model = new Map<string, number>();
      for (const [text, row] of writes) {
        table.set(text, row);
        model.set(text, row);
      }
      expect(table.size).toBe(model.size);
      for (const text of [...model.keys(), ...reads]) expect(table.get(text)).toBe(model.get(text) ?? -1);
    }),
  );
});

test('fifty thousand keys are all found after the table has grown, and no other', () => {
  const table = new KeyTable();
  for (let row = 0; row < 50_000; row++) table.set(`Observation/${row}`, row);
  expect(table.size).toBe(50_000);
  for (let row = 0; row < 50_000; row++) expect(table.get(`Observation/${row}`)).toBe(row);
  for (let row = 0; row < 5_000; row++) expect(table.get(`Condition/${row}`)).toBe(-1);
});

test('keys that differ only in half a character, which UTF-8 cannot hold, are two', () => {
  const table = new KeyTable();
  table.set('Observation/a\ud800', 1);
  table.set('Observation/a\ud801', 2);
  table.set('Observation/a\ufffd', 3);
  expect(['\ud800', '\ud801', '\ufffd', '\udc00'].map((end) => table.get(`Observation/a${end}`))).toEqual([
    1, 2, 3, -1,
  ]);
});
