import {
  BRIDGE_CODE_SYSTEM,
  ORG_CONNECTION_SYSTEM,
  SYNC_CHANGES_CODE,
} from '@fasten-medplum/bridge/contract/identifiers';
import type { WithId } from '@medplum/core';
import type { Immunization, List, Patient } from '@medplum/fhirtypes';
import { MockClient } from '@medplum/mock';
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';
import { openPage } from '../../test/open-page.tsx';

const BEFORE = '2020-01-01T00:00:00Z';

let medplum: MockClient;
let patient: WithId<Patient>;

beforeEach(async () => {
  localStorage.clear();
  medplum = new MockClient();
  patient = await medplum.createResource<Patient>({ resourceType: 'Patient', name: [{ family: 'Beispiel' }] });
  lookedAt(BEFORE);
});

function lookedAt(latest: string): void {
  localStorage.setItem(`last-look:Practitioner/${medplum.getProfile()?.id}:${patient.id}`, JSON.stringify({ latest }));
}

function addShot(namespace: string, text: string, occurrenceDateTime = '2024-10-01'): Promise<WithId<Immunization>> {
  const compartment = [{ reference: `Patient/${patient.id}` }];
  return medplum.createResource<Immunization>({
    resourceType: 'Immunization',
    meta: { compartment, tag: [{ system: ORG_CONNECTION_SYSTEM, code: namespace }] },
    status: 'completed',
    patient: { reference: `Patient/${patient.id}` },
    vaccineCode: { text },
    occurrenceDateTime,
  });
}

/** As `report-import` writes it. */
function addChanges(date: string, changes: Readonly<Record<string, string>>): Promise<List> {
  return medplum.createResource<List>({
    resourceType: 'List',
    status: 'current',
    mode: 'changes',
    code: { coding: [{ system: BRIDGE_CODE_SYSTEM, code: SYNC_CHANGES_CODE }] },
    subject: { reference: `Patient/${patient.id}` },
    date,
    entry: Object.entries(changes).map(([id, code]) => ({
      flag: { coding: [{ system: BRIDGE_CODE_SYSTEM, code }] },
      item: { reference: `Immunization/${id}` },
    })),
  });
}

const open = (section = '') => openPage(medplum, `/patients/${patient.id}${section}`);
const notice = () => screen.findByRole('alert').then(within);

test('what is new is counted within the filters, and following it keeps them', async () => {
  await addShot('portal', 'Influenza', '2024-10-01');
  await addShot('portal', 'Influenza', '2018-10-01');
  await addShot('clinic', 'Tetanus', '2024-11-01');
  open();
  await (await notice()).findByRole('link', { name: 'Immunizations: 3' });

  fireEvent.change(screen.getByLabelText('From'), { target: { value: '2024-01-01' } });
  await (await notice()).findByRole('link', { name: 'Immunizations: 2' });
  fireEvent.change(screen.getByLabelText('Name or code'), { target: { value: 'Influenza' } });
  fireEvent.click(await (await notice()).findByRole('link', { name: 'Immunizations: 1' }));

  const rows = await screen.findAllByRole('listitem');
  expect(rows.map((row) => within(row).getByRole('button').textContent)).toEqual(['Influenza']);
  expect(screen.getByRole<HTMLInputElement>('switch', { name: 'Only new' }).checked).toBe(true);
  expect(screen.getByLabelText<HTMLInputElement>('From').value).toBe('2024-01-01');
});

test('who follows a link of the notice with the keyboard goes on in the section that it leads to', async () => {
  await addShot('portal', 'Influenza');
  open();
  const link = await (await notice()).findByRole('link', { name: 'Immunizations: 1' });
  link.focus();
  fireEvent.click(link);
  await screen.findByRole('button', { name: 'Influenza' });
  expect(document.activeElement?.contains(screen.getByLabelText('Source'))).toBe(true);
  expect(document.activeElement?.contains(screen.getByRole('link', { name: 'Problems' }))).toBe(false);
});

test('what a re-sync told differently is marked as changed, and what it told for the first time as new', async () => {
  const [before, later] = [await addShot('portal', 'Influenza'), await addShot('portal', 'Tetanus')];
  await addChanges('2025-03-02T12:00:00Z', { [before.id]: 'changed', [later.id]: 'new' });
  open('/immunizations');
  const rowOf = async (name: string) =>
    within((await screen.findByRole('button', { name })).closest('[role="listitem"]') as HTMLElement);
  expect(await (await rowOf('Influenza')).findByText('Changed')).toBeDefined();
  expect((await rowOf('Tetanus')).getByText('New')).toBeDefined();
});

test('what was vanished since is named, opened from there, and narrowed as everything else', async () => {
  const [gone, other] = [await addShot('portal', 'Influenza', '2018-10-01'), await addShot('clinic', 'Tetanus')];
  const earlier = await addShot('portal', 'Measles');
  await addChanges('2019-03-02T12:00:00Z', { [earlier.id]: 'vanished' });
  await addChanges('2025-03-02T12:00:00Z', { [gone.id]: 'vanished', [other.id]: 'vanished' });
  open();
  const named = async () =>
    within(await screen.findByRole('region', { name: 'No longer sent' }))
      .getAllByRole('button')
      .map(({ textContent }) => textContent);
  expect((await named()).toSorted()).toEqual(['Influenza', 'Tetanus']);

  fireEvent.change(screen.getByLabelText('Until'), { target: { value: '2020-01-01' } });
  await waitFor(async () => expect(await named()).toEqual(['Influenza']));
  const region = within(screen.getByRole('region', { name: 'No longer sent' }));
  fireEvent.click(region.getByRole('button', { name: 'Influenza' }));
  const drawer = within(await screen.findByRole('dialog', { name: 'Influenza' }));
  expect(drawer.getByRole('note').textContent).toMatch(/Missing from what its source sends/);
});

test('nothing new but something vanished is news as well; it is told in its section and not in others', async () => {
  const gone = await addShot('portal', 'Influenza');
  lookedAt(new Date(Date.now() - 60 * 60 * 1000).toISOString());
  await medplum.updateResource({ ...gone, lotNumber: '1' });
  const tomorrow = new Date(Date.now() + 24 * 60 * 60 * 1000).toISOString();
  await addChanges(tomorrow, { [gone.id]: 'vanished' });
  open('/immunizations');
  fireEvent.click(await screen.findByRole('switch', { name: 'Only new' }));
  const told = within(await screen.findByRole('region', { name: 'No longer sent' }));
  expect(told.getByRole('button', { name: 'Influenza' })).toBeDefined();
  fireEvent.click(screen.getByRole('link', { name: 'Problems' }));
  await screen.findByText('Nothing matches these filters');
  expect(screen.queryByRole('region', { name: 'No longer sent' })).toBeNull();
});
