import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OpenSandbox, openSandbox } from '../open-sandbox.ts';

let sandbox: OpenSandbox;
beforeAll(async () => {
  sandbox = await openSandbox();
});
afterAll(() => sandbox.close());

test('the client’s own schema request is answered', async () => {
  await sandbox.medplum.requestSchema('Observation');
});

test('$graphql filters StructureDefinitions by _filter', async () => {
  const query = `{ StructureDefinitionList(_filter: "name eq Patient or name eq HumanName") { name type kind } }`;
  const answer = await sandbox.medplum.graphql(query);
  expect(answer.data.StructureDefinitionList.map((d: { name: string }) => d.name).sort()).toEqual([
    'HumanName',
    'Patient',
  ]);
});

test('$graphql reads stored resources and what refers to them', async () => {
  const { id } = await sandbox.medplum.createResource({ resourceType: 'Patient', gender: 'other' });
  await sandbox.medplum.createResource({
    resourceType: 'Observation',
    status: 'final',
    code: { text: 'x' },
    subject: { reference: `Patient/${id}` },
  });
  const query = `{ Patient(id: "${id}") { gender ObservationList(_reference: subject) { status } } }`;
  expect((await sandbox.medplum.graphql(query)).data.Patient).toMatchObject({
    gender: 'other',
    ObservationList: [{ status: 'final' }],
  });
});

test('a definition that a client stored is found by its source and its tag', async () => {
  const meta = { source: 'urn:loader#StructureDefinition/own', tag: [{ system: 'urn:loader', code: 'own' }] };
  await sandbox.medplum.createResource({
    resourceType: 'StructureDefinition',
    meta,
    url: 'https://example.test/StructureDefinition/own',
    name: 'Own',
    status: 'active',
    kind: 'resource',
    abstract: true,
    differential: { element: [{ id: 'Patient', path: 'Patient' }] },
    type: 'Patient',
  });
  for (const query of ['_source=urn:loader%23StructureDefinition/own', '_tag=urn:loader|own']) {
    const found = await sandbox.medplum.searchResources('StructureDefinition', query);
    expect(found.map(({ name }) => name)).toEqual(['Own']);
  }
});
