import { expect, test } from 'vitest';
import { readDateTime } from './read-time.ts';

test.each<[string, string | undefined, string | undefined]>([
  ['2012', '-05:00', '2012'],
  ['201208', '-05:00', '2012-08'],
  ['20120806', '-05:00', '2012-08-06'],
  ['20120806-0500', undefined, '2012-08-06'],
  ['2012080614', '-05:00', '2012-08-06'],
  ['201208061405', '-05:00', '2012-08-06T14:05:00-05:00'],
  ['201208061405', undefined, '2012-08-06'],
  ['201208061405+0130', '-05:00', '2012-08-06T14:05:00+01:30'],
  ['20120806140533.250-0500', undefined, '2012-08-06T14:05:33-05:00'],
  ['20120806140533Z', undefined, '2012-08-06T14:05:33Z'],
  ['20120806999999-0500', undefined, '2012-08-06'],
  ['20120230', undefined, undefined],
  ['20121306', undefined, undefined],
  ['00000000', undefined, undefined],
  ['2012-08-06', undefined, undefined],
  ['yesterday', undefined, undefined],
])('%s in a document of %s is %s', (value, zone, expected) => {
  expect(readDateTime(value, zone)).toBe(expected);
});
