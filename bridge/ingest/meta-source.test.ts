import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MAX_SOURCE_BYTES } from '../contract/source-key.ts';
import { escapeSearchValue, metaSource } from './meta-source.ts';

const ROOT = 'https://api.connect.fastenhealth.com/v1/bridge/org_connection/c-1#Observation/';
const sourceOf = (id: string) => metaSource('c-1', { resourceType: 'Observation', id });

test('the source id stands in meta.source, percent-encoded', () => {
  expect(sourceOf('a/b+c=|é#?%')).toBe(`${ROOT}a%2Fb%2Bc%3D%7C%C3%A9%23%3F%25`);
});

test('any id gives a URI without a blank that is not too long to be found, and two ids give two', () => {
  const id = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: 'grapheme', minLength: 500, maxLength: 3000 }),
  );
  fc.assert(
    fc.property(id, id, (a, b) => {
      expect(sourceOf(a)).toMatch(/^[\x21-\x7e]+$/);
      expect(Buffer.byteLength(sourceOf(a))).toBeLessThanOrEqual(MAX_SOURCE_BYTES);
      expect(sourceOf(a) === sourceOf(b)).toBe(a === b);
      if (!sourceOf(a).includes('/sha256:')) expect(decodeURIComponent(sourceOf(a).slice(ROOT.length))).toBe(a);
    }),
  );
});

test('an id stands as it is up to the last byte that fits, and as its SHA-256 beyond it', () => {
  const fits = 'x'.repeat(MAX_SOURCE_BYTES - ROOT.length);
  expect(sourceOf(fits)).toBe(ROOT + fits);
  expect(sourceOf(`${fits}x`)).toMatch(/#Observation\/sha256:[0-9a-f]{64}$/);
  expect(sourceOf(`${fits}x`)).not.toBe(sourceOf(`${fits}y`));
});

test('an id that imitates the long form is not taken for it', () => {
  const long = sourceOf('x'.repeat(5000)).slice(ROOT.length);
  expect(sourceOf(long)).not.toContain(long);
});

test('an id with half a character, which no URI can hold, stands as its hash, and two such ids give two', () => {
  expect(sourceOf('a\ud800b')).toMatch(/#Observation\/sha256:[0-9a-f]{64}$/);
  expect(sourceOf('a\ud800b')).not.toBe(sourceOf('a\ud801b'));
  expect(sourceOf('\udc00'.repeat(3000))).not.toBe(sourceOf('\udc01'.repeat(3000)));
});

test('the signs of search are escaped, so that a value stands for itself', () => {
  expect(escapeSearchValue(String.raw`a,b|c$d\e`)).toBe(String.raw`a\,b\|c\$d\\e`);
  const value = fc.string({ unit: fc.constantFrom('\\', ',', '|', '$', 'x') });
  fc.assert(
    fc.property(value, (text) => {
      const escaped = escapeSearchValue(text);
      expect(escaped.replace(/\\(.)/g, '$1')).toBe(text);
      expect(escaped.replace(/\\./g, '')).not.toMatch(/[\\,|$]/);
    }),
  );
});
