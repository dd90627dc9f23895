import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { sameContent } from '../shape/content-hash.ts';
import { loadDefinitions } from '../shape/load-definitions.ts';
import type { JsonObject } from '../walk-references.ts';
import { mergeElements } from './merge-elements.ts';

beforeAll(loadDefinitions);

const encounter = (changes: JsonObject = {}): JsonObject => ({
  resourceType: 'Encounter',
  status: 'planned',
  ...changes,
});
const merge = (base: JsonObject, local: JsonObject, source: JsonObject) =>
  mergeElements('Encounter', base, local, source);

describe('two sides that changed different things', () => {
  test('both stand', () => {
    const local = encounter({ priority: { text: 'urgent' } });
    const source = encounter({ status: 'finished' });
    expect(merge(encounter(), local, source)).toEqual({ merged: { ...local, status: 'finished' }, kept: [] });
  });

  test('what one side took away is gone', () => {
    const base = encounter({ priority: { text: 'urgent' }, length: { value: 1, unit: 'h' } });
    const { length: _, ...local } = base;
    const { priority: __, ...source } = base;
    expect(merge(base, local, source).merged).toEqual(encounter());
  });

  test('inside a part of the resource too', () => {
    const base = encounter({ hospitalization: { destination: { display: 'home' } } });
    const local = encounter({ hospitalization: { destination: { display: 'hospice' } } });
    const source = encounter({ hospitalization: { destination: { display: 'home' }, reAdmission: { text: 'R' } } });
    expect(merge(base, local, source)).toEqual({
      merged: encounter({ hospitalization: { destination: { display: 'hospice' }, reAdmission: { text: 'R' } } }),
      kept: [],
    });
  });
});

describe('two sides that changed the same element', () => {
  test('the local value stands, and its path is told', () => {
    const { merged, kept } = merge(encounter(), encounter({ status: 'arrived' }), encounter({ status: 'finished' }));
    expect(merged).toEqual(encounter({ status: 'arrived' }));
    expect(kept).toEqual(['Encounter.status']);
  });

  test('a data type stands as a whole: a value from here never meets a unit from there', () => {
    const of = (value: number, unit: string) => encounter({ length: { value, unit } });
    const { merged, kept } = merge(of(120, 'min'), of(130, 'min'), of(2, 'h'));
    expect(merged).toEqual(of(130, 'min'));
    expect(kept).toEqual(['Encounter.length']);
  });

  test('a choice stands as a whole: a resource never has two values', () => {
    const of = (value: JsonObject) => ({ resourceType: 'Observation', status: 'final', ...value });
    const local = of({ valueQuantity: { value: 2 } });
    const source = of({ valueString: 'two' });
    const { merged, kept } = mergeElements('Observation', of({ valueQuantity: { value: 1 } }), local, source);
    expect(merged).toEqual(local);
    expect(kept).toEqual(['Observation.value']);
  });

  test('a primitive and what is said of it are one element', () => {
    const of = (value: JsonObject) => ({ resourceType: 'Patient', ...value });
    const local = of({ birthDate: '1970', _birthDate: { id: 'a' } });
    const { merged, kept } = mergeElements('Patient', of({ birthDate: '1969' }), local, of({ birthDate: '1971' }));
    expect(merged).toEqual(local);
    expect(kept).toEqual(['Patient.birthDate']);
  });

  test('the same change on both sides is no conflict', () => {
    const both = encounter({ status: 'finished' });
    expect(merge(encounter(), both, both)).toEqual({ merged: both, kept: [] });
  });
});

describe('lists', () => {
  const types = (...texts: string[]) => encounter({ type: texts.map((text) => ({ text })) });

  test.each([
    ['added here and there', ['a'], ['a', 'here'], ['a', 'there'], ['a', 'there', 'here']],
    ['the same added on both sides, and more here', ['a'], ['a', 'x', 'here'], ['a', 'x'], ['a', 'x', 'here']],
    ['added here, changed there', ['a'], ['a', 'here'], ['A'], ['A', 'here']],
    ['changed here, added there', ['a'], ['A'], ['a', 'there'], ['A', 'there']],
    ['taken away here, added there', ['a'], [], ['a', 'there'], ['there']],
  ])('%s', (_, base, local, source, expected) => {
    const { merged, kept } = merge(types(...base), types(...local), types(...source));
    expect(merged.type).toEqual(expected.map((text) => ({ text })));
    expect(kept).toEqual([]);
  });

  test.each([
    ['changed on both sides', ['a'], ['A'], ['Ä']],
    ['put into another order here, changed there', ['a', 'b'], ['b', 'a'], ['a', 'c']],
  ])('%s: the local list stands', (_, base, local, source) => {
    const { merged, kept } = merge(types(...base), types(...local), types(...source));
    expect(merged).toEqual(types(...local));
    expect(kept).toEqual(['Encounter.type']);
  });
});

describe('whatever the three say', () => {
  const text = fc.constantFrom('a', 'b', 'c');
  const concept = fc.record({ text });
  const resource = fc.record(
    {
      resourceType: fc.constant('Encounter'),
      status: text,
      type: fc.array(concept, { minLength: 1, maxLength: 4 }),
      length: fc.record({ value: fc.nat(2), unit: text }),
      hospitalization: fc.record({ destination: concept, reAdmission: concept }, { requiredKeys: [] }),
    },
    { requiredKeys: ['resourceType'] },
  ) as fc.Arbitrary<JsonObject>;

  const same = (one: JsonObject, other: JsonObject) => expect(sameContent(one, other)).toBe(true);

  test('who alone changed it is followed', () => {
    fc.assert(
      fc.property(resource, resource, (base, changed) => {
        same(merge(base, base, changed).merged, changed);
        same(merge(base, changed, base).merged, changed);
        same(merge(base, changed, changed).merged, changed);
      }),
    );
  });

  test('no local change is lost', () => {
    fc.assert(
      fc.property(resource, resource, resource, (base, local, source) => {
        const { merged, kept } = merge(base, local, source);
        for (const name of ['status', 'length']) {
          if (!sameContent(local[name], base[name])) same({ at: merged[name] }, { at: local[name] });
        }
        for (const [name, changed] of parts(local.hospitalization)) {
          if (!sameContent(changed, parts(base.hospitalization).get(name))) {
            same({ at: parts(merged.hospitalization).get(name) }, { at: changed });
          }
        }
        for (const item of lists(local.type)) {
          if (!lists(base.type).some((one) => sameContent(one, item))) {
            expect(lists(merged.type).some((one) => sameContent(one, item))).toBe(true);
          }
        }
        for (const path of kept) expect(path).toMatch(/^Encounter(\.[a-zA-Z]+)+$/);
      }),
    );
  });

  const lists = (value: JsonObject[string]) => (Array.isArray(value) ? value : []);
  const parts = (value: JsonObject[string]) => new Map(Object.entries((value ?? {}) as JsonObject));
});
