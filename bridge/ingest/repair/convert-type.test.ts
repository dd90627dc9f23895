import { expect, test } from 'vitest';
import { convertType } from './convert-type.ts';

test.each([
  ['string', 5.25, '5.25', 'number-as-string', true],
  ['string', false, 'false', 'boolean-as-string', true],
  ['number', '5', 5, 'string-as-number', true],
  ['number', '-0.5', -0.5, 'string-as-number', true],
  ['number', '5.40', 5.4, 'string-as-number', false],
  ['number', ' 7 ', 7, 'string-as-number', false],
  ['boolean', 'true', true, 'string-as-boolean', true],
  ['boolean', 'False', false, 'string-as-boolean', false],
])('a %s is wanted and %j is sent: %j', (expected, sent, value, rule, isExact) => {
  expect(convertType(expected, sent)).toEqual({ value, rule, isExact });
});

test.each([
  ['number', '5,4'],
  ['number', '1.123456789012345678'],
  ['number', '007'],
  ['number', '-0'],
  ['number', 'many'],
  ['number', true],
  ['boolean', 'yes'],
  ['boolean', 1],
])('a %s is wanted and %j is not guessed at', (expected, sent) => {
  expect(convertType(expected, sent)).toBeUndefined();
});
