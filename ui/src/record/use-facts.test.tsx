import type { WithId } from '@medplum/core';
import type { Immunization, Patient } from '@medplum/fhirtypes';
import { MockClient } from '@medplum/mock';
import { screen, waitFor } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { openPage } from '../../test/open-page.tsx';

afterEach(() => {
  vi.restoreAllMocks();
});

test('a server that tells of more than it gives is not asked for it again and again', async () => {
  const medplum = new MockClient();
  const patient: WithId<Patient> = await medplum.createResource<Patient>({ resourceType: 'Patient' });
  await medplum.createResource<Immunization>({
    resourceType: 'Immunization',
    meta: { compartment: [{ reference: `Patient/${patient.id}` }] },
    status: 'completed',
    patient: { reference: `Patient/${patient.id}` },
    vaccineCode: { text: 'Influenza' },
  });
  const search = medplum.search.bind(medplum);
  const asked = vi.fn();
  vi.spyOn(medplum, 'search').mockImplementation((type, query, options) => {
    if (type === 'Immunization') asked();
    const found = search(type, query, options);
    return type === 'Immunization'
      ? (found.then((bundle) => ({ ...bundle, total: 3 })) as ReturnType<typeof search<typeof type>>)
      : found;
  });
  openPage(medplum, `/patients/${patient.id}/immunizations`);
  await screen.findByRole('button', { name: 'Influenza' });
  await waitFor(() => expect(screen.queryByRole('button', { name: 'Show older' })).toBeNull());
  expect(asked).toHaveBeenCalledTimes(2);
});
