import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isObject, type Json, type JsonObject } from '../walk-references.ts';
import { contentHash } from './content-hash.ts';

const hashOf = (content: JsonObject, meta: JsonObject = {}) => contentHash({ resourceType: 'Basic', ...content }, meta);

const name = fc.oneof(fc.constantFrom('a', 'b', '10', '9', '__proto__', 'constructor'), fc.string({ maxLength: 4 }));
const { tree } = fc.letrec<{ tree: Json }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)),
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.array(fc.tuple(name, tie('tree')), { maxLength: 4 }).map((entries) => Object.fromEntries(entries) as JsonObject),
  ),
}));

/** The same value with every object's keys the other way round. */
function reversed(value: Json | undefined): Json | undefined {
  if (Array.isArray(value)) return value.map((item) => reversed(item) ?? null);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, child]) => [key, reversed(child)]),
  );
}

/** The same value with its n-th leaf changed; undefined when it has no such leaf. */
function withLeafChanged(value: Json, wanted: number): Json | undefined {
  let leaf = 0;
  const text = JSON.stringify(value, (_, child) => {
    if (typeof child === 'object' && child !== null) return child;
    return leaf++ === wanted ? { changed: child } : child;
  });
  return wanted < leaf ? JSON.parse(text) : undefined;
}

test('the order of keys does not matter', () => {
  fc.assert(
    fc.property(tree, (value) => {
      expect(hashOf({ value: reversed(value) })).toBe(hashOf({ value }));
    }),
  );
});

test('any changed leaf changes the hash', () => {
  fc.assert(
    fc.property(tree, fc.nat(8), (value, leaf) => {
      const changed = withLeafChanged(value, leaf);
      fc.pre(changed !== undefined);
      expect(hashOf({ value: changed })).not.toBe(hashOf({ value }));
    }),
  );
});

test('a leaf under a name that every object inherits counts too', () => {
  const named = (value: string) => JSON.parse(`{"__proto__":{"a":"${value}"}}`);
  expect(hashOf(named('1'))).not.toBe(hashOf(named('2')));
  expect(hashOf(named('1'))).not.toBe(hashOf({}));
});

test('empty lists and objects do not count, since the server drops them', () => {
  const full = { code: { text: 'x' } };
  const meta = { profile: ['p'] };
  expect(hashOf({ ...full, note: [], subject: {}, part: { inner: [{}, []] } }, { ...meta, security: [] })).toBe(
    hashOf(full, meta),
  );
});

test('what is not empty counts: zero, false, null in a list and the order of a list', () => {
  const hashes = [{}, { a: 0 }, { a: false }, { a: [null] }, { a: [1, 2] }, { a: [2, 1] }, { a: '1' }, { a: 1 }].map(
    (one) => hashOf(one as JsonObject),
  );
  expect(new Set(hashes).size).toBe(hashes.length);
});

test('of the id nothing counts, of meta only what is passed as it', () => {
  const plain = hashOf({});
  expect(hashOf({ id: 'a', meta: { versionId: '7', lastUpdated: '2024-01-01' } })).toBe(plain);
  expect(hashOf({}, { profile: ['https://example.org/p'] })).not.toBe(plain);
});

test('the hash of one resource is known and stays: stores hold it', () => {
  expect(hashOf({ code: { text: 'é' }, subject: { reference: 'source:Patient/1' } }, { profile: ['p'] })).toBe(
    '15febe0cd915131008841abf1af804085bca10de36a620b62ba70ee3fe62cd67',
  );
});
