import {
  BRIDGE_CODE_SYSTEM,
  IMPORT_TASK_CODE,
  ORG_CONNECTION_SYSTEM,
} from '@fasten-medplum/bridge/contract/identifiers';
import { MantineProvider } from '@mantine/core';
import type { WithId } from '@medplum/core';
import type { Linkage, Patient, Resource } from '@medplum/fhirtypes';
import { MockClient } from '@medplum/mock';
import { MedplumProvider } from '@medplum/react-hooks';
import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';
import { openPage } from '../../../test/open-page.tsx';
import { KeepApart } from './KeepApart.tsx';

let medplum: MockClient;
let patient: WithId<Patient>;

beforeEach(async () => {
  localStorage.clear();
  medplum = new MockClient();
  patient = await medplum.createResource<Patient>({ resourceType: 'Patient', name: [{ family: 'Beispiel' }] });
});

function addShot(namespace: string, text: string, day: string): Promise<WithId<Resource>> {
  const compartment = [{ reference: `Patient/${patient.id}` }];
  return medplum.createResource<Resource>({
    resourceType: 'Immunization',
    meta: { compartment, tag: [{ system: ORG_CONNECTION_SYSTEM, code: namespace }] },
    status: 'completed',
    patient: { reference: `Patient/${patient.id}` },
    vaccineCode: { text },
    occurrenceDateTime: day,
  });
}

function link(members: readonly Resource[], more: Partial<Linkage> = {}): Promise<Linkage> {
  return medplum.createResource<Linkage>({
    resourceType: 'Linkage',
    active: true,
    item: members.map(({ id }, at) => ({
      type: at === 0 ? 'source' : 'alternate',
      resource: { reference: `Immunization/${id}` },
    })),
    ...more,
  });
}

const open = () => openPage(medplum, `/patients/${patient.id}/immunizations`);
const rows = async () => within(await screen.findByRole('list', { name: 'Immunizations' })).getAllByRole('listitem');

test('what two sources tell of is one row with both, and unfolds to each', async () => {
  const [one, other] = [
    await addShot('portal', 'Influenza', '2024-10-01'),
    await addShot('clinic', 'Flu', '2024-10-01'),
  ];
  await addShot('portal', 'Tetanus', '2020-01-01');
  await link([one, other]);
  open();
  const [flu, ...others] = await rows();
  expect(others).toHaveLength(1);
  const row = within(flu as HTMLElement);
  expect([row.queryByText('portal'), row.queryByText('clinic')]).not.toContain(null);
  expect(row.queryByText(/put them together/)).toBeNull();
  fireEvent.click(row.getByRole('button', { name: '2 records' }));
  expect(row.getByText(/a person put them together/)).toBeDefined();
  fireEvent.click(row.getByRole('button', { name: 'Flu' }));
  expect(within(await screen.findByRole('dialog')).getByText('Immunization')).toBeDefined();
});

test('narrowed to one source, the row stays and still tells of the other', async () => {
  const [one, other] = [
    await addShot('portal', 'Influenza', '2024-10-01'),
    await addShot('clinic', 'Flu', '2024-10-01'),
  ];
  await addShot('portal', 'Tetanus', '2020-01-01');
  await link([one, other]);
  await medplum.createResource({
    resourceType: 'Task',
    status: 'completed',
    intent: 'order',
    code: { coding: [{ system: BRIDGE_CODE_SYSTEM, code: IMPORT_TASK_CODE }] },
    focus: { identifier: { system: ORG_CONNECTION_SYSTEM, value: 'clinic' } },
    for: { reference: `Patient/${patient.id}` },
  });
  open();
  expect(await rows()).toHaveLength(2);
  await screen.findByRole('option', { name: 'clinic' });
  fireEvent.change(screen.getByLabelText('Source'), { target: { value: 'clinic' } });
  await waitFor(async () => expect(await rows()).toHaveLength(1));
  const [row] = await rows();
  expect(within(row as HTMLElement).getByText('portal')).toBeDefined();
});

test('staff keep apart what is not the same; a patient is not offered to', async () => {
  const [one, other] = [
    await addShot('portal', 'Influenza', '2024-10-01'),
    await addShot('clinic', 'Flu', '2024-10-01'),
  ];
  const { id = '' } = await link([one, other]);
  open();
  const [row] = await rows();
  fireEvent.click(within(row as HTMLElement).getByRole('button', { name: '2 records' }));
  const doubt = within(row as HTMLElement).getByRole('button', { name: 'Not the same?' });
  doubt.focus();
  fireEvent.click(doubt);
  const keep = within(row as HTMLElement).getByRole('button', { name: 'Keep them apart' });
  expect(document.activeElement?.contains(keep) && document.activeElement !== document.body).toBe(true);
  fireEvent.click(keep);
  await waitFor(async () => expect(await rows()).toHaveLength(2));
  expect(await medplum.readResource('Linkage', id, { cache: 'reload' })).toMatchObject({ active: false });
  cleanup();

  const own = new MockClient({ profile: patient as ReturnType<MockClient['getProfile']> & { id: string } });
  render(
    <MantineProvider env="test">
      <MedplumProvider medplum={own}>
        <KeepApart cluster={{ id, members: [], rules: [] }} onDone={() => undefined} />
      </MedplumProvider>
    </MantineProvider>,
  );
  expect(screen.queryByRole('button')).toBeNull();
});

test('the drawer of a fact tells what the others say of the same, and the timeline tells it once', async () => {
  const [one, other] = [
    await addShot('portal', 'Influenza', '2024-10-01'),
    await addShot('clinic', 'Flu', '2023-10-01'),
  ];
  await link([one, other]);
  openPage(medplum, `/patients/${patient.id}/timeline`);
  fireEvent.click(await screen.findByRole('button', { name: 'Influenza' }));
  expect(screen.queryByRole('button', { name: 'Flu' })).toBeNull();
  const panel = within(await screen.findByRole('region', { name: 'Told by several sources' }));
  const flu = panel.getByRole('button', { name: 'Flu' });
  flu.focus();
  fireEvent.click(flu);
  const drawer = await screen.findByRole('dialog', { name: 'Flu' });
  await waitFor(() => expect(drawer.contains(document.activeElement)).toBe(true));
});

test('a cluster that holds no longer, or of which the reader sees one only, is no cluster', async () => {
  const [one, other] = [
    await addShot('portal', 'Influenza', '2024-10-01'),
    await addShot('clinic', 'Flu', '2024-10-01'),
  ];
  await link([one, other], { active: false });
  await link([one, { resourceType: 'Immunization', id: crypto.randomUUID() } as Resource]);
  open();
  expect(await rows()).toHaveLength(2);
});
