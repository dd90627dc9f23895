import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { ORG_CONNECTION_SYSTEM, SOURCE_REFERENCE_EXTENSION } from '../../contract/identifiers.ts';
import type { ParsedReference } from '../parse-reference.ts';
import type { Json, JsonObject } from '../walk-references.ts';
import { linkResource, type Resolve, symbolOf } from './link-resource.ts';
import { loadDefinitions } from './load-definitions.ts';
import { type PreparedResource, prepareResource } from './prepare-resource.ts';

beforeAll(loadDefinitions);

const NAMESPACE = 'c-1';
const SYSTEM = `${ORG_CONNECTION_SYSTEM}/${NAMESPACE}`;
const UUID = '0c7b1e55-5a4d-4c3a-9a8a-0e6d2f4b1a11';
const ELSEWHERE = 'https://example.org/elsewhere';

function prepare(content: JsonObject): PreparedResource {
  const key = { resourceType: 'Observation', id: 'o-1' };
  const source = { resourceType: 'Observation', id: 'o-1', status: 'final', code: { text: 'x' }, ...content };
  const prepared = prepareResource(0, key, structuredClone(source), undefined);
  if (!('links' in prepared)) throw new Error(JSON.stringify(prepared.issues));
  return prepared;
}

/** Resolves these texts, as `Type/id`, to these references. */
const store =
  (stored: Readonly<Record<string, string>>): Resolve =>
  (parsed: ParsedReference) => {
    if (parsed.kind !== 'literal') return undefined;
    const reference = stored[`${parsed.resourceType}/${parsed.id}`];
    return reference ? { reference, symbol: symbolOf(parsed) } : undefined;
  };
const nothing = store({});

const sourceText = (text: string) => ({ url: SOURCE_REFERENCE_EXTENSION, valueString: text });

test('a reference whose target is stored points at it, and all else of it stays', () => {
  const prepared = prepare({ subject: { reference: 'Patient/1', display: 'Ann', type: 'Patient' } });
  const { targets } = linkResource(prepared, NAMESPACE, store({ 'Patient/1': `Patient/${UUID}` }));
  expect(prepared.resource.subject).toEqual({ reference: `Patient/${UUID}`, display: 'Ann', type: 'Patient' });
  expect(targets).toEqual([`Patient/${UUID}`]);
});

test('versioned and absolute forms point at the same target', () => {
  const performer = ['Patient/1/_history/2', 'https://x.example/fhir/Patient/1'].map((reference) => ({ reference }));
  const prepared = prepare({ performer });
  linkResource(prepared, NAMESPACE, store({ 'Patient/1': 'Patient/new' }));
  expect(prepared.resource.performer).toEqual([{ reference: 'Patient/new' }, { reference: 'Patient/new' }]);
});

test('a reference without a target becomes logical: its key, its type, its display and its text are kept', () => {
  const prepared = prepare({ encounter: { reference: 'Encounter/7/_history/1', display: 'Visit' } });
  const { targets } = linkResource(prepared, NAMESPACE, nothing);
  expect(prepared.resource.encounter).toEqual({
    display: 'Visit',
    type: 'Encounter',
    identifier: { system: SYSTEM, value: 'Encounter/7' },
    extension: [sourceText('Encounter/7/_history/1')],
  });
  expect(targets).toEqual([]);
});

test("a logical reference keeps the source's own identifier, type and extensions", () => {
  const own = {
    type: 'Organization',
    identifier: { system: 'urn:npi', value: '99' },
    extension: [{ url: ELSEWHERE, valueString: 'x' }],
  };
  const prepared = prepare({ performer: [{ reference: 'Practitioner/7', ...own }] });
  linkResource(prepared, NAMESPACE, nothing);
  expect(prepared.resource.performer).toEqual([
    { ...own, extension: [...own.extension, sourceText('Practitioner/7')] },
  ]);
});

test.each([
  ['Practitioner?identifier=urn:npi|99', 'Practitioner', { system: 'urn:npi', value: '99' }],
  ['Practitioner?name=Who', 'Practitioner', { system: SYSTEM, value: 'Practitioner?name=Who' }],
  [`urn:uuid:${UUID}`, undefined, { system: SYSTEM, value: `urn:uuid:${UUID}` }],
  ['none', undefined, { system: SYSTEM, value: 'none' }],
])('%s is never sent as it is', (reference, type, identifier) => {
  const prepared = prepare({ performer: [{ reference }] });
  linkResource(prepared, NAMESPACE, nothing);
  const extension = [sourceText(reference)];
  expect(prepared.resource.performer).toEqual([{ identifier, ...(type ? { type } : {}), extension }]);
});

