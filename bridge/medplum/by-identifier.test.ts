import fc from 'fast-check';
import { expect, test } from 'vitest';
import { byIdentifier } from './by-identifier.ts';

test('separators in a value are escaped, so that one value stays one', () => {
  const query = new URLSearchParams(byIdentifier('https://a.example', 'x,y|z$\\'));
  expect(query.get('identifier')).toBe('https://a.example|x\\,y\\|z\\$\\\\');
});

test('no value adds a parameter or a header line', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (value) => {
      const query = byIdentifier('s', value);
      expect(query).toMatch(/^identifier=[\x21-\x7e]*$/);
      expect([...new URLSearchParams(query).keys()]).toEqual(['identifier']);
    }),
  );
});
