import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TextPool } from './text-pool.ts';

/** Halves of characters too. */
const unit = fc.oneof(
  fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
  fc.constant('ä'),
);

test('what was kept is what comes out, whatever was kept since', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit, maxLength: 50 })), (texts) => {
      const pool = new TextPool();
      const numbers = texts.map((text) => pool.keep(text));
      expect(numbers.map((number) => pool.at(number))).toEqual(texts);
    }),
  );
});

test('a text that comes again is not kept again', () => {
  const pool = new TextPool();
  expect(pool.keep('b')).toBe(pool.keep('b'));
});

test('a text longer than a page is kept, and the pool says when it is full', () => {
  const pool = new TextPool();
  const long = 'x'.repeat(3 << 20);
  expect(pool.at(pool.keep(long)).length).toBe(long.length);
  expect(pool.keep('y'.repeat(62 << 20))).toBe(-1);
  expect(pool.at(pool.keep('short'))).toBe('short');
});
