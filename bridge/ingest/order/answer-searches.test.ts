import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { indexRows } from '../../test/index-rows.ts';
import { parseReference } from '../parse-reference.ts';
import { soughtIdentifiers } from './answer-searches.ts';

const NPI = 'http://hl7.org/fhir/sid/us-npi';
const practitioner = (id: string, ...values: string[]) => ({
  key: `Practitioner/${id}`,
  identifiers: values.map((value) => ({ system: NPI, value })),
});
const asking = (text: string) => ({ key: `Encounter/${text}`, references: [text] });
const search = `Practitioner?identifier=${NPI}|1`;

describe('a conditional reference', () => {
  test('means the one row that answers it, before and behind it, and keeps its id', () => {
    const index = indexRows([
      asking(search),
      practitioner('a', '1', '2'),
      practitioner('b', '3'),
      asking(`${search} `),
    ]);
    expect(index.targets(0)).toEqual([1]);
    expect(index.leavesExport(0)).toBe(false);
    expect(index.rowOfReference(parseReference(search))).toBe(1);
    expect(index.idOf(1)).toBe('a');
    expect(indexRows([practitioner('a', '1'), asking(search)]).targets(1)).toEqual([0]);
  });

  test.each([
    ['several answer', search],
    ['none answers', `Practitioner?identifier=${NPI}|9`],
    ['it names another type', `Patient?identifier=${NPI}|2`],
    ['it names a type that is not sought', `Observation?identifier=${NPI}|2`],
    ['it leaves the system open', 'Practitioner?identifier=2'],
    ['it asks for more', `Practitioner?identifier=${NPI}|2&active=true`],
  ])('means nothing when %s', (_, text) => {
    const index = indexRows([asking(text), practitioner('a', '1', '2'), practitioner('b', '1')]);
    expect(index.targets(0)).toEqual([]);
    expect(index.rowOfReference(parseReference(text))).toBe(-1);
  });

  test('is answered once by a resource that repeats its identifier or its line', () => {
    const index = indexRows([practitioner('a', '1', '1'), asking(search), practitioner('a', '1')]);
    expect(index.targets(1)).toEqual([2]);
  });
});

test('what gave way to a newer line of its key answers nothing, whatever the order of the lines', () => {
  const practitioners = fc.uniqueArray(
    fc.record({
      id: fc.constantFrom('a', 'b', 'c'),
      value: fc.constantFrom('1', '2'),
      day: fc.integer({ min: 1, max: 9 }),
    }),
    { selector: ({ id, day }) => `${id} ${day}`, maxLength: 8 },
  );
  fc.assert(
    fc.property(practitioners, (all) => {
      const rows = all.map(({ id, value, day }) => ({ ...practitioner(id, value), lastUpdated: `2024-01-0${day}` }));
      const index = indexRows([asking(search), ...rows]);
      const standing = all.filter(({ id, day }) => !all.some((other) => other.id === id && other.day > day));
      const answers = standing.filter(({ value }) => value === '1');
      const expected = answers.length === 1 ? answers.map((one) => all.indexOf(one) + 1) : [];
      expect(index.targets(0)).toEqual(expected);
    }),
  );
});

test('identifiers are read where a resource has them whole, one that stands alone too', () => {
  const whole = { system: NPI, value: '1' };
  const read = (identifier: object[] | object) =>
    soughtIdentifiers({ resourceType: 'Practitioner', identifier: identifier as never });
  expect(read([whole, { value: '2' }, { system: NPI }, null as never, { system: NPI, value: 3 }])).toEqual([whole]);
  expect(read(whole)).toEqual([whole]);
  expect(soughtIdentifiers({ resourceType: 'Practitioner' })).toEqual([]);
  expect(soughtIdentifiers({ resourceType: 'Observation', identifier: [{ ...whole }] })).toEqual([]);
});
