import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { SOURCE_PROPERTY_EXTENSION, SOURCE_VALUE_EXTENSION } from '../../contract/identifiers.ts';
import { loadDefinitions } from '../shape/load-definitions.ts';
import { isObject, type Json, type JsonObject } from '../walk-references.ts';
import { findErrors } from './check-resource.ts';
import { repairResource } from './repair-resource.ts';
import type { Repair } from './repair-run.ts';

beforeAll(loadDefinitions);

const [subject, code] = [
  { reference: 'Patient/p1' },
  { coding: [{ system: 'http://loinc.org', code: '1-8' }], text: 'Test' },
];

const VALID: readonly JsonObject[] = [
  {
    resourceType: 'Patient',
    meta: { profile: ['http://example.org/p'], tag: [{ system: 'http://example.org/t', code: 'a' }] },
    text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">Ann</div>' },
    extension: [
      { url: 'http://example.org/race', extension: [{ url: 'text', valueString: 'White' }] },
      { url: 'http://example.org/sex', valueCode: 'F' },
    ],
    active: true,
    name: [
      { use: 'official', family: 'Doe', given: ['Ann', 'B'], _given: [null, { id: 'g2' }], period: { start: '2001' } },
    ],
    telecom: [{ system: 'phone', value: '555', rank: 1 }],
    gender: 'female',
    birthDate: '1980-02-29',
    _birthDate: { extension: [{ url: 'http://example.org/birthTime', valueDateTime: '1980-02-29T01:02:03Z' }] },
    multipleBirthInteger: 2,
    photo: [{ contentType: 'image/png', data: 'SGVsbG8=', url: 'http://example.org/x' }],
    communication: [{ language: { text: 'English' }, preferred: true }],
  },
  {
    resourceType: 'Observation',
    contained: [{ resourceType: 'Organization', id: 'o1', name: 'Lab', telecom: [{ system: 'url', value: 'x' }] }],
    status: 'final',
    category: [{ text: 'laboratory' }],
    code,
    subject,
    performer: [{ reference: '#o1' }],
    effectivePeriod: { start: '2020-01-02T10:00:00Z', end: '2020-01-03' },
    issued: '2020-01-02T10:00:00.000Z',
    component: [
      { code, valueQuantity: { value: 5.5, unit: 'mg', system: 'http://unitsofmeasure.org', code: 'mg' } },
      { code, dataAbsentReason: { text: 'lost' } },
    ],
    referenceRange: [{ low: { value: 1 }, text: 'ok' }],
  },
  {
    resourceType: 'MedicationRequest',
    status: 'active',
    intent: 'order',
    medicationCodeableConcept: code,
    subject,
    authoredOn: '2021-05-06T07:08:09+01:00',
    dosageInstruction: [
      { sequence: 1, timing: { repeat: { frequency: 2, period: 1, periodUnit: 'd' } }, asNeededBoolean: false },
    ],
    dispenseRequest: { numberOfRepeatsAllowed: 3, quantity: { value: 30 } },
  },
  { resourceType: 'Binary', contentType: 'text/plain', securityContext: subject, data: 'SGVsbG8=' },
];

const text = fc.constantFrom(
  '',
  ' ',
  ' a ',
  'a\u0000b',
  '2020-01-02 10:00:00',
  '2020-01-02T10:00',
  '5.40',
  'true',
  'Ünï',
  '🙂',
  'a b\tc',
);
const anything = fc.oneof(
  text,
  fc.constantFrom<Json>(
    null,
    0,
    -1.5,
    1e300,
    true,
    {},
    [],
    [null],
    [[]],
    [{}],
    { value: 'x' },
    { extension: 'x' },
    { id: '' },
  ),
  fc.json({ maxDepth: 3 }).map((json): Json => JSON.parse(json)),
);
const key = fc.oneof(
  fc.constantFrom(
    'extension',
    '_status',
    '_name',
    'valueString',
    'value',
    'id',
    'fhir_comments',
    '0',
    'a.b',
    'length',
    'toString',
    'text',
  ),
  fc.string({ maxLength: 5 }),
);

/** As `String`, but safe for objects that redefine `toString`. */
function asText(value: Json): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

