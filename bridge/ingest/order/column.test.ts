import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Column } from './column.ts';

test('a column gives back what was pushed and set, however often it had to grow', () => {
  const write = fc.record({ row: fc.nat(199), value: fc.integer() });
  fc.assert(
    fc.property(fc.array(fc.integer(), { minLength: 1, maxLength: 200 }), fc.array(write), (values, writes) => {
      const column = new Column('int32');
      const model = [...values];
      for (const value of values) column.push(value);
      for (const { row, value } of writes.filter((one) => one.row < values.length)) {
        column.set(row, value);
        model[row] = value;
      }
      expect(Array.from({ length: column.length }, (_, row) => column.at(row))).toEqual(model);
    }),
  );
});

test('every kind keeps the numbers that it is made for', () => {
  const kept = (kind: ConstructorParameters<typeof Column>[0], value: number) => {
    const column = new Column(kind);
    column.push(value);
    return column.at(0);
  };
  expect(kept('float64', 2 ** 40 + 1)).toBe(2 ** 40 + 1);
  expect(kept('float64', Number.NaN)).toBeNaN();
  expect(kept('int32', -1)).toBe(-1);
  expect(kept('uint32', 2 ** 32 - 1)).toBe(2 ** 32 - 1);
  expect(kept('uint8', 255)).toBe(255);
});

test('a row that was never pushed can neither be read nor written', () => {
  const column = new Column('int32');
  column.push(7);
  for (const row of [1, 7, 8, -1, 0.5]) {
    expect(() => column.at(row)).toThrow(RangeError);
    expect(() => column.set(row, 1)).toThrow(RangeError);
  }
});
