import { expect, test } from 'vitest';
import { boundLabel } from './bound-label.ts';

test('a label has so many values and no more', () => {
  const bound = boundLabel(2);
  expect(['a', 'b', 'c', 'a', 'd'].map(bound)).toEqual(['a', 'b', 'other', 'a', 'other']);
});
