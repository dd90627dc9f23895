import {
  ADDED_CODE_EXTENSION,
  ADDED_CODE_SYSTEM,
  ORG_CONNECTION_SYSTEM,
  UNIT_TEXT_SYSTEM,
} from '@fasten-medplum/bridge/contract/identifiers';
import type { BotEvent, WithId } from '@medplum/core';
import type { ConceptMap, Observation, Resource, Specimen } from '@medplum/fhirtypes';
import { MockClient } from '@medplum/mock';
import { beforeEach, expect, test } from 'vitest';
import { handler } from './normalise-codes.ts';

const LAB = 'urn:lab';
const LOINC = 'http://loinc.org';
const UCUM = 'http://unitsofmeasure.org';

let medplum: MockClient;

beforeEach(() => {
  medplum = new MockClient();
});

function makeMap(
  changes: Partial<ConceptMap> = {},
  [code, target] = ['K', '2823-3'],
  equivalence = 'equivalent',
): ConceptMap {
  const target1 = [{ code: target, display: 'Potassium', equivalence: equivalence as 'equivalent' }];
  return {
    resourceType: 'ConceptMap',
    url: `urn:map:${code}`,
    version: '2',
    status: 'active',
    group: [{ source: LAB, target: LOINC, element: [{ code, target: target1 }] }],
    ...changes,
  };
}

const UNITS: ConceptMap = {
  resourceType: 'ConceptMap',
  url: 'urn:map:units',
  status: 'active',
  group: [
    {
      source: UNIT_TEXT_SYSTEM,
      target: UCUM,
      element: [{ code: 'mmol/l', target: [{ code: 'mmol/L', equivalence: 'equivalent' }] }],
    },
  ],
};

function store(changes: Partial<Observation> = {}): Promise<WithId<Observation>> {
  return medplum.createResource<Observation>({
    resourceType: 'Observation',
    meta: { tag: [{ system: 'urn:tag', code: 'its own' }] },
    status: 'final',
    code: { coding: [{ system: LAB, code: 'K', display: 'Kalium' }], text: 'K' },
    valueQuantity: { value: 4, unit: 'mmol/l' },
    ...changes,
  });
}

function run(input: Resource): Promise<Resource | undefined> {
  const event: BotEvent<Resource> = {
    bot: { reference: 'Bot/1' },
    contentType: 'application/fhir+json',
    input,
    secrets: {},
  };
  return handler(medplum, event);
}

const read = (id: string) => medplum.readResource('Observation', id, { cache: 'reload' });

const ADDED = {
  extension: [
    {
      url: ADDED_CODE_EXTENSION,
      extension: [
        { url: 'from', valueCoding: { system: LAB, code: 'K' } },
        { url: 'map', valueUri: 'urn:map:K|2' },
      ],
    },
  ],
  system: LOINC,
  code: '2823-3',
  display: 'Potassium',
  userSelected: false,
};

test('standard codes stand beside the local ones, and say what they were made of and by which map', async () => {
  await medplum.createResource(makeMap());
  await medplum.createResource(UNITS);
  const { id } = await store();
  expect(await run(await read(id))).toBeDefined();
  const now = await read(id);
  expect(now.code).toEqual({ coding: [{ system: LAB, code: 'K', display: 'Kalium' }, ADDED], text: 'K' });
  expect(now.valueQuantity).toMatchObject({
    value: 4,
    unit: 'mmol/l',
    system: UCUM,
    code: 'mmol/L',
    extension: [{ url: ADDED_CODE_EXTENSION, extension: [{ valueString: 'mmol/l' }, { valueUri: 'urn:map:units' }] }],
  });
  expect(now.meta?.tag).toEqual([
    { system: 'urn:tag', code: 'its own' },
    { system: ADDED_CODE_SYSTEM, code: `${LOINC}#2823-3` },
    { system: ADDED_CODE_SYSTEM, code: `${UCUM}#mmol/L` },
  ]);
  expect(await run(now)).toBeUndefined();
});

test('codes in components are mapped too', async () => {
  await medplum.createResource(makeMap());
  const { id } = await store({ component: [{ code: { coding: [{ system: LAB, code: 'K' }] } }] });
  await run(await read(id));
  expect((await read(id)).component?.[0]?.code.coding?.[1]?.code).toBe('2823-3');
});

test('codes and units are mapped wherever they stand, but not in extensions, which are no claims of the record', async () => {
  await medplum.createResource(makeMap());
  await medplum.createResource(UNITS);
  const code = { coding: [{ system: LAB, code: 'K' }] };
  const limit = { value: 3.5, unit: 'mmol/l' };
  const { id } = await store({
    code: { text: 'without a code' },
    valueQuantity: undefined as never,
    valueCodeableConcept: code,
    method: code,
    referenceRange: [{ low: limit, appliesTo: [code] }],
    component: [{ code, valueRange: { low: limit, high: { ...limit, extension: [{ url: 'urn:of-its-own' }] } } }],
    contained: [{ resourceType: 'Specimen', id: 'tube', type: code, collection: { quantity: limit } }],
    extension: [{ url: 'urn:said', valueCodeableConcept: code }],
  });
  await run(await read(id));
  const now = await read(id);
  const { extension, contained: [tube] = [], component: [part] = [], referenceRange: [range] = [] } = now;
  const specimen = tube as Specimen;
  const concepts = [now.valueCodeableConcept, now.method, range?.appliesTo?.[0], part?.code, specimen.type];
  expect(concepts.map((one) => one?.coding?.[1]?.code)).toEqual(concepts.map(() => '2823-3'));
  const units = [range?.low, part?.valueRange?.low, part?.valueRange?.high, specimen.collection?.quantity];
  expect(units.map((one) => one?.code)).toEqual(units.map(() => 'mmol/L'));
  expect(part?.valueRange?.high?.extension).toHaveLength(2);
  expect(extension?.[0]?.valueCodeableConcept).toEqual(code);
  expect(await run(now)).toBeUndefined();
});

