import type { Meta } from '@medplum/fhirtypes';
import { describe, expect, test } from 'vitest';
import { EHI_EXPORT_SYSTEM, ORG_CONNECTION_SYSTEM, SOURCE_META_EXTENSION } from '../../contract/identifiers.ts';
import { metaSource } from '../meta-source.ts';
import type { Json, JsonObject } from '../walk-references.ts';
import {
  type Age,
  hashedMeta,
  isOlder,
  type Origin,
  originTags,
  shapeMeta,
  sourceKeyOf,
  storedHash,
} from './shape-meta.ts';

const origin: Origin = { namespace: 'c-1', exportId: 'e-1' };
const key = { resourceType: 'Observation', id: 'o/1' };
const shaped = (own: Json | undefined, account?: string): JsonObject =>
  shapeMeta(own, key, origin, { sha256: 'abc', account });

test('a resource without meta gets its source, its two tags and its hash', () => {
  expect(shaped(undefined)).toEqual({
    source: metaSource('c-1', key),
    tag: [
      { system: ORG_CONNECTION_SYSTEM, code: 'c-1' },
      { system: EHI_EXPORT_SYSTEM, code: 'e-1' },
    ],
    extension: [{ url: SOURCE_META_EXTENSION, extension: [{ url: 'sha256', valueString: 'abc' }] }],
  });
});

test('what the source says of its own version and is no FHIR string does not make the resource one that is refused', () => {
  const extension = [
    { url: 'sha256', valueString: 'abc' },
    { url: 'source', valueString: 'ab' },
  ];
  const own = { versionId: ' ', lastUpdated: '\0', source: 'a\u0001b' };
  expect(shaped(own).extension).toEqual([{ url: SOURCE_META_EXTENSION, extension }]);
});

test("the source's own profile, security, tags and extensions stay; what the server overwrites is kept beside", () => {
  const own = {
    profile: ['https://example.org/p'],
    security: [{ code: 'R' }],
    tag: [{ system: 'https://example.org/tags', code: 't' }],
    extension: [{ url: 'https://example.org/x', valueString: 'x' }],
    source: '#7',
    versionId: '3',
    lastUpdated: '2024-01-01T00:00:00Z',
  };
  const meta = shaped(own);
  expect(meta).toMatchObject({ profile: own.profile, security: own.security });
  expect(meta.tag).toEqual([...own.tag, ...originTags(origin)]);
  expect(meta.extension).toEqual([
    ...own.extension,
    {
      url: SOURCE_META_EXTENSION,
      extension: [
        { url: 'sha256', valueString: 'abc' },
        { url: 'source', valueString: '#7' },
        { url: 'versionId', valueString: '3' },
        { url: 'lastUpdated', valueString: '2024-01-01T00:00:00Z' },
      ],
    },
  ]);
  expect(meta).not.toHaveProperty('versionId');
  expect(meta).not.toHaveProperty('lastUpdated');
});

test('elements that only the server may set are left out', () => {
  const own = {
    author: { reference: 'Practitioner/1' },
    onBehalfOf: { reference: 'Patient/1' },
    project: 'p',
    account: { reference: 'Patient/2' },
    accounts: [{ reference: 'Patient/2' }],
    compartment: [{ reference: 'Patient/2' }],
  };
  expect(shaped(own)).toEqual(shaped({}));
  expect(shaped(own, 'Patient/9')).toEqual({ ...shaped({}), accounts: [{ reference: 'Patient/9' }] });
});

test('tags that were put on the stored version stay, once, and the marks of its last import do not', () => {
  const mine = { system: 'https://example.org/tags', code: 'mine' };
  const both = { system: 'https://example.org/tags', code: 'both' };
  const replaced = shapeMeta({ tag: [mine, both] }, key, { ...origin, exportId: 'e-0' }, { sha256: 'old' }) as Meta;
  const meta = shapeMeta({ tag: [both] }, key, origin, { sha256: 'abc', replaced });
  expect(meta.tag).toEqual([both, mine, ...originTags(origin)]);
});

describe('which of two is older', () => {
  const [early, late] = ['2026-01-01T00:00:00Z', '2026-02-01T00:00:00+01:00'];
  const age = (lastUpdated?: string, retrieved?: string): Age => ({ lastUpdated, retrieved });

  test.each([
    ['the one that its source changed earlier', age(early, late), age(late, early), true],
    ['not the one that its source changed later', age(late, early), age(early, late), false],
    ['of equal times, the one of the earlier export', age(early, early), age(early, late), true],
    ['where one has no time, the one of the earlier export', age(undefined, early), age(late, late), true],
    ['where a time cannot be read, the one of the earlier export', age('soon', early), age(late, late), true],
    ['neither of two of the same export', age(early, late), age(early, late), false],
    ['neither when nothing is known', age(), age(late, late), false],
  ])('%s', (_, one, other, older) => {
    expect(isOlder(one, other)).toBe(older);
  });
});

test('a record that a bridge loaded before does not bring its old marks along', () => {
  const elsewhere = { namespace: 'old', exportId: 'e-0' };
  const before = shapeMeta({}, { resourceType: 'Observation', id: 'x' }, elsewhere, { sha256: 'old' });
  const meta = shaped(before);
  expect(storedHash(meta)).toBe('abc');
  expect(meta.tag).toEqual(originTags(origin));
  expect(JSON.stringify(meta.extension)).toContain(JSON.stringify(before.source));
});

test('of meta only profile and security are said to be content', () => {
  const own = { profile: ['p'], security: [{ code: 'R' }], tag: [{ code: 't' }], versionId: '7', lastUpdated: '2024' };
  expect(hashedMeta(own)).toEqual({ profile: ['p'], security: [{ code: 'R' }] });
  for (const nothing of [undefined, null, 'x', ['p']]) expect(JSON.stringify(hashedMeta(nothing))).toBe('{}');
});

test('the hash is read back from what was written, and nothing is read from what was not', () => {
  expect(storedHash(shaped({}))).toBe('abc');
  expect(storedHash(undefined)).toBeUndefined();
  expect(storedHash({ extension: [{ url: 'https://example.org/x', valueString: 'abc' }] })).toBeUndefined();
});

test.each(['o/1', 'é %,|$', 'x'.repeat(5000), 'sha256:abc'])(
  'the key of a stored resource is read back, whatever its id (%#)',
  (id) => {
    const meta = shapeMeta({}, { resourceType: 'Observation', id }, origin, { sha256: 'abc' });
    expect(sourceKeyOf('Observation', meta, 'c-1')).toEqual({ resourceType: 'Observation', id });
    expect(sourceKeyOf('Observation', meta, 'c-2')).toBeUndefined();
    expect(sourceKeyOf('Condition', meta, 'c-1')).toBeUndefined();
  },
);

test('a meta.source that somebody wrote by hand has no key, and is no error', () => {
  expect(sourceKeyOf('Observation', { source: `${metaSource('c-1', key)}%` }, 'c-1')).toBeUndefined();
  expect(sourceKeyOf('Observation', { source: 'https://example.org' }, 'c-1')).toBeUndefined();
  expect(sourceKeyOf('Observation', undefined, 'c-1')).toBeUndefined();
});
