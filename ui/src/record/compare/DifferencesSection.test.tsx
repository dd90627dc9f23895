import { ORG_CONNECTION_SYSTEM } from '@fasten-medplum/bridge/contract/identifiers';
import type { WithId } from '@medplum/core';
import type { AllergyIntolerance, Linkage, Patient } from '@medplum/fhirtypes';
import { MockClient } from '@medplum/mock';
import { screen, within } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';
import { openPage } from '../../../test/open-page.tsx';

let medplum: MockClient;
let patient: WithId<Patient>;

beforeEach(async () => {
  localStorage.clear();
  medplum = new MockClient();
  patient = await medplum.createResource<Patient>({ resourceType: 'Patient', name: [{ family: 'Beispiel' }] });
});

function addAllergy(namespace: string, text: string, criticality: 'high' | 'low'): Promise<WithId<AllergyIntolerance>> {
  const compartment = [{ reference: `Patient/${patient.id}` }];
  return medplum.createResource<AllergyIntolerance>({
    resourceType: 'AllergyIntolerance',
    meta: { compartment, tag: [{ system: ORG_CONNECTION_SYSTEM, code: namespace }] },
    patient: { reference: `Patient/${patient.id}` },
    code: { text },
    criticality,
  });
}

function link([one, other]: readonly [AllergyIntolerance, AllergyIntolerance], active: boolean): Promise<Linkage> {
  return medplum.createResource<Linkage>({
    resourceType: 'Linkage',
    active,
    item: [
      { type: 'source', resource: { reference: `AllergyIntolerance/${one.id}` } },
      { type: 'alternate', resource: { reference: `AllergyIntolerance/${other.id}` } },
    ],
  });
}

const open = () => openPage(medplum, `/patients/${patient.id}/differences`);

test('what is known to be the same under another name is compared too', async () => {
  const both = [await addAllergy('portal', 'Penicillin', 'high'), await addAllergy('clinic', 'PCN', 'low')] as const;
  await link(both, true);
  open();
  const told = within(await screen.findByRole('region', { name: /^(Penicillin|PCN)$/ }));
  expect(told.getByRole('row', { name: /^Risk/ }).textContent).toMatch(/high.*low|low.*high/);
});

test('what a person keeps apart is not compared', async () => {
  const both = [await addAllergy('portal', 'Penicillin', 'high'), await addAllergy('clinic', 'PCN', 'low')] as const;
  await link(both, false);
  open();
  expect(await screen.findByText('The sources do not contradict each other')).toBeDefined();
});
