import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { loadDefinitions } from '../shape/load-definitions.ts';
import { readResource } from './read-resource.ts';

beforeAll(loadDefinitions);

const read = (text: string) => readResource(Buffer.from(text));

test('a line is read as its key and its resource, wherever the type stands', () => {
  const text = '{"id":"a/b+c=","data":"eA==","resourceType":"Binary"}';
  expect(read(text)).toEqual({ key: { resourceType: 'Binary', id: 'a/b+c=' }, resource: JSON.parse(text) });
});

test.each([
  ['', 'not-json'],
  ['{"resourceType":"Patient","id":"1"', 'not-json'],
  ["{'resourceType':'Patient','id':'1'}", 'not-json'],
  ['{"resourceType":"Patient","id":"1"}{"resourceType":"Patient","id":"2"}', 'not-json'],
  ['[{"resourceType":"Patient","id":"1"}]', 'not-a-resource'],
  ['"Patient"', 'not-a-resource'],
  ['null', 'not-a-resource'],
  ['{"id":"1"}', 'not-a-resource'],
  ['{"resourceType":7,"id":"1"}', 'not-a-resource'],
  ['{"resourceType":"Conformance","id":"1"}', 'unknown-resource-type'],
  ['{"resourceType":"HumanName","id":"1"}', 'unknown-resource-type'],
  ['{"resourceType":"DomainResource","id":"1"}', 'unknown-resource-type'],
  ['{"resourceType":"constructor","id":"1"}', 'unknown-resource-type'],
  ['{"resourceType":"__proto__","id":"1"}', 'unknown-resource-type'],
])('%j is %s', (text, code) => {
  expect(read(text)).toEqual({ code });
});

const ACTING = ['Bot', 'AccessPolicy', 'ClientApplication', 'Project', 'User', 'Subscription', 'StructureDefinition'];

test.each([...ACTING, 'OperationDefinition'])(
  'a %s would act in the server, and is no part of a record',
  (resourceType) => {
    expect(read(JSON.stringify({ resourceType, id: '1' }))).toEqual({ code: 'acts-in-server', resourceType });
  },
);

test('an id that is a number is the text that references write', () => {
  expect(read('{"resourceType":"Patient","id":1207}')).toMatchObject({ key: { resourceType: 'Patient', id: '1207' } });
});

test.each(['{"resourceType":"Patient"}', '{"resourceType":"Patient","id":""}', '{"resourceType":"Patient","id":1.5}'])(
  '%s has no id, and its type is said',
  (text) => {
    expect(read(text)).toEqual({ code: 'no-id', resourceType: 'Patient' });
  },
);

test('bytes that are no UTF-8 are not loaded as if they were', () => {
  const bytes = Buffer.from('{"resourceType":"Patient","id":"é"}', 'latin1');
  expect(readResource(bytes)).toEqual({ code: 'not-json' });
});

test('a resource that is nested beyond all measure is named, and nobody runs out of stack', () => {
  const nested = (levels: number) => {
    const open = '[{"url":"x","extension":';
    return `{"resourceType":"Basic","id":"1","extension":${open.repeat(levels)}[]${'}]'.repeat(levels)}}`;
  };
  expect(read(nested(50))).toHaveProperty('key');
  for (const levels of [150, 10_000, 500_000]) expect(read(nested(levels))).toEqual({ code: 'nested-too-deeply' });
});

test('no line makes it throw, and what it says never quotes the line', () => {
  const json = fc.oneof(
    fc.json(),
    fc.string({ unit: 'binary' }),
    fc.jsonValue().map((value) => JSON.stringify(value)),
  );
  const line = fc.oneof(
    json.map((text) => Buffer.from(text)),
    json.map((text) => Buffer.from(`{"resourceType":"Patient","id":${text}}`)),
    fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  );
  fc.assert(
    fc.property(line, (bytes) => {
      const source = readResource(bytes);
      if (!('key' in source))
        expect(JSON.stringify(source)).toMatch(/^{"code":"[a-z-]+"(,"resourceType":"Patient")?}$/);
    }),
    { numRuns: 1000 },
  );
});