type Damage = (parent: JsonObject | Json[], at: string) => void;
const damage: fc.Arbitrary<Damage> = fc.oneof(
  anything.map(
    (value): Damage =>
      (parent, at) =>
        Reflect.set(parent, at, structuredClone(value)),
  ),
  fc.constant<Damage>((parent, at) => Reflect.set(parent, at, [Reflect.get(parent, at)])),
  fc.constant<Damage>((parent, at) => Reflect.set(parent, at, [Reflect.get(parent, at), Reflect.get(parent, at)])),
  fc.constant<Damage>((parent, at) => {
    const value = Reflect.get(parent, at);
    if (Array.isArray(value)) Reflect.set(parent, at, value[0] ?? null);
  }),
  fc.constant<Damage>((parent, at) => Reflect.set(parent, at, asText(Reflect.get(parent, at)))),
  fc.constant<Damage>((parent, at) =>
    Reflect.set(parent, at, ` ${asText(Reflect.get(parent, at)).toUpperCase()}\u0007`),
  ),
  fc.constant<Damage>((parent, at) => {
    if (!Array.isArray(parent)) Reflect.deleteProperty(parent, at);
  }),
  fc.tuple(key, anything).map(
    ([name, value]): Damage =>
      (parent, at) => {
        const target = Reflect.get(parent, at);
        if (isObject(target)) target[name] = structuredClone(value);
        else if (!Array.isArray(parent)) parent[name] = structuredClone(value);
      },
  ),
);

/** Every place of a resource but its type. */
function places(value: Json | undefined): [JsonObject | Json[], string][] {
  if (typeof value !== 'object' || value === null) return [];
  const own = Object.keys(value).filter((name) => name !== 'resourceType');
  return own.flatMap((name) => [[value, name], ...places(Reflect.get(value, name))]);
}

const damaged = fc
  .tuple(fc.constantFrom(...VALID), fc.array(fc.tuple(fc.nat(), damage), { minLength: 1, maxLength: 4 }))
  .map(([valid, changes]) => {
    const source: JsonObject = JSON.parse(JSON.stringify(valid));
    for (const [nth, change] of changes) {
      const all = places(source);
      const place = all[nth % all.length];
      if (place) change(...place);
    }
    // Parsed like a line, so that no object stands in two places.
    return JSON.parse(JSON.stringify(source)) as JsonObject;
  });

interface Leaf {
  readonly path: string;
  readonly value: string | number | boolean;
}

/** The values that say something, with the names on the way to them, indexes and companions' underscores left out. */
function leaves(value: Json | undefined, path: string): Leaf[] {
  if (Array.isArray(value)) return value.flatMap((item) => leaves(item, path));
  if (isObject(value))
    return Object.entries(value).flatMap(([name, child]) => leaves(child, `${path}.${name.replace(/^_/, '')}`));
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '')
    ? []
    : [{ path, value }];
}

/** The leaves of a repaired resource, those that our extensions hold as JSON among them. */
function leavesKept(value: Json | undefined): (string | number | boolean)[] {
  if (Array.isArray(value)) return value.flatMap(leavesKept);
  if (!isObject(value)) return leaves(value, '').map((leaf) => leaf.value);
  if (value.url === SOURCE_PROPERTY_EXTENSION) return leavesKept(JSON.parse(String(value.valueString)));
  if (value.url === SOURCE_VALUE_EXTENSION) return [String(value.valueString)];
  return Object.values(value).flatMap(leavesKept);
}

const REWRITES = /^(blanks-|control-|date-punct|whitespace-|base64url-|status-case|number-as|boolean-as|string-as)/;

/** The leaves of the source that neither stand in the repaired resource nor were rewritten by a recorded rule. */
function lost(source: JsonObject, resource: JsonObject, repairs: readonly Repair[]): Leaf[] {
  const left = new Map<unknown, number>();
  for (const value of leavesKept(resource)) left.set(value, (left.get(value) ?? 0) + 1);
  const type = String(source.resourceType);
  const rewritten = new Set(
    repairs.filter(({ rule }) => REWRITES.test(rule)).map(({ path }) => path.replace(/\[\d+\]/g, '')),
  );
  return leaves(source, type).filter(({ path, value }) => {
    if (rewritten.has(path)) return false;
    const count = left.get(value) ?? 0;
    left.set(value, count - 1);
    return count <= 0;
  });
}

test('however a resource is damaged: valid afterwards or refused, nothing lost, nothing left to repair', () => {
  fc.assert(
    fc.property(damaged, (source) => {
      const before = JSON.stringify(source);
      const result = repairResource(source);
      expect(JSON.stringify(source)).toBe(before);
      if ('issues' in result) {
        expect(result.issues.length).toBeGreaterThan(0);
        return;
      }
      expect(findErrors(result.resource)).toEqual([]);
      expect(repairResource(result.resource)).toEqual({ resource: result.resource, repairs: [] });
      expect(lost(source, result.resource, result.repairs)).toEqual([]);
    }),
    { numRuns: 1000 },
  );
});

test('whatever is called a resource, nothing is thrown', () => {
  const types = fc.constantFrom(
    'Patient',
    'Observation',
    'Bundle',
    'Parameters',
    'Nothing',
    'constructor',
    '__proto__',
    '',
  );
  fc.assert(
    fc.property(types, fc.json({ maxDepth: 6 }), (resourceType, json) => {
      const body: Json = JSON.parse(json);
      repairResource({ ...(isObject(body) ? body : { body }), resourceType });
    }),
    { numRuns: 500 },
  );
});
