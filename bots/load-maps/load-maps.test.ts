import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConceptMap, ConceptMapGroupElement } from '@medplum/fhirtypes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DeployWorld, startDeployWorld } from '../test/deploy-world.ts';
import { canExist } from './check-code.ts';
import { checkMap } from './check-map.ts';
import { describeLoaded } from './describe-loaded.ts';
import { loadMaps, shippedMaps } from './load-maps.ts';

let world: DeployWorld;
let folder: string;

beforeAll(async () => {
  world = await startDeployWorld();
  folder = await mkdtemp(join(tmpdir(), 'maps-'));
});

afterAll(async () => {
  await world.close();
  await rm(folder, { recursive: true });
});

const element = (code: string, target = '2823-3'): ConceptMapGroupElement => ({
  code,
  target: [{ code: target, equivalence: 'equivalent' }],
});

function makeMap(elements: ConceptMapGroupElement[], changes: Partial<ConceptMap> = {}): ConceptMap {
  return {
    resourceType: 'ConceptMap',
    url: 'urn:map:lab',
    status: 'active',
    group: [{ source: 'urn:lab', target: 'http://loinc.org', element: elements }],
    ...changes,
  };
}

async function load(map: unknown): Promise<string[]> {
  const file = join(folder, 'lab.json');
  await writeFile(file, typeof map === 'string' ? map : JSON.stringify(map));
  return describeLoaded(await loadMaps(world.admin, [file]));
}

const storedCodes = async (): Promise<(string | undefined)[]> => {
  const maps = await world.admin.searchResources('ConceptMap', { url: 'urn:map:lab' }, { cache: 'reload' });
  return maps.flatMap(({ group = [] }) => group.flatMap((one) => one.element.map(({ code }) => code)));
};

test('the maps that come with the bot are sound, and a second run writes nothing', async () => {
  const files = await shippedMaps();
  expect(files.length).toBeGreaterThan(4);
  await loadMaps(world.admin, files);
  const writes = world.server.countWrites();
  const second = await loadMaps(world.admin, files);
  expect(describeLoaded(second)).toEqual(files.map((file) => `${file.split('/').at(-1)}: unchanged`));
  expect(world.server.countWrites()).toBe(writes);
});

test('a large map is stored in parts, of which only those are written that changed, and what it lost is deleted', async () => {
  const codes = Array.from({ length: 1200 }, (_, index) => `c${index}`);
  expect(await load(makeMap(codes.map((code) => element(code))))).toEqual(['lab.json: 3 of 3 parts written']);
  expect((await storedCodes()).toSorted()).toEqual(codes.toSorted());
  const changed = codes.map((code, index) => element(code, index === 700 ? '2951-2' : '2823-3'));
  expect(await load(makeMap(changed))).toEqual(['lab.json: 1 of 3 parts written']);
  expect(await load(makeMap(changed.slice(0, 500)))).toEqual(['lab.json: 0 of 1 parts written, 2 deleted']);
  expect(await storedCodes()).toEqual(codes.slice(0, 500));
});

test('a map of this url that somebody else made is left alone', async () => {
  const other = await world.admin.createResource(makeMap([element('x')]));
  await load(makeMap([element('y')]));
  expect(await world.admin.readResource('ConceptMap', other.id, { cache: 'reload' })).toMatchObject({
    meta: { versionId: other.meta?.versionId },
  });
});

test.each<[string, unknown, string]>([
  ['what is not JSON', '{', 'it is not JSON'],
  ['another resource', { resourceType: 'ValueSet' }, 'it is no ConceptMap'],
  ['a draft', makeMap([element('a')], { status: 'draft' }), 'status: only an active map is used'],
  ['one without a url', makeMap([element('a')], { url: '' }), 'url: '],
  ['one that maps nothing', makeMap([], { group: [] }), 'group: it maps nothing'],
  ['a code twice', makeMap([element('a'), element('a')]), 'group[0].element[1]: a stands in element[0] already'],
  ['a code with blanks', makeMap([element(' a')]), 'group[0].element[0].code: '],
  ['a mistyped code', makeMap([element('a', '2832-3')]), '2832-3 cannot be a code of http://loinc.org'],
  [
    'a target that is no standard system',
    makeMap([], { group: [{ source: 'urn:lab', target: 'urn:x', element: [element('a')] }] }),
    'group[0].target: one of http://loinc.org',
  ],
])('%s is refused with the place, and nothing is stored', async (_, map, fault) => {
  const writes = world.server.countWrites();
  await expect(load(map)).rejects.toThrow(fault);
  expect(world.server.countWrites()).toBe(writes);
});

test('every fault is told at once, and a file that is not there too', async () => {
  const checked = checkMap(JSON.stringify(makeMap([element('a', '1'), element('b', '2')], { status: 'draft' })));
  expect('faults' in checked && checked.faults).toHaveLength(3);
  await expect(loadMaps(world.admin, [join(folder, 'none.json')])).rejects.toThrow('none.json cannot be read');
});

test.each([
  ['http://loinc.org', '2160-0', '2160-1'],
  ['http://loinc.org', '59408-5', '59480-5'],
  ['http://snomed.info/sct', '59621000', '59261000'],
  ['http://snomed.info/sct', '195967001', '195967002'],
  ['http://www.nlm.nih.gov/research/umls/rxnorm', '7980', 'R7980'],
  ['http://hl7.org/fhir/sid/cvx', '03', 'MMR'],
  ['http://unitsofmeasure.org', '10*3/uL', 'K / uL'],
])('%s has a code %s and none %s', (system, code, wrong) => {
  expect([canExist(system, code), canExist(system, wrong)]).toEqual([true, false]);
});
