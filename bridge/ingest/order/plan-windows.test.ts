import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type IndexedRow, indexRows } from '../../test/index-rows.ts';
import { planWindows, type Window } from './plan-windows.ts';

const rowsOf = (windows: readonly Window[]) => windows.flat(2);
const many = (count: number, row: (position: number) => IndexedRow) =>
  Array.from({ length: count }, (_, at) => row(at));

test('every line that counts comes once, its targets before it or in its component, at most 400 a window', () => {
  const row = fc.record({
    key: fc.nat(60).map((id) => `Basic/${id}`),
    references: fc.array(
      fc.nat(60).map((id) => `Basic/${id}`),
      { maxLength: 2 },
    ),
    length: fc.constantFrom(100, 3 << 20),
  });
  fc.assert(
    fc.property(fc.array(row, { maxLength: 80 }), (rows) => {
      const index = indexRows(rows);
      const windows = [...planWindows(index, [])];
      const counting = rows.map((_, at) => at).filter((at) => !index.isShaded(at));
      expect(rowsOf(windows).toSorted((a, b) => a - b)).toEqual(counting);
      const seen = new Set<number>();
      for (const component of windows.flat()) {
        for (const member of component) seen.add(member);
        for (const target of component.flatMap((member) => index.targets(member))) expect(seen).toContain(target);
      }
      for (const window of windows) {
        const bytes = window.flat().reduce((sum, member) => sum + index.place(member).length, 0);
        expect(window.length === 1 || bytes <= 8 << 20).toBe(true);
      }
    }),
  );
});

test('windows are cut at 400 lines and between components', () => {
  const pairs = indexRows(many(1001, (at) => ({ key: `Basic/${at}`, references: [`Basic/${at ^ 1}`] })));
  const windows = [...planWindows(pairs, [])];
  expect(windows.map((window) => window.flat().length)).toEqual([400, 400, 201]);
  expect(windows[0]?.[0]).toEqual([0, 1]);
});

test('a line larger than a window has one of its own', () => {
  const index = indexRows([{ key: 'Basic/1' }, { key: 'Basic/2', length: 10 << 20 }, { key: 'Basic/3' }]);
  expect([...planWindows(index, [])]).toEqual([[[0]], [[1]], [[2]]]);
});

test('a component larger than a bundle comes in pieces that fit one', () => {
  const index = indexRows(many(250, (at) => ({ key: `Basic/${at}`, references: [`Basic/${(at + 1) % 250}`] })));
  const windows = [...planWindows(index, [])];
  expect(windows.flat().map((piece) => piece.length)).toEqual([100, 100, 50]);
  expect(new Set(rowsOf(windows)).size).toBe(250);
});

test('the Patient comes first, after what it refers to itself', () => {
  const index = indexRows([
    { key: 'Basic/1' },
    { key: 'Observation/1', references: ['Patient/1'] },
    { key: 'Organization/1' },
    { key: 'Patient/1', references: ['Organization/1'] },
  ]);
  expect(rowsOf([...planWindows(index, [3])])).toEqual([2, 3, 0, 1]);
});

test('an export without a line that counts has no window', () => {
  expect([...planWindows(indexRows([]), [])]).toEqual([]);
});
