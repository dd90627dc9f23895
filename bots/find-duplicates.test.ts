import {
  DUPLICATE_RULE_SYSTEM,
  ORG_CONNECTION_SYSTEM,
  SAME_PERSON_SYSTEM,
} from '@fasten-medplum/bridge/contract/identifiers';
import type { BotEvent, WithId } from '@medplum/core';
import type { Condition, Immunization, Linkage, Patient, Provenance, Resource, Task } from '@medplum/fhirtypes';
import { MockClient } from '@medplum/mock';
import { beforeEach, expect, test, vi } from 'vitest';
import { handler } from './find-duplicates.ts';

const CVX = 'http://hl7.org/fhir/sid/cvx';

let medplum: MockClient;
let patient: WithId<Patient>;

beforeEach(async () => {
  medplum = new MockClient();
  patient = await medplum.createResource<Patient>({ resourceType: 'Patient', name: [{ family: 'Beispiel' }] });
});

async function run(input: object): Promise<Linkage[]> {
  const event = { bot: { reference: 'Bot/1' }, contentType: 'application/fhir+json', input, secrets: {} };
  return (await handler(medplum, event as BotEvent<Resource>)) ?? [];
}

function addFrom<T extends Resource>(namespace: string | undefined, resource: T): Promise<WithId<T>> {
  const meta = namespace ? { tag: [{ system: ORG_CONNECTION_SYSTEM, code: namespace }] } : {};
  return medplum.createResource({ ...resource, meta });
}

function shot(more: Partial<Immunization> = {}): Immunization {
  return {
    resourceType: 'Immunization',
    status: 'completed',
    patient: { reference: `Patient/${patient.id}` },
    vaccineCode: { coding: [{ system: CVX, code: '150' }] },
    occurrenceDateTime: '2024-10-01',
    ...more,
  };
}

const linkages = async (): Promise<WithId<Linkage>[]> => [
  ...(await medplum.searchResources('Linkage', { _count: '100' }, { cache: 'reload' })),
];
const active = async () => (await linkages()).filter((one) => one.active);
const membersOf = ({ item }: Linkage) => item.map(({ resource }) => resource.reference).sort();
const references = (...resources: Resource[]) => resources.map((one) => `${one.resourceType}/${one.id}`).sort();

test('the same of two sources becomes one cluster with its rule, in the patient’s compartment, and leads back to both', async () => {
  const one = await addFrom('portal', shot());
  expect(await run(one)).toEqual([]);
  const other = await addFrom('clinic', shot({ occurrenceDateTime: '2024-10-01T15:30:00Z' }));
  await run(other);
  await run(one);
  const [linkage, ...others] = await linkages();
  expect(others).toEqual([]);
  expect(linkage).toMatchObject({ active: true, meta: { accounts: [{ reference: `Patient/${patient.id}` }] } });
  expect(membersOf(linkage as Linkage)).toEqual(references(one, other));
  expect(linkage?.item.map(({ type }) => type)).toEqual(['source', 'alternate']);
  expect(linkage?.meta?.tag).toContainEqual({ system: DUPLICATE_RULE_SYSTEM, code: 'immunization-same-code' });
  for (const member of references(one, other)) {
    const told: readonly Provenance[] = await medplum.searchResources('Provenance', { entity: member });
    expect(told.map(({ target }) => target)).toEqual([[{ reference: `Linkage/${linkage?.id}` }]]);
  }
});

test('nothing is doubled by two runs at once', async () => {
  const all = [await addFrom('a', shot()), await addFrom('b', shot()), await addFrom('c', shot())];
  await Promise.all(all.map(run));
  for (const one of all) await run(one);
  expect((await active()).map(membersOf)).toEqual([references(...all)]);
});

test('a third source joins; what one source says twice stays two', async () => {
  const [one, again] = [await addFrom('a', shot()), await addFrom('a', shot())];
  await run(one);
  await run(again);
  expect(await linkages()).toEqual([]);
  const other = await addFrom('b', shot());
  await run(other);
  const third = await addFrom(undefined, shot());
  await run(third);
  const [cluster, ...others] = await active();
  expect(others).toEqual([]);
  expect(cluster?.item).toHaveLength(3);
  expect(membersOf(cluster as Linkage)).toEqual(expect.arrayContaining(references(other, third)));
});

