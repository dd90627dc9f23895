import { expect, test } from 'vitest';
import { shadedRange } from './shaded-range.ts';

const readings = (values: readonly number[], range: { low?: number; high?: number }) =>
  values.map((value) => ({ value, low: undefined, high: undefined, ...range }));

test('a range with both ends is shaded from one to the other, wherever the values are', () => {
  expect(shadedRange(readings([120, 80], { low: 70, high: 99 }))).toEqual({ from: 70, to: 99 });
});

test('below 5 is shaded from the lowest value up to 5, above 40 from 40 up to the highest', () => {
  expect(shadedRange(readings([7, 3, 1], { high: 5 }))).toEqual({ from: 1, to: 5 });
  expect(shadedRange(readings([35, 60, 52], { low: 40 }))).toEqual({ from: 40, to: 60 });
});

test('where no value lies within an open range, a strip on its side of the limit is shaded, never the other side', () => {
  expect(shadedRange(readings([9, 13], { high: 5 }))).toEqual({ from: 4, to: 5 });
  expect(shadedRange(readings([20, 32], { low: 40 }))).toEqual({ from: 40, to: 42 });
});

test('a limit of zero is a limit, and a value of zero a value', () => {
  expect(shadedRange(readings([0, 2], { low: 0 }))).toEqual({ from: 0, to: 2 });
  expect(shadedRange(readings([0, 2], { high: 1 }))).toEqual({ from: 0, to: 1 });
});

test('the newest range that is told counts, and without any nothing is shaded', () => {
  const [untold, newer, older] = [readings([1], {}), readings([2], { high: 5 }), readings([3], { low: 1, high: 9 })];
  expect(shadedRange([...untold, ...newer, ...older])).toEqual({ from: 1, to: 5 });
  expect(shadedRange(untold)).toBeUndefined();
});
