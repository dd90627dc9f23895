import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BundleScanner, type EntryPlace } from './scan-bundle.ts';

function scan(bytes: Buffer, cuts: readonly number[] = []): EntryPlace[] {
  const scanner = new BundleScanner(0);
  const entries: EntryPlace[] = [];
  let from = 0;
  for (const cut of [...cuts.map((cut) => cut % bytes.length).toSorted((a, b) => a - b), bytes.length]) {
    entries.push(...scanner.push(bytes.subarray(from, cut)));
    from = cut;
  }
  scanner.end();
  return entries;
}

const value = fc.jsonValue({ maxDepth: 3, stringUnit: 'binary' });
const resource = fc.record({
  entry: value,
  fullUrl: value,
  id: fc.string({ unit: 'binary' }),
  resource: value,
  a: value,
});
const entry = fc.oneof(
  value,
  fc.record(
    {
      fullUrl: fc.oneof(fc.webUrl(), fc.string({ unit: 'binary' })),
      search: fc.record({ mode: fc.string() }),
      resource,
      link: value,
    },
    { requiredKeys: [] },
  ),
);

/** The members in any order, with blanks around whatever stands at the top. */
const bundle = fc
  .tuple(fc.array(entry), value, fc.constantFrom('', ' ', '\r\n\t'), fc.boolean())
  .map(([entries, other, blank, isLast]) => {
    const list = `[${entries.map((one) => `${blank}${JSON.stringify(one)}${blank}`).join(',')}]`;
    const members = [`"type":"collection"`, `"link":${JSON.stringify(other)}`, `"resourceType":"Bundle"`];
    members.splice(isLast ? members.length : 0, 0, `${blank}"entry"${blank}:${blank}${list}`);
    return `{${members.join(`${blank},`)}}`;
  });

test('every entry is found with its resource, its url and its search mode, as JSON.parse reads them', () => {
  fc.assert(
    fc.property(bundle, fc.array(fc.nat()), (text, cuts) => {
      const bytes = Buffer.from(text);
      const parsed: { entry: unknown[] } = JSON.parse(text);
      const at = ({ offset, length }: { offset: number; length: number }) =>
        JSON.parse(bytes.toString('utf8', offset, offset + length));
      const found = scan(bytes, cuts).map((place) => ({
        entry: at(place),
        resource: place.resource && at(place.resource),
        fullUrl: place.fullUrl,
        mode: place.mode,
      }));
      expect(found).toEqual(parsed.entry.map(expected));
    }),
    { numRuns: 500 },
  );
});

test.each([
  ['no list but one entry', '{"entry":{"resource":{"id":"1"}}}', ['{"id":"1"}']],
  ['keys in escapes', '{"entr\\u0079":[{"re\\u0073ource":{"id":"1"}}]}', ['{"id":"1"}']],
  ['nothing', '{"resourceType":"Bundle","entry":null}', []],
  ['entries elsewhere', '{"link":{"entry":[{"resource":{}}]},"entry":[]}', []],
])('a Bundle of %s is read as what it means', (_, text, resources) => {
  const bytes = Buffer.from(text);
  const found = scan(bytes).map((place) => place.resource);
  expect(found.map((at) => at && bytes.toString('utf8', at.offset, at.offset + at.length))).toEqual(resources);
});

function expected(entry: unknown) {
  const { resource, fullUrl, search } = (isRecord(entry) ? entry : {}) as Record<string, unknown>;
  const mode = isRecord(search) ? search.mode : undefined;
  return {
    entry,
    resource: isRecord(resource) ? resource : undefined,
    fullUrl: typeof fullUrl === 'string' ? fullUrl : undefined,
    mode: typeof mode === 'string' ? mode : undefined,
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
