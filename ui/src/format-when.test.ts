import { expect, test } from 'vitest';
import { formatMoment, formatWhen } from './format-when.ts';

test('a date is shown as exactly as the source knew it', () => {
  expect(formatWhen('2019')).toBe('2019');
  expect(formatWhen('2019-03')).toMatch(/Mar.* 2019/);
  expect(formatWhen('2019-03-04')).toMatch(/Mar 4, 2019|4 Mar 2019/);
});

test('a time of day is shown where there is one and it is asked for', () => {
  expect(formatMoment('2019-03-04T10:30:00Z')).toMatch(/30/);
  expect(formatWhen('2019-03-04T10:30:00Z')).not.toMatch(/30/);
  expect(formatMoment('2019-03-04')).not.toMatch(/:/);
});

test('what is no date is not shown', () => {
  expect([formatWhen('soon'), formatWhen(undefined), formatMoment('')]).toEqual(['', '', '']);
});
