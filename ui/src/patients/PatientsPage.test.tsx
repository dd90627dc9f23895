import {
  BRIDGE_CODE_SYSTEM,
  CONNECTION_CONSENT_CODE,
  ORG_CONNECTION_SYSTEM,
} from '@fasten-medplum/bridge/contract/identifiers';
import { heldTask } from '@fasten-medplum/bridge/contract/import-hold';
import type { WithId } from '@medplum/core';
import type { Consent, Patient, Practitioner } from '@medplum/fhirtypes';
import { MockClient } from '@medplum/mock';
import { act, cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { makeImportTask } from '../../test/import-tasks.ts';
import { openPage } from '../../test/open-page.tsx';

const NAMESPACE = '3f2a0000-0000-4000-8000-000000000001';

let medplum: MockClient;
let ada: WithId<Patient>;

beforeEach(async () => {
  medplum = new MockClient();
  ada = await medplum.createResource<Patient>({
    resourceType: 'Patient',
    name: [{ given: ['Ada'], family: 'Beispiel' }],
    birthDate: '1980-05-17',
    gender: 'female',
  });
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

function makeConsent(changes: Partial<Consent> = {}): Consent {
  return {
    resourceType: 'Consent',
    status: 'active',
    scope: {},
    category: [{ coding: [{ system: BRIDGE_CODE_SYSTEM, code: CONNECTION_CONSENT_CODE }] }],
    identifier: [{ system: ORG_CONNECTION_SYSTEM, value: NAMESPACE }],
    patient: { reference: `Patient/${ada.id}` },
    ...changes,
  };
}

async function rowOf(name: string) {
  const link = await screen.findByRole('link', { name });
  return within(link.closest('[role="listitem"]') as HTMLElement);
}

test('a patient is listed with who they are, their sources and their last import', async () => {
  const hospital = await medplum.createResource({ resourceType: 'Organization', name: 'Northfield General' });
  await medplum.createResource<Patient>({
    resourceType: 'Patient',
    meta: { tag: [{ system: ORG_CONNECTION_SYSTEM, code: NAMESPACE }] },
    active: false,
    name: [{ text: 'BEISPIEL,ADA' }],
    link: [{ type: 'replaced-by', other: { reference: `Patient/${ada.id}` } }],
    managingOrganization: { reference: `Organization/${hospital.id}`, display: 'Northfield General' },
  });
  await medplum.createResource(makeImportTask('completed', 'loaded', { for: { reference: `Patient/${ada.id}` } }));
  openPage(medplum, '/patients');

  const row = await rowOf('Ada Beispiel');
  expect(row.getByText(/^born .*1980.* · female$/)).toBeDefined();
  expect(await row.findByText('Northfield General')).toBeDefined();
  expect(row.getByText(/^Last import .* · Done$/)).toBeDefined();
  expect(screen.queryByText(/BEISPIEL,ADA/)).toBeNull();
});

test('what needs a person is said at the patient: a failed import, a held one, an access that ends', async () => {
  const end = new Date(Date.now() + 86_400_000).toISOString();
  await medplum.createResource(makeConsent({ provision: { period: { end } } }));
  await medplum.createResource(makeImportTask('failed', 'failed', { for: { reference: `Patient/${ada.id}` } }));
  const hold = { connection: NAMESPACE, candidate: `Patient/${ada.id}`, differences: ['birth-date'] };
  await medplum.createResource(heldTask(makeImportTask('on-hold', 'loading'), hold));
  openPage(medplum, '/patients');

  const row = await rowOf('Ada Beispiel');
  expect(await row.findByText('The last import stopped before its end')).toBeDefined();
  expect(row.getByText(/^An import waits for a decision/)).toBeDefined();
  expect(row.getByText(/^Access to Health system 3f2a ends on /)).toBeDefined();
});

test('patients are found by the beginning of a name, and who is not found is said so', async () => {
  openPage(medplum, '/patients');
  await screen.findByRole('link', { name: 'Ada Beispiel' });
  const box = screen.getByRole('searchbox', { name: 'Find by name or birth date' });
  fireEvent.change(box, { target: { value: 'Beisp' } });
  await waitFor(() => expect(screen.getAllByRole('listitem')).toHaveLength(1));
  expect(screen.getByRole('link', { name: 'Ada Beispiel' })).toBeDefined();
  for (const date of ['1980', '1980-05', '1980-05-17']) {
    fireEvent.change(box, { target: { value: date } });
    await waitFor(() => expect(screen.getAllByRole('link', { name: 'Ada Beispiel' })).toHaveLength(1));
  }
  fireEvent.change(box, { target: { value: 'Nobody of this name' } });
  expect(await screen.findByText('Nobody found')).toBeDefined();
});

test('a patient who signs in comes to their own record', async () => {
  openPage(new MockClient({ profile: ada }), '/patients');
  expect(await screen.findByRole('status', { name: /record/ }).catch(() => screen.findByRole('alert'))).toBeDefined();
  expect(screen.queryByRole('searchbox', { name: 'Find by name or birth date' })).toBeNull();
});

/** jsdom scrolls nowhere by itself. */
function standAt(top: number): void {
  Object.defineProperty(window, 'scrollY', { value: top, configurable: true, writable: true });
}

function scrollWindow(top: number): void {
  standAt(top);
  act(() => void window.dispatchEvent(new Event('scroll')));
}

const firstShown = (): number => Number(screen.getAllByRole('listitem')[0]?.getAttribute('aria-posinset'));
const searchBox = () => screen.getByRole<HTMLInputElement>('searchbox', { name: 'Find by name or birth date' });

test('who comes back from a record, whatever they read in it, finds the search and the place in the list', async () => {
  vi.spyOn(HTMLElement.prototype, 'offsetHeight', 'get').mockReturnValue(90);
  vi.stubGlobal('scrollTo', ({ top = 0 }: ScrollToOptions) => standAt(top));
  for (let index = 0; index < 50; index++) {
    const name = [{ given: ['Bo'], family: 'Muster' }];
    await medplum.createResource<Patient>({ resourceType: 'Patient', name });
  }
  openPage(medplum, '/patients');
  await screen.findAllByRole('listitem');
  fireEvent.change(searchBox(), { target: { value: 'Muster' } });
  await screen.findByText(/· 50 in this list/);
  scrollWindow(2500);
  await waitFor(() => expect(firstShown()).toBeGreaterThan(15));
  const left = firstShown();

  const links = await screen.findAllByRole('link', { name: 'Bo Muster' });
  fireEvent.click(links.at(-1) ?? document.body);
  fireEvent.click(await screen.findByRole('link', { name: 'Problems' }));
  await screen.findByText('Nothing here');
  scrollWindow(0);
  fireEvent.click(screen.getByRole('link', { name: 'All patients' }));
  await screen.findAllByRole('listitem');
  expect([searchBox().value, firstShown(), window.scrollY]).toEqual(['Muster', left, 2500]);

  // Not who goes there anew.
  scrollWindow(0);
  fireEvent.click(screen.getByRole('link', { name: 'Patients' }));
  await waitFor(() => expect(searchBox().value).toBe(''));
  await screen.findByText(/· 5\d in this list/);
});

test('what one person searched for is not shown to the next who signs in', async () => {
  openPage(medplum, '/patients');
  await screen.findByRole('link', { name: 'Ada Beispiel' });
  fireEvent.change(searchBox(), { target: { value: 'Beisp' } });
  await waitFor(() => expect(screen.getAllByRole('listitem')).toHaveLength(1));
  fireEvent.click(screen.getByRole('link', { name: 'Ada Beispiel' }));
  await screen.findByRole('link', { name: 'All patients' });
  cleanup();

  const other = new MockClient({ profile: { resourceType: 'Practitioner', id: 'other' } as WithId<Practitioner> });
  const { id } = await other.createResource<Patient>({ resourceType: 'Patient', name: [{ family: 'Muster' }] });
  openPage(other, `/patients/${id}`);
  fireEvent.click(await screen.findByRole('link', { name: 'All patients' }));
  await screen.findAllByRole('listitem');
  expect(searchBox().value).toBe('');
});
