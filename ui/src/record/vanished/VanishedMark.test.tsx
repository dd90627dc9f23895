import {
  BRIDGE_CODE_SYSTEM,
  ORG_CONNECTION_SYSTEM,
  SYNC_CHANGES_CODE,
} from '@fasten-medplum/bridge/contract/identifiers';
import type { WithId } from '@medplum/core';
import type { Immunization, List, Patient } from '@medplum/fhirtypes';
import { MockClient } from '@medplum/mock';
import { fireEvent, screen, within } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';
import { openPage } from '../../../test/open-page.tsx';
import { findChanges } from './find-changes.ts';

let medplum: MockClient;
let patient: WithId<Patient>;

beforeEach(async () => {
  localStorage.clear();
  medplum = new MockClient();
  patient = await medplum.createResource<Patient>({ resourceType: 'Patient', name: [{ family: 'Beispiel' }] });
});

function addShot(text: string): Promise<WithId<Immunization>> {
  const compartment = [{ reference: `Patient/${patient.id}` }];
  return medplum.createResource<Immunization>({
    resourceType: 'Immunization',
    meta: { compartment, tag: [{ system: ORG_CONNECTION_SYSTEM, code: 'portal' }] },
    status: 'completed',
    patient: { reference: `Patient/${patient.id}` },
    vaccineCode: { text },
    occurrenceDateTime: '2024-10-01',
  });
}

/** As `report-import` writes it. */
function addChanges(date: string, changes: Readonly<Record<string, string>>, of = patient): Promise<List> {
  return medplum.createResource<List>({
    resourceType: 'List',
    status: 'current',
    mode: 'changes',
    code: { coding: [{ system: BRIDGE_CODE_SYSTEM, code: SYNC_CHANGES_CODE }] },
    subject: { reference: `Patient/${of.id}` },
    date,
    entry: Object.entries(changes).map(([reference, code]) => ({
      flag: { coding: [{ system: BRIDGE_CODE_SYSTEM, code }] },
      item: { reference },
    })),
  });
}

test('what its source no longer sends is marked in its row and told beside it, and stays', async () => {
  const [gone, stays] = [await addShot('Influenza'), await addShot('Tetanus')];
  await addChanges('2025-03-02T12:00:00Z', {
    [`Immunization/${gone.id}`]: 'vanished',
    [`Immunization/${stays.id}`]: 'changed',
  });
  openPage(medplum, `/patients/${patient.id}/immunizations`);
  const mark = await screen.findByText('no longer sent');
  const row = within(mark.closest('[role="listitem"]') as HTMLElement);
  expect(screen.getAllByText('no longer sent')).toHaveLength(1);
  fireEvent.click(row.getByRole('button', { name: 'Influenza' }));
  const drawer = within(await screen.findByRole('dialog', { name: 'Influenza' }));
  expect(drawer.getByRole('note').textContent).toMatch(/Missing from what its source sends since .*2025/);
  fireEvent.click(drawer.getByRole('button', { name: 'Close' }));
  fireEvent.click(screen.getByRole('button', { name: 'Tetanus' }));
  expect(within(await screen.findByRole('dialog', { name: 'Tetanus' })).queryByRole('note')).toBeNull();
});

test('the newest word counts: what came back is not gone, and what is not named again still is', async () => {
  await addChanges('2025-01-01T12:00:00Z', { 'Condition/back': 'vanished', 'Condition/gone': 'vanished' });
  await addChanges('2025-03-01T12:00:00Z', { 'Condition/again': 'vanished' });
  await addChanges('2025-02-01T12:00:00Z', { 'Condition/back': 'back', 'Condition/again': 'back' });
  const other = await medplum.createResource<Patient>({ resourceType: 'Patient' });
  await addChanges('2025-01-01T12:00:00Z', { 'Condition/other': 'vanished' }, other);
  expect([...(await findChanges(medplum, patient.id)).vanished]).toEqual([
    ['Condition/again', '2025-03-01T12:00:00Z'],
    ['Condition/gone', '2025-01-01T12:00:00Z'],
  ]);
});
