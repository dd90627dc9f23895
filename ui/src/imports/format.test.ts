import { expect, test } from 'vitest';
import { formatBytes, formatDay, formatDuration, formatTime } from './format.ts';

test('sizes are told in a unit that keeps them short', () => {
  expect(formatBytes(0)).toMatch(/^0\s?byte/);
  expect(formatBytes(3_400_000)).toMatch(/^3[.,]4\s?MB$/);
  expect(formatBytes(5_000_000_000_000)).toMatch(/GB$/);
});

test('times that are left are rounded up to what a person would say', () => {
  expect(formatDuration(12)).toMatch(/^12 s/);
  expect(formatDuration(61)).toMatch(/^2 m/);
  expect(formatDuration(7201)).toMatch(/^3 h/);
});

test('what is no date is not shown as one', () => {
  expect([formatDay('never'), formatTime(undefined)]).toEqual(['', '']);
});