test('a member that changes leaves; the last two end with it, and come back when it does', async () => {
  const all = [await addFrom('a', shot()), await addFrom('b', shot()), await addFrom('c', shot())] as const;
  for (const one of all) await run(one);
  await run(await medplum.updateResource({ ...all[0], occurrenceDateTime: '2023-10-01' }));
  expect((await active()).map(membersOf)).toEqual([references(all[1], all[2])]);
  await run(await medplum.updateResource({ ...all[1], status: 'entered-in-error' }));
  expect(await active()).toEqual([]);
  await run(await medplum.updateResource({ ...all[1], status: 'completed' }));
  expect((await active()).map(membersOf)).toEqual([references(all[1], all[2])]);
});

test('a member that is deleted leaves', async () => {
  const all = [await addFrom('a', shot()), await addFrom('b', shot()), await addFrom('c', shot())] as const;
  for (const one of all) await run(one);
  await medplum.deleteResource('Immunization', all[0].id);
  await run({ deletedResource: all[0] });
  expect((await active()).map(membersOf)).toEqual([references(all[1], all[2])]);
});

test('what a person ended stays apart, and each may still be joined by another', async () => {
  const [one, other] = [await addFrom('a', shot()), await addFrom('b', shot())];
  await run(one);
  const [linkage] = await linkages();
  const ended = await medplum.updateResource<Linkage>({ ...(linkage as Linkage), active: false });
  await run(one);
  await run(other);
  expect(await linkages()).toHaveLength(1);
  const third = await addFrom('c', shot());
  await run(third);
  await run(other);
  const [now, ...others] = await active();
  expect(others).toEqual([]);
  expect([now?.item.length, now?.id === ended.id]).toEqual([2, false]);
  expect(membersOf(now as Linkage)).toContain(references(third)[0]);
});

test('whom a person took out of a cluster, or put into one, stays so', async () => {
  const all = [await addFrom('a', shot()), await addFrom('b', shot()), await addFrom('c', shot())] as const;
  for (const one of all) await run(one);
  const [linkage] = (await linkages()) as [Linkage];
  const item = linkage.item.filter(({ resource }) => resource.reference !== `Immunization/${all[0].id}`);
  await medplum.updateResource<Linkage>({ ...linkage, item });
  for (const one of all) await run(one);
  expect((await linkages()).map(membersOf)).toEqual([references(all[1], all[2])]);

  const made = [
    await addFrom('a', shot({ occurrenceDateTime: '2001-01-01' })),
    await addFrom('b', shot({ occurrenceDateTime: '2002-01-01' })),
  ];
  const byHand = made.map((one, at) => {
    return {
      type: at === 0 ? ('source' as const) : ('alternate' as const),
      resource: { reference: `Immunization/${one.id}` },
    };
  });
  await medplum.createResource<Linkage>({ resourceType: 'Linkage', active: true, item: byHand });
  for (const one of made) await run(one);
  expect((await active()).map(membersOf)).toContainEqual(references(...made));
});

test('another patient’s record is never in it', async () => {
  const stranger = await medplum.createResource<Patient>({ resourceType: 'Patient' });
  await addFrom('b', shot({ patient: { reference: `Patient/${stranger.id}` } }));
  expect(await run(await addFrom('a', shot()))).toEqual([]);
});

test('a diagnosis in SNOMED CT and one in ICD-10 come together', async () => {
  const condition = (system: string, code: string): Condition => ({
    resourceType: 'Condition',
    subject: { reference: `Patient/${patient.id}` },
    code: { coding: [{ system, code }] },
    recordedDate: '2020-01-01',
  });
  const one = await addFrom('a', condition('http://snomed.info/sct', '44054006'));
  const other = await addFrom('b', condition('http://hl7.org/fhir/sid/icd-10-cm', 'E11.9'));
  const [linkage] = await run(other);
  expect(membersOf(linkage as Linkage)).toEqual(references(one, other));
});

