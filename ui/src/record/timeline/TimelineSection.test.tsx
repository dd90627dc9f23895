import type { WithId } from '@medplum/core';
import type { Encounter, Patient } from '@medplum/fhirtypes';
import { MockClient } from '@medplum/mock';
import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openPage } from '../../../test/open-page.tsx';

let medplum: MockClient;
let patient: WithId<Patient>;

beforeEach(async () => {
  localStorage.clear();
  medplum = new MockClient();
  patient = await medplum.createResource<Patient>({ resourceType: 'Patient', name: [{ family: 'Beispiel' }] });
  // In jsdom nothing has a height, so that all of it would be in view, and nothing moves as the window does.
  vi.spyOn(Element.prototype, 'getBoundingClientRect').mockImplementation(() => new DOMRect(0, -window.scrollY));
  vi.spyOn(HTMLElement.prototype, 'offsetHeight', 'get').mockReturnValue(52);
  scrollWindow(0);
});

afterEach(() => {
  vi.restoreAllMocks();
});

async function addVisits(count: number): Promise<void> {
  for (let day = 0; day < count; day++) {
    const start = new Date(Date.UTC(2024, 0, 1) - day * 24 * 60 * 60 * 1000).toISOString();
    await medplum.createResource<Encounter>({
      resourceType: 'Encounter',
      meta: { compartment: [{ reference: `Patient/${patient.id}` }] },
      status: 'finished',
      class: { code: 'AMB' },
      type: [{ text: `Visit ${day}` }],
      subject: { reference: `Patient/${patient.id}` },
      period: { start },
    });
  }
}

function scrollWindow(top: number): void {
  Object.defineProperty(window, 'scrollY', { value: top, configurable: true, writable: true });
  act(() => void window.dispatchEvent(new Event('scroll')));
}

const open = () => openPage(medplum, `/patients/${patient.id}/timeline`);

test('of a long life only what is in view is drawn and asked for, and the rest when somebody scrolls there', async () => {
  await addVisits(140);
  const search = vi.spyOn(medplum, 'search');
  const asked = () =>
    search.mock.calls
      .filter(([type]) => type === 'Encounter')
      .map(([, query]) => Object.fromEntries(query as string[][]))
      .map(({ _offset, _count }) => `${_offset} ${_count}`);
  open();
  await screen.findByRole('button', { name: 'Visit 0' });
  expect(screen.getAllByRole('listitem').length).toBeLessThan(25);
  expect(screen.queryByRole('button', { name: 'Visit 24' })).toBeNull();
  expect(asked()).toEqual(['0 25']);

  scrollWindow(24 * 84);
  await screen.findByRole('button', { name: 'Visit 30' });
  expect(asked()).toEqual(['0 25', '25 100']);
  expect(screen.queryByRole('button', { name: 'Visit 0' })).toBeNull();
  expect(screen.getAllByRole('listitem').length).toBeLessThan(50);
});

test('the keyboard reads on too, and nothing is left out at the end', async () => {
  await addVisits(40);
  open();
  fireEvent.click(await screen.findByRole('button', { name: 'Show earlier' }));
  await waitFor(() => expect(screen.queryByRole('button', { name: 'Show earlier' })).toBeNull());
  scrollWindow(50 * 84);
  expect(await screen.findByRole('button', { name: 'Visit 39' })).toBeDefined();
  scrollWindow(0);
  expect(screen.getAllByRole('heading', { level: 2 }).map(({ textContent }) => textContent)).toEqual(['2024', '2023']);
});

test('a kind is found by its name or code, as everywhere in the record', async () => {
  await addVisits(3);
  open();
  await screen.findByRole('button', { name: 'Visit 0' });
  fireEvent.change(screen.getByLabelText('Name or code'), { target: { value: 'Visit 2' } });
  await waitFor(() => expect(screen.queryByRole('button', { name: 'Visit 0' })).toBeNull());
  expect(screen.getByRole('button', { name: 'Visit 2' })).toBeDefined();
});
