import { DUPLICATE_RULE_SYSTEM, ORG_CONNECTION_SYSTEM } from '@fasten-medplum/bridge/contract/identifiers';
import type { MedplumClient, WithId } from '@medplum/core';
import type { Linkage, Observation, Patient, Resource } from '@medplum/fhirtypes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clusterFromLinkage } from '../contract/duplicate-cluster.ts';
import { endedConnectionsSchema, erasureSchema } from '../contract/erasure.ts';
import { connectChart, storeChart, UNMISTAKABLE } from './connect-chart.ts';
import { deployToWorld, feedsOf } from './deploy-to-world.ts';
import { eventually, startWorld, type World } from './start-world.ts';

let world: World;
let clinician: MedplumClient;
let admin: MedplumClient;
let botId: string;
let patient: WithId<Patient>;
let second: string;

beforeAll(async () => {
  world = await startWorld();
  clinician = await world.signIn('clinician@example.com');
  admin = await deployToWorld(world, ['find-duplicates']);
  botId = (await admin.searchOne('Bot', { name: 'find-duplicates' }))?.id ?? '';
  patient = await storeChart(clinician, UNMISTAKABLE);
});

afterAll(() => world.close());

/** Connects a health system that tells of the same person and the same facts, each under its own ids. */
async function connect(idSeed: number): Promise<string> {
  const fedBefore = feeds().length;
  const persona = { seed: 41, idSeed, resources: 90, documentBytes: 200, patient: UNMISTAKABLE };
  const { orgConnectionId } = await connectChart(world, clinician, patient, { persona });
  await eventually(async () => (feeds().length > fedBefore ? true : undefined));
  return orgConnectionId;
}

const feeds = () => feedsOf(world, botId);

async function clusters(reader: MedplumClient): Promise<WithId<Linkage>[]> {
  const query = { _compartment: `Patient/${patient.id}`, _count: '1000' };
  return [...(await reader.searchResources('Linkage', query, { cache: 'reload' }))];
}

async function ofSource(type: 'Immunization' | 'AllergyIntolerance' | 'Condition' | 'Observation', source: string) {
  const query = { _tag: `${ORG_CONNECTION_SYSTEM}|${source}`, _count: '1000' };
  return (await clinician.searchResources(type, query, { cache: 'reload' })) as readonly WithId<Resource>[];
}

test('two health systems that tell of the same: when the second import is done, each fact is one cluster, once', async () => {
  const first = await connect(41);
  expect(await clusters(clinician)).toEqual([]);
  second = await connect(42);
  expect(feeds().map(({ failed }) => failed)).toEqual([0, 0]);

  const found = await clusters(clinician);
  const members = found.flatMap((linkage) => clusterFromLinkage(linkage)?.members ?? []);
  expect(new Set(members).size).toBe(members.length);
  expect(found.every(({ item, active }) => item.length === 2 && active)).toBe(true);
  for (const type of ['Immunization', 'AllergyIntolerance', 'Condition'] as const) {
    for (const source of [first, second]) {
      const missing = (await ofSource(type, source)).filter(({ id }) => !members.includes(`${type}/${id}`));
      expect([type, missing.length]).toEqual([type, 0]);
    }
  }
  expect(members.filter((member) => member.startsWith('Observation/')).length).toBeGreaterThan(20);
  expect(members.filter((member) => member.startsWith('Patient/'))).toHaveLength(2);
  const rules = new Set(
    found
      .flatMap(({ meta }) => meta?.tag ?? [])
      .filter(({ system }) => system === DUPLICATE_RULE_SYSTEM)
      .map(({ code }) => code),
  );
  expect([...rules]).toEqual(
    expect.arrayContaining(['immunization-same-code', 'person-same-traits', 'result-same-code']),
  );

  const own = await world.signInAs(patient);
  expect(await clusters(own)).toHaveLength(found.length);
});

test('handed over once more, and all of it at once, nothing changes', async () => {
  const versions = async () => (await clusters(clinician)).map(({ id, meta }) => `${id} ${meta?.versionId}`).sort();
  const before = await versions();
  const results = await clinician.searchResources(
    'Observation',
    { patient: `Patient/${patient.id}` },
    { cache: 'reload' },
  );
  await Promise.all(results.map((result) => admin.executeBot(botId, result, 'application/fhir+json')));
  expect(await versions()).toEqual(before);
});

test('a clinician’s edit reaches the cluster by itself, a deletion at the next look, and what a clinician ended stays so', async () => {
  const clusterOf = async ({ id }: { id: string }) =>
    (await clusters(clinician)).find(
      (one) => one.active && one.item.some(({ resource }) => resource.reference === `Observation/${id}`),
    );
  const results: readonly WithId<Observation>[] = await clinician.searchResources(
    'Observation',
    { patient: `Patient/${patient.id}`, _count: '50' },
    { cache: 'reload' },
  );
  const [edited, deleted, ended] = await pickOfThree(results, clusterOf);
  await clinician.updateResource<Observation>({ ...edited, status: 'entered-in-error' });
  await eventually(async () => ((await clusterOf(edited)) ? undefined : true));

  const members = (await clusterOf(deleted))?.item.map(({ resource }) => resource.reference?.split('/')[1]) ?? [];
  const left = members.find((id) => id !== deleted.id) ?? '';
  await clinician.deleteResource('Observation', deleted.id);
  const other = await clinician.readResource('Observation', left, { cache: 'reload' });
  await admin.executeBot(botId, other, 'application/fhir+json');
  expect(await clusterOf(deleted)).toBeUndefined();

  const linkage = await clusterOf(ended);
  await clinician.updateResource<Linkage>({ ...(linkage as Linkage), active: false });
  await clinician.updateResource<Observation>({ ...ended, note: [{ text: 'looked at' }] });
  await admin.executeBot(botId, ended, 'application/fhir+json');
  expect(await clusterOf(ended)).toBeUndefined();
});

test('an erasure of one health system takes its clusters along, but for the one that a person ended', async () => {
  const [ended, ...others] = (await clusters(clinician)).toSorted((a, b) => Number(isByHand(b)) - Number(isByHand(a)));
  const { body } = await world.call(clinician, 'DELETE', `/connections/${patient.id}/${second}?erase=true`);
  expect(others.length).toBeGreaterThan(20);
  const [erasure] = endedConnectionsSchema.parse(body).erasures;
  await eventually(async () => {
    const { status } = erasureSchema.parse(
      (await world.call(clinician, 'GET', `/erasures/${erasure?.erasureId}`)).body,
    );
    return status === 'completed' ? true : undefined;
  });
  expect((await clusters(clinician)).map(({ id }) => id)).toEqual([ended?.id]);
});

function isByHand({ meta }: Linkage): boolean {
  return meta?.author?.reference?.startsWith('Practitioner/') ?? false;
}

/** Three of three clusters. */
async function pickOfThree(
  results: readonly WithId<Observation>[],
  clusterOf: (one: { id: string }) => Promise<WithId<Linkage> | undefined>,
): Promise<[WithId<Observation>, WithId<Observation>, WithId<Observation>]> {
  const picked = new Map<string, WithId<Observation>>();
  for (const result of results) {
    const linkage = await clusterOf(result);
    if (linkage && !picked.has(linkage.id)) picked.set(linkage.id, result);
  }
  const [a, b, c] = picked.values();
  if (!a || !b || !c) throw new Error(`only ${picked.size} clusters`);
  return [a, b, c];
}