test('what matches nothing costs one request, however much the record holds', async () => {
  for (let year = 1950; year < 2010; year++) await addFrom('a', shot({ occurrenceDateTime: `${year}-10-01` }));
  const one = await addFrom('b', shot());
  const requests = vi.spyOn(medplum, 'fetch');
  expect(await run(one)).toEqual([]);
  expect(requests).toHaveBeenCalledTimes(1);
  expect(JSON.stringify(requests.mock.calls[0])).toContain('date=ge2024-09-30');
});

test.each<[string, object]>([
  ['another resource', { resourceType: 'Basic', id: '1', code: {} }],
  ['the deletion of another resource', { deletedResource: { resourceType: 'Basic', id: '1' } }],
  [
    'a Task about something else',
    { resourceType: 'Task', id: '1', status: 'completed', intent: 'order' } satisfies Task,
  ],
  [
    'a record about nobody',
    {
      resourceType: 'Observation',
      id: '1',
      status: 'final',
      code: {},
      effectiveDateTime: '2020-01-01',
      valueInteger: 1,
    },
  ],
])('%s is passed over', async (_, input) => {
  expect(await run(input)).toEqual([]);
});

const person = (more: Partial<Patient> = {}): Patient => ({
  resourceType: 'Patient',
  name: [{ family: 'Okafor', given: ['William', 'James'] }],
  birthDate: '1948-03-12',
  gender: 'male',
  ...more,
});
const boundTo = ({ id }: { id?: string | undefined }): Partial<Patient> => ({
  active: false,
  link: [{ type: 'replaced-by', other: { reference: `Patient/${id}` } }],
});
const asked = async (): Promise<WithId<Task>[]> => [
  ...(await medplum.searchResources('Task', { identifier: `${SAME_PERSON_SYSTEM}|` }, { cache: 'reload' })),
];

test('the same person at two sources of one chart becomes a cluster of that chart; the chart itself is no member', async () => {
  const chart = await medplum.createResource(person());
  const [one, other] = [await addFrom('a', person(boundTo(chart))), await addFrom('b', person(boundTo(chart)))];
  await run(one);
  await run(other);
  await run(chart);
  const [linkage, ...others] = await active();
  expect(others).toEqual([]);
  expect(linkage).toMatchObject({ meta: { accounts: [{ reference: `Patient/${chart.id}` }] } });
  expect(membersOf(linkage as Linkage)).toEqual(references(one, other));
  expect(await asked()).toEqual([]);
});

test('about two charts that may be one person somebody is asked once, without a word about them, and the answer holds', async () => {
  const [one, other] = [await medplum.createResource(person()), await medplum.createResource(person())];
  const source = await addFrom('a', person(boundTo(one)));
  for (const each of [one, other, source]) await run(each);
  const [task, ...others] = await asked();
  expect(others).toEqual([]);
  expect(await active()).toEqual([]);
  expect(task?.for).toBeUndefined();
  expect(JSON.stringify(task)).not.toMatch(/Okafor|William|1948/);

  await run(await medplum.updateResource<Task>({ ...(task as Task), status: 'rejected' }));
  await run(one);
  expect([await active(), (await asked()).length]).toEqual([[], 1]);

  await run(await medplum.updateResource<Task>({ ...(task as Task), status: 'completed' }));
  const [linkage] = await active();
  expect(membersOf(linkage as Linkage)).toEqual(expect.arrayContaining(references(other)));
  expect(linkage?.meta?.tag).toContainEqual({ system: DUPLICATE_RULE_SYSTEM, code: 'person-confirmed' });
  expect(linkage?.meta?.accounts).toBeUndefined();
});

test('twins are nobody’s question', async () => {
  const address = [{ line: ['12 Maple Street'], postalCode: '53703' }];
  await run(await medplum.createResource(person({ address })));
  await run(await medplum.createResource(person({ address, name: [{ family: 'Okafor', given: ['Walter'] }] })));
  expect([await active(), await asked()]).toEqual([[], []]);
});
