import { ORG_CONNECTION_SYSTEM } from '@fasten-medplum/bridge/contract/identifiers';
import { forbidden, OperationOutcomeError, ReadablePromise, serverError, type WithId } from '@medplum/core';
import type { OperationOutcome, Patient } from '@medplum/fhirtypes';
import { MockClient } from '@medplum/mock';
import { screen, within } from '@testing-library/react';
import { beforeEach, expect, test, vi } from 'vitest';
import { openPage } from '../../test/open-page.tsx';

let medplum: MockClient;
let patient: WithId<Patient>;

beforeEach(async () => {
  localStorage.clear();
  medplum = new MockClient();
  patient = await medplum.createResource<Patient>({ resourceType: 'Patient', name: [{ family: 'Beispiel' }] });
  await medplum.createResource({
    resourceType: 'MedicationStatement',
    meta: {
      compartment: [{ reference: `Patient/${patient.id}` }],
      tag: [{ system: ORG_CONNECTION_SYSTEM, code: 'portal' }],
    },
    status: 'active',
    subject: { reference: `Patient/${patient.id}` },
    medicationCodeableConcept: { text: 'Aspirin' },
    effectiveDateTime: '2024-10-01',
  });
});

/** As a server whose AccessPolicy leaves out some types. */
function refuse(types: readonly string[], outcome: OperationOutcome = forbidden): void {
  const search = medplum.search.bind(medplum);
  vi.spyOn(medplum, 'search').mockImplementation((type, ...rest) =>
    types.includes(type)
      ? new ReadablePromise(Promise.reject(new OperationOutcomeError(outcome)))
      : search(type, ...rest),
  );
}

const open = (section: string) => openPage(medplum, `/patients/${patient.id}${section}`);

test('a list that the reader may not see is named, and the others of its section stand', async () => {
  refuse(['MedicationRequest', 'MedicationDispense']);
  open('/medications');
  const list = within(await screen.findByRole('list', { name: 'Said to be taken' }));
  expect(list.getByRole('button', { name: 'Aspirin' })).toBeDefined();
  expect(screen.getByRole('note').textContent).toMatch(/not allowed to see: Prescriptions, Dispensed/);
  expect(screen.queryByRole('alert')).toBeNull();
});

test('a section of which nothing may be seen does not say that there is nothing', async () => {
  refuse(['Condition']);
  open('/problems');
  expect((await screen.findByRole('note')).textContent).toMatch(/not allowed to see: Problems and diagnoses/);
  expect(screen.queryByText('Nothing here')).toBeNull();
});

test('the summary and the timeline show what the reader may see', async () => {
  refuse(['AllergyIntolerance', 'Observation']);
  open('');
  const allergies = await screen.findByRole('region', { name: 'Allergies' });
  expect(allergies.textContent).toContain('You are not allowed to see these');
  expect(screen.getByRole('region', { name: 'Active problems' }).textContent).toContain('None is marked as active');
  open('/timeline');
  expect((await screen.findByRole('note')).textContent).toMatch(/not allowed to see: Allergy/);
});

test('a list that fails for another reason fails its section, to be tried again', async () => {
  refuse(['MedicationRequest'], serverError(new Error('down')));
  open('/medications');
  expect((await screen.findByRole('alert')).textContent).toMatch(/could not be loaded/);
});
