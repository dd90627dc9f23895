import fc from 'fast-check';
import { expect, test } from 'vitest';
import { identifierOfQuery, parseReference } from './parse-reference.ts';

const literal = (resourceType: string, id: string) => ({ kind: 'literal', resourceType, id });

test('relative, versioned and absolute references to one resource say the same', () => {
  for (const text of [
    'Patient/p-1',
    'Patient/p-1/_history/3',
    'https://fhir.example.org/r4/Patient/p-1',
    'http://fhir.example.org:8080/Tenant/api/FHIR/R4/Patient/p-1/_history/1',
    'https://fhir.example.org/Patient/Patient/p-1',
    '/Patient/p-1',
    '/api/FHIR/R4/Patient/p-1/_history/2',
  ]) {
    expect(parseReference(text)).toEqual(literal('Patient', 'p-1'));
  }
});

test.each([
  ['Practitioner/-20140000008329', 'Practitioner', '-20140000008329'],
  ['Observation/a.b.c_d~e', 'Observation', 'a.b.c_d~e'],
  ['Binary/aHR0cHM6Ly9leGFtcGxlLm9yZy9h/b+c=', 'Binary', 'aHR0cHM6Ly9leGFtcGxlLm9yZy9h/b+c='],
  ['Condition/line\nbreak', 'Condition', 'line\nbreak'],
  ['Encounter/1/_history/', 'Encounter', '1'],
  [`Encounter/${'e'.repeat(130)}`, 'Encounter', 'e'.repeat(130)],
])('%j is read as a type and an id of any form', (text, resourceType, id) => {
  expect(parseReference(text)).toEqual(literal(resourceType, id));
});

test('contained, urn and conditional references are told apart', () => {
  expect(parseReference('#med1')).toEqual({ kind: 'contained' });
  expect(parseReference('#')).toEqual({ kind: 'contained' });
  const urn = 'urn:uuid:0c7b1e55-5a4d-4c3a-9a8a-0e6d2f4b1a11';
  expect(parseReference(urn)).toEqual({ kind: 'urn', urn });
  expect(parseReference('Practitioner?identifier=http://hl7.org/fhir/sid/us-npi|99')).toEqual({
    kind: 'conditional',
    resourceType: 'Practitioner',
    query: 'identifier=http://hl7.org/fhir/sid/us-npi|99',
  });
});

test.each([
  '',
  'none',
  ' Patient/1',
  'patient/1',
  'Patient/',
  'Patient',
  'Patient?',
  '/Patient',
  'mailto:Patient/1',
  'http://snomed.info/sct',
  'https://example.org/Patient/1?x=2',
  'https://example.org/Patient/1/Observation',
])('%j names no resource', (text) => {
  expect(parseReference(text)).toEqual({ kind: 'other' });
});

test('any relative reference gives back its type and its id', () => {
  const type = fc.stringMatching(/^[A-Z][A-Za-z]{1,20}$/);
  const id = fc.string({ unit: 'binary', minLength: 1 }).filter((text) => !text.includes('/_history/'));
  fc.assert(
    fc.property(type, id, (resourceType, text) => {
      expect(parseReference(`${resourceType}/${text}`)).toEqual(literal(resourceType, text));
      expect(parseReference(`${resourceType}/${text}/_history/7`)).toEqual(literal(resourceType, text));
    }),
  );
});

test('no text makes it throw', () => {
  const part = fc.constantFrom(
    '/',
    '?',
    '#',
    'urn:',
    'https://',
    'Patient',
    '/_history/',
    '|',
    'identifier=',
    '\n',
    '%',
    '\ud800',
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.oneof(part, fc.string({ maxLength: 3 })), { maxLength: 12 }).map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(text, (any) => {
      expect(parseReference(any).kind).toMatch(/^(literal|urn|contained|conditional|other)$/);
      identifierOfQuery(any);
    }),
    { numRuns: 1000 },
  );
});

// Quadratic time over ten million characters would run into the test's time-out by hours.
test.each([
  ['slashes', 'https://x/', '/'],
  ['types', 'https://x/', 'Aa/'],
  ['histories', 'Aa/', '/_history/'],
  ['histories of an absolute one', 'https://x/Aa/', '/_history/'],
  ['a long id', 'https://x/Aa/', 'b'],
  ['a long type', 'A', 'a'],
])('a text of ten megabytes of %s is read in linear time', (_, start, part) => {
  const text = `${start}${part.repeat(10_000_000 / part.length)}?`;
  expect(['literal', 'other']).toContain(parseReference(text).kind);
  expect(identifierOfQuery(`identifier=${text}`)).toBeUndefined();
});

test('a search for one identifier is the same as a logical reference', () => {
  const npi = 'http://hl7.org/fhir/sid/us-npi';
  expect(identifierOfQuery(`identifier=${npi}|9999`)).toEqual({ system: npi, value: '9999' });
  expect(identifierOfQuery('identifier=http%3A%2F%2Fnpi%7C9%2C9')).toBeUndefined();
  expect(identifierOfQuery('identifier=9999')).toEqual({ value: '9999' });
  expect(identifierOfQuery('identifier=|9999')).toEqual({ value: '9999' });
});

test('a value in which the signs of search are escaped says them as they are', () => {
  expect(identifierOfQuery(String.raw`identifier=urn:x|a\,b\|c\\d`)).toEqual({
    system: 'urn:x',
    value: String.raw`a,b|c\d`,
  });
});

test.each([
  '',
  'identifier=',
  'identifier=urn:x|',
  'identifier=urn:x|1&active=true',
  'identifier=urn:x|1&identifier=urn:y|2',
  'identifier=urn:x|1,urn:y|2',
  'identifier:of-type=a|b|c',
  'name=Ann',
])('%j asks for something else than one identifier', (query) => {
  expect(identifierOfQuery(query)).toBeUndefined();
});
