import {
  fhirTypeToJsType,
  getAllDataTypes,
  type InternalSchemaElement,
  isPrimitiveType,
  isResourceType,
  tryGetDataType,
} from '@medplum/core';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { generateExport } from '../../../sandbox/generator/generate-export.ts';
import { loadDefinitions } from '../shape/load-definitions.ts';
import type { Json, JsonObject } from '../walk-references.ts';
import { findErrors } from './check-resource.ts';
import { invariantProof } from './prove-constraint.ts';
import { isProvenValid } from './prove-valid.ts';
import { surveyResource } from './survey-resource.ts';

beforeAll(loadDefinitions);

test('what an export usually holds is proven, so that the validator need not look at it', () => {
  const lines = [...generateExport({ seed: 3, resources: 400 })].map((line) => JSON.parse(line));
  expect(lines.filter((resource) => !isProvenValid(resource))).toEqual([]);
});

test('what is proven the validator takes, and there is nothing empty in it', () => {
  const seen = { proven: 0, invalid: 0 };
  const resource = fc.gen().map((draw) => makeResource((max) => draw(fc.nat, max)));
  fc.assert(
    fc.property(resource, (made) => {
      const errors = findErrors(structuredClone(made));
      if (errors.length > 0) seen.invalid++;
      if (!isProvenValid(made)) return;
      seen.proven++;
      expect(errors).toEqual([]);
      expect(Object.values(surveyResource(made))).not.toContain(true);
    }),
    // Shrinking what `gen` drew would take hours.
    { numRuns: 4000, endOnFailure: true, seed: Number(process.env.FC_SEED ?? 20_261_123) },
  );
  expect(seen.proven).toBeGreaterThan(200);
  expect(seen.invalid).toBeGreaterThan(200);
});

test.each(Object.keys(fhirTypeToJsType).filter((type) => !type.includes('/')))(
  'a %s is proven only if the validator takes it',
  (type) => {
    const property = `value${type.charAt(0).toUpperCase()}${type.slice(1)}`;
    for (const value of [...Object.values(VALUES).flat(), ...STRANGE]) {
      const resource = {
        resourceType: 'Basic',
        code: { text: 'a' },
        extension: [{ url: 'http://example.org/e', [property]: value }],
      };
      if (isProvenValid(resource)) expect({ value, errors: findErrors(resource) }).toEqual({ value, errors: [] });
    }
  },
);

test('an invariant that goes on behind its alternatives is not told by them', () => {
  const told = invariantProof('status.empty() or code.exists() xor subject.exists()', 'Observation', false);
  expect(told({ subject: { reference: 'Patient/p1' } })).toBe(false);
  expect(told({})).toBe(true);
});

/** A number from 0 to `max`. */
type Draw = (max: number) => number;

const VALUES: Readonly<Record<string, readonly Json[]>> = {
  boolean: [true, false],
  decimal: [0, 1.5, -3, 1e30],
  integer: [0, 7, -7, 2 ** 31, 1.5],
  positiveInt: [1, 3, 0],
  unsignedInt: [0, 3, -1],
  base64Binary: ['SGVsbG8=', 'SGVsbG8', 'S G8=', 'SGVsb==='],
  uuid: ['urn:uuid:00000000-0000-4000-8000-000000000000'],
  oid: ['urn:oid:1.2.3'],
  date: ['2020', '2020-02', '2020-02-29', '2021-02-29', '2020-13'],
  dateTime: ['2020', '2020-02-29T10:00:00Z', '2021-02-29T10:00:00Z', '2020-01-01T10:00', '2020-01-01 10:00:00'],
  instant: ['2020-02-29T10:00:00.5Z', '2021-02-29T10:00:00.5Z', '2020-02-29'],
  time: ['10:00:00', '10:00'],
  code: ['final', 'entered-in-error', 'group', ' a', 'a  b'],
  uri: ['http://unitsofmeasure.org', 'urn:x', 'a b'],
  string: ['a', 'b', ' ', 'a\u0000'],
};

const STRANGE: readonly (Json | undefined)[] = [
  null,
  '',
  ' ',
  0,
  -1.5,
  Number.MAX_VALUE,
  true,
  'x'.repeat(20),
  'a b',
  'ä\u0007',
  [],
  {},
  [null],
  [{}],
  [[]],
  ['a'],
  { id: '' },
  { value: 1 },
  { resourceType: 'Patient' },
  { extension: [] },
  { extension: [{ url: 'u' }] },
];
const NAMES = [
  'extension',
  '_status',
  '_id',
  'value',
  'valueString',
  'id',
  'resourceType',
  'toString',
  '__proto__',
  'x',
];

function pick<T>(draw: Draw, from: readonly T[]): T {
  return from[draw(from.length - 1)] as T;
}

/** Drawn from the definitions, and now and then not as they say. */
function makeResource(draw: Draw): JsonObject {
  const types = Object.keys(getAllDataTypes()).filter(isResourceType);
  const type =
    draw(1) === 0 ? pick(draw, ['Observation', 'Condition', 'Patient', 'Encounter', 'List']) : pick(draw, types);
  const isFaulty = draw(1) === 0;
  return makeObject(draw, type, 4, isFaulty);
}

function makeObject(draw: Draw, type: string, depth: number, isFaulty: boolean): JsonObject {
  if (type === 'Extension' && draw(4) > 0) return { url: 'http://example.org/e', valueString: 'a' };
  const made: JsonObject = isResourceType(type) ? { resourceType: type } : {};
  for (const [name, element] of Object.entries(tryGetDataType(type)?.elements ?? {})) {
    const isWanted = element.min > 0 ? !isFaulty || draw(30) > 0 : depth > 0 && draw(40) < depth;
    if (!isWanted) continue;
    const { code } = pick(draw, element.type);
    const property = name.replace('[x]', code.charAt(0).toUpperCase() + code.slice(1));
    made[property] = makeValue(draw, element, code, depth, isFaulty);
  }
  if (isFaulty && draw(30) === 0) made[pick(draw, NAMES)] = pick(draw, STRANGE);
  return made;
}

function makeValue(
  draw: Draw,
  element: InternalSchemaElement,
  code: string,
  depth: number,
  isFaulty: boolean,
): Json | undefined {
  const item = (): Json | undefined => {
    if (isFaulty && draw(40) === 0) return pick(draw, STRANGE);
    if (isPrimitiveType(code)) return pick(draw, VALUES[code]?.slice(0, isFaulty ? undefined : 2) ?? ['a', 'b']);
    const type = code === 'Resource' ? pick(draw, ['Organization', 'Observation']) : code;
    return makeObject(draw, type, depth - 1, isFaulty);
  };
  const isList = (element.isArray === true) !== (isFaulty && draw(40) === 0);
  return isList ? Array.from({ length: 1 + draw(1) }, () => item() ?? null) : item();
}