test('a code under the OID of its system gets the name that FHIR has, where a map says so', async () => {
  const oid = 'urn:oid:2.16.840.1.113883.6.1';
  const target = [{ code: '2823-3', equivalence: 'equal' as const }];
  await medplum.createResource(
    makeMap({ group: [{ source: oid, target: LOINC, element: [{ code: '2823-3', target }] }] }),
  );
  const { id } = await store({ code: { coding: [{ system: oid, code: '2823-3' }] } });
  await run(await read(id));
  expect((await read(id)).code.coding?.map(({ system }) => system)).toEqual([oid, LOINC]);
});

test.each<[string, ConceptMap[], Partial<Observation>]>([
  [
    'the source has a code of that system itself',
    [makeMap()],
    {
      code: {
        coding: [
          { system: LAB, code: 'K' },
          { system: LOINC, code: '6298-4' },
        ],
      },
    },
  ],
  [
    'the source has a code of that system under its OID',
    [makeMap()],
    {
      code: {
        coding: [
          { system: LAB, code: 'K' },
          { system: 'urn:oid:2.16.840.1.113883.6.1', code: '6298-4' },
        ],
      },
    },
  ],
  ['the map is a draft', [makeMap({ status: 'draft' })], {}],
  ['the map says that it is narrower', [makeMap({}, ['K', '2823-3'], 'narrower')], {}],
  [
    'the map is about another system',
    [
      makeMap({
        group: [
          {
            source: 'urn:other',
            target: LOINC,
            element: [{ code: 'K', target: [{ code: '2823-3', equivalence: 'equal' }] }],
          },
        ],
      }),
    ],
    {},
  ],
  [
    'the map leads to no standard system',
    [
      makeMap({
        group: [
          {
            source: LAB,
            target: 'urn:billing',
            element: [{ code: 'K', target: [{ code: '1', equivalence: 'equal' }] }],
          },
        ],
      }),
    ],
    {},
  ],
  ['two maps disagree', [makeMap(), makeMap({ url: 'urn:map:second' }, ['K', '6298-4'])], {}],
  [
    'the quantity has a code that is no UCUM',
    [UNITS],
    { valueQuantity: { value: 4, unit: 'mmol/l', system: 'urn:u', code: 'x' } },
  ],
])('nothing is added when %s', async (_, maps, changes) => {
  for (const map of maps) await medplum.createResource(map);
  const { id } = await store(changes);
  expect(await run(await read(id))).toBeUndefined();
});

test('what a map does not say any more goes, and what it says instead comes', async () => {
  const map = await medplum.createResource(makeMap());
  const { id } = await store();
  await run(await read(id));
  await medplum.updateResource<ConceptMap>({ ...makeMap({}, ['K', '6298-4']), id: map.id });
  await run(await read(id));
  expect((await read(id)).code.coding?.map(({ code }) => code)).toEqual(['K', '6298-4']);
  await medplum.deleteResource('ConceptMap', map.id);
  await run(await read(id));
  const { code, meta } = await read(id);
  expect(code.coding).toEqual([{ system: LAB, code: 'K', display: 'Kalium' }]);
  expect(meta?.tag).toEqual([{ system: 'urn:tag', code: 'its own' }]);
});

test('a code that a person took out stays out, and one whose mark they took off is theirs', async () => {
  await medplum.createResource(makeMap());
  const { id } = await store();
  await run(await read(id));
  const now = await read(id);
  await medplum.updateResource<Observation>({
    ...now,
    code: { ...now.code, coding: now.code.coding?.slice(0, 1) ?? [] },
  });
  expect(await run(await read(id))).toBeUndefined();

  const other = await store();
  await run(await read(other.id));
  const { extension: _, ...adopted } = ADDED;
  await medplum.updateResource<Observation>({
    ...(await read(other.id)),
    code: { coding: [{ system: LAB, code: 'K' }, adopted] },
  });
  await run(await read(other.id));
  expect((await read(other.id)).code.coding).toEqual([{ system: LAB, code: 'K' }, adopted]);
});

test('what was edited between the event and the bot’s turn is worked on as it is now', async () => {
  await medplum.createResource(makeMap());
  const { id } = await store();
  const before = await read(id);
  await medplum.updateResource<Observation>({ ...before, status: 'amended' });
  await run(before);
  const now = await read(id);
  expect(now.status).toBe('amended');
  expect(now.code.coding).toHaveLength(2);
});

test('a resource that is gone meanwhile, and types that are not coded, are passed over', async () => {
  await medplum.createResource(makeMap());
  const gone = await store();
  await medplum.deleteResource('Observation', gone.id);
  expect(await run(gone)).toBeUndefined();
  expect(await run({ resourceType: 'Basic', id: '1', code: { coding: [{ system: LAB, code: 'K' }] } })).toBeUndefined();
});

test("a map that came with somebody's record says nothing of other records", async () => {
  await medplum.createResource(makeMap({ meta: { tag: [{ system: ORG_CONNECTION_SYSTEM, code: 'c-1' }] } }));
  const { id } = await store();
  expect(await run(await read(id))).toBeUndefined();
});