test('references to contained resources stay; those inside contained resources and extensions are linked too', () => {
  const prepared = prepare({
    contained: [{ resourceType: 'Specimen', id: 's', subject: { reference: 'Patient/1' } }],
    extension: [{ url: ELSEWHERE, valueReference: { reference: 'Patient/1' } }],
    specimen: { reference: '#s' },
  });
  const { targets } = linkResource(prepared, NAMESPACE, store({ 'Patient/1': 'Patient/new' }));
  expect(prepared.resource).toMatchObject({
    contained: [{ subject: { reference: 'Patient/new' } }],
    extension: [{ valueReference: { reference: 'Patient/new' } }],
    specimen: { reference: '#s' },
  });
  expect(targets).toEqual([]);
});

test('the hash is the same on every server, and another when a target is another or none', () => {
  const hashWith = (text: string, resolve: Resolve) =>
    linkResource(prepare({ subject: { reference: text } }), NAMESPACE, resolve).sha256;
  const here = hashWith('Patient/1', store({ 'Patient/1': 'Patient/here' }));
  expect(hashWith('Patient/1', store({ 'Patient/1': 'urn:uuid:there' }))).toBe(here);
  expect(hashWith('https://x.example/Patient/1', store({ 'Patient/1': 'Patient/here' }))).toBe(here);
  expect(hashWith('Patient/2', store({ 'Patient/2': 'Patient/here' }))).not.toBe(here);
  expect(hashWith('Patient/1', nothing)).not.toBe(here);
});

test('the symbols say what each reference of the resource stands for', () => {
  const prepared = prepare({ subject: { reference: 'Patient/1' }, encounter: { reference: 'Encounter/1' } });
  const { symbols } = linkResource(prepared, NAMESPACE, store({ 'Patient/1': 'Patient/new' }));
  expect([...symbols]).toEqual([['Patient/new', 'source:Patient/1']]);
});

test('a UUID written in either case has one symbol; any other id is taken as it is written', () => {
  const symbol = (id: string) => symbolOf({ resourceType: 'Patient', id });
  expect(symbol(UUID.toUpperCase())).toBe(symbol(UUID));
  expect(symbol('ABC')).not.toBe(symbol('abc'));
});

test('linking again gives what linking once gives, whatever was stored the first time', () => {
  const text = fc.constantFrom(
    'Patient/1',
    'Practitioner/2',
    'Practitioner?identifier=a|b',
    '#s',
    `urn:uuid:${UUID}`,
    'none',
  );
  const own = fc.record<JsonObject>(
    {
      reference: text,
      display: fc.constant('Ann'),
      type: fc.constantFrom('Patient', 'Practitioner'),
      identifier: fc.constantFrom<Json>({ value: '1' }, { value: '1', assigner: { reference: 'Organization/3' } }),
      extension: fc.constantFrom<Json>(
        [{ url: ELSEWHERE, valueReference: { reference: 'Organization/3' } }],
        [sourceText('Patient/of-an-earlier-bridge')],
      ),
    },
    { requiredKeys: ['reference'], noNullPrototype: true },
  );
  const stored = fc
    .subarray(['Patient/1', 'Practitioner/2', 'Organization/3'])
    .map((texts) => store(Object.fromEntries(texts.map((one) => [one, `${one}-stored`]))));
  fc.assert(
    fc.property(fc.array(own, { minLength: 1, maxLength: 4 }), fc.array(stored), stored, (performer, before, last) => {
      const once = prepare({ performer });
      const expected = linkResource(once, NAMESPACE, last);
      const again = prepare({ performer });
      for (const resolve of before) linkResource(again, NAMESPACE, resolve);
      expect(linkResource(again, NAMESPACE, last)).toEqual(expected);
      expect(again.resource).toEqual(once.resource);
    }),
  );
});

test('the text of a reference is kept beside an extension of the same kind that the source brought along', () => {
  const extension = [sourceText('Patient/of-an-earlier-bridge')];
  const prepared = prepare({ subject: { reference: 'Patient/1', extension } });
  linkResource(prepared, NAMESPACE, nothing);
  expect(prepared.resource.subject).toMatchObject({ extension: [...extension, sourceText('Patient/1')] });
});
