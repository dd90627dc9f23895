import type { Basic, Organization, Patient } from '@medplum/fhirtypes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OpenSandbox, openSandbox } from '../open-sandbox.ts';

let sandbox: OpenSandbox;
let reference: string;
beforeAll(async () => {
  sandbox = await openSandbox();
  const { id } = await sandbox.medplum.createResource<Patient>({ resourceType: 'Patient' });
  reference = `Patient/${id}`;
});
afterAll(() => sandbox.close());

const inCompartment = async (type: 'Organization' | 'Provenance' | 'Basic') =>
  (await sandbox.medplum.searchResources(type, `_compartment=${reference}`)).length;

test('meta.accounts puts any resource into a compartment, a PUT without it takes it out', async () => {
  const accounts = [{ reference }];
  const created = await sandbox.medplum.createResource<Organization>({
    resourceType: 'Organization',
    name: 'Clinic',
    meta: { accounts },
  });
  expect(await inCompartment('Organization')).toBe(1);
  await sandbox.medplum.updateResource<Organization>({ resourceType: 'Organization', id: created.id, name: 'Clinic' });
  expect(await inCompartment('Organization')).toBe(0);
});

test('a Provenance with the Patient among its targets is in the compartment', async () => {
  await sandbox.medplum.createResource({
    resourceType: 'Provenance',
    recorded: '2024-01-01T00:00:00Z',
    target: [{ reference }, { reference: 'Organization/x' }],
    agent: [{ who: { display: 'x' } }],
  });
  expect(await inCompartment('Provenance')).toBe(1);
});

test('the accounts of a Patient go over to what is about them', async () => {
  const organization = `Organization/${crypto.randomUUID()}`;
  const patient = await sandbox.medplum.createResource<Patient>({
    resourceType: 'Patient',
    meta: { accounts: [{ reference: organization }] },
  });
  const basic = await sandbox.medplum.createResource<Basic>({
    resourceType: 'Basic',
    code: { text: 'x' },
    subject: { reference: `Patient/${patient.id}` },
  });
  expect(basic.meta?.accounts).toEqual([{ reference: organization }]);
});
