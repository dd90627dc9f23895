import fc from 'fast-check';
import { expect, test } from 'vitest';
import { indexRows } from '../../test/index-rows.ts';
import type { ExportIndex } from './export-index.ts';

const UUID = '0c7b1e55-5a4d-4c3a-9a8a-0e6d2f4b1a11';
const shadedRows = (index: ExportIndex) =>
  Array.from({ length: index.size }, (_, row) => row).filter((row) => index.isShaded(row));

test('a line is found by its type and id, and keeps its place, number and type', () => {
  const index = indexRows([
    { key: 'Patient/1', length: 10 },
    { key: 'Observation/1', length: 2 ** 33 },
    { key: 'Patient/2' },
  ]);
  const row = index.rowOf({ resourceType: 'Patient', id: '2' });
  expect(row).toBe(2);
  expect(index.rowOf({ resourceType: 'Observation', id: '2' })).toBe(-1);
  expect(index.place(row)).toEqual({ file: 0, offset: 11 + 2 ** 33 + 1, length: 100 });
  expect(index.lineNumber(row)).toBe(3);
  expect(index.typeOf(row)).toBe('Patient');
});

test('of lines with one key the newest counts, wherever it stands', () => {
  const old = { key: 'Observation/1', lastUpdated: '2024-01-01T00:00:00Z' };
  const newest = { key: 'Observation/1', lastUpdated: '2024-03-01T00:00:00+02:00' };
  const newer = { key: 'Observation/1', lastUpdated: '2024-02-01' };
  for (const [rows, winner] of [
    [[old, newest, newer], 1],
    [[newest, old, newer], 0],
    [[old, newer, newest], 2],
  ] as const) {
    const index = indexRows(rows);
    expect(index.rowOf({ resourceType: 'Observation', id: '1' })).toBe(winner);
    expect(shadedRows(index)).toEqual([0, 1, 2].filter((row) => row !== winner));
  }
});

test('of lines with one key that say no time, or the same, the last counts', () => {
  const at = '2024-01-01T00:00:00Z';
  for (const lastUpdated of ['', 'yesterday', at]) {
    const index = indexRows([1, 2, 3].map(() => ({ key: 'Observation/1', lastUpdated })));
    expect(shadedRows(index)).toEqual([0, 1]);
  }
});

test('a line that says no time does not come between two that do', () => {
  const rows = ['2024-05-01', '', '2023-01-01'].map((lastUpdated) => ({ key: 'Observation/1', lastUpdated }));
  expect(indexRows(rows).rowOf({ resourceType: 'Observation', id: '1' })).toBe(0);
});

test('one id under two types is two resources', () => {
  const index = indexRows([{ key: 'Condition/1' }, { key: 'Encounter/1' }]);
  expect(shadedRows(index)).toEqual([]);
});

test('references point at lines that come later, earlier or are themselves', () => {
  const index = indexRows([
    { key: 'Observation/1', references: ['Patient/1', 'Observation/1', 'Encounter/none'] },
    { key: 'Patient/1', references: ['https://x.example/fhir/Observation/1/_history/2'] },
  ]);
  expect(index.targets(0)).toEqual([1, 0]);
  expect(index.targets(1)).toEqual([0]);
});

test('a reference to a repeated key points at the line that counts', () => {
  const newer = { key: 'Patient/1', lastUpdated: '2024-02-01' };
  const older = { key: 'Patient/1', lastUpdated: '2024-01-01' };
  const from = (key: string) => ({ key, references: ['Patient/1'] });
  for (const [rows, winner] of [
    [[from('Basic/1'), older, from('Basic/2'), newer, from('Basic/3')], 3],
    [[from('Basic/1'), newer, from('Basic/2'), older, from('Basic/3')], 1],
  ] as const) {
    const index = indexRows(rows);
    expect([0, 2, 4].map((row) => index.targets(row))).toEqual([[winner], [winner], [winner]]);
  }
});

test('a urn reference means the resource whose id is that UUID, in either case', () => {
  const index = indexRows([
    { key: 'Observation/1', references: [`urn:uuid:${UUID}`] },
    { key: `Patient/${UUID.toUpperCase()}` },
    { key: 'Observation/2', references: [`urn:uuid:${UUID.toUpperCase()}`, 'urn:oid:1.2.3'] },
  ]);
  expect(index.targets(0)).toEqual([1]);
  expect(index.targets(2)).toEqual([1]);
  expect(index.rowOfUrn(`urn:uuid:${UUID.toUpperCase()}`)).toBe(1);
  expect(index.rowOfUrn('urn:uuid:1')).toBe(-1);
});

test('contained, unanswered and meaningless references are no edges', () => {
  const references = ['#a', 'Patient?identifier=1', 'Patient?identifier=urn:x|1', 'none', ''];
  expect(indexRows([{ key: 'Observation/1', references }, { key: 'Patient/1' }]).targets(0)).toEqual([]);
});

test('however keys repeat, each has one line that counts, and it is what references and look-ups find', () => {
  const key = fc.constantFrom('Basic/a', 'Basic/b', 'Basic/A', 'Task/a', 'Task/b/c');
  const row = fc.record({
    key,
    references: fc.array(key, { maxLength: 4 }),
    lastUpdated: fc.constantFrom('', '2024-01-01', '2024-02-01', '2024-03-01'),
  });
  fc.assert(
    fc.property(fc.array(row, { maxLength: 25 }), (rows) => {
      const index = indexRows(rows);
      const winners = new Map<string, number>();
      for (const [position, one] of rows.entries()) {
        const held = rows[winners.get(one.key) ?? -1];
        if (!held || held.lastUpdated <= one.lastUpdated) winners.set(one.key, position);
      }
      const counting = new Set(winners.values());
      expect(shadedRows(index)).toEqual(rows.map((_, position) => position).filter((one) => !counting.has(one)));
      for (const [position, one] of rows.entries()) {
        expect(index.targets(position)).toEqual(one.references.flatMap((text) => winners.get(text) ?? []));
      }
    }),
  );
});
