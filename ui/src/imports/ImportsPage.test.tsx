import { MockClient } from '@medplum/mock';
import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { makeImportTask, makeOutputs } from '../../test/import-tasks.ts';
import { openPage } from '../../test/open-page.tsx';

let medplum: MockClient;

beforeEach(() => {
  medplum = new MockClient();
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

test('an import is listed with its patient, its status and how its lines ended', async () => {
  await medplum.createResource(makeImportTask('completed', 'loaded', { output: makeOutputs() }));
  openPage(medplum, '/');

  await screen.findByRole('link', { name: 'Ada Beispiel' });
  const row = screen.getByRole('listitem');
  expect(row.textContent).toContain('Done');
  expect(row.textContent).toContain(`${(2700).toLocaleString()} new`);
  expect(row.textContent).toContain('2 set aside');
  expect(row.textContent).toContain(`${(2761).toLocaleString()} lines received`);
});

test('an import that has received nothing yet says what it waits for', async () => {
  await medplum.createResource(makeImportTask('requested', 'requested'));
  openPage(medplum, '/imports');
  expect(await screen.findByText(/Waiting for the health system/)).toBeDefined();
});

test('an import on hold is not shown as somebody’s', async () => {
  const { for: _patient, ...task } = makeImportTask('on-hold', 'loading');
  await medplum.createResource(task);
  openPage(medplum, '/imports');
  expect(await screen.findByRole('link', { name: 'Patient not confirmed' })).toBeDefined();
});

test('a patient without a name in the Task is looked up', async () => {
  await medplum.createResource(makeImportTask('in-progress', 'loading', { for: { reference: 'Patient/123' } }));
  openPage(medplum, '/imports');
  expect(await screen.findByRole('link', { name: 'Homer Simpson' })).toBeDefined();
});

test('the filter leaves the imports that need a person', async () => {
  await medplum.createResource(makeImportTask('completed', 'loaded'));
  await medplum.createResource(
    makeImportTask('failed', 'failed', { for: { reference: 'Patient/1', display: 'Bo Muster' } }),
  );
  openPage(medplum, '/imports');
  await screen.findByRole('link', { name: 'Ada Beispiel' });

  fireEvent.click(screen.getByRole('radio', { name: 'Attention' }));
  await waitFor(() => expect(screen.queryByRole('link', { name: 'Ada Beispiel' })).toBeNull());
  expect(screen.getByRole('link', { name: 'Bo Muster' })).toBeDefined();
});

test('Tasks that are no imports are not listed, and an empty list says what will come', async () => {
  await medplum.createResource({ resourceType: 'Task', status: 'completed', intent: 'order' });
  openPage(medplum, '/imports');
  expect(await screen.findByText('No imports yet')).toBeDefined();
});

test('of a long list only what is in view is asked for, the rest when somebody scrolls there', async () => {
  // Nothing has a height in jsdom, so that all of it would be in view.
  vi.spyOn(HTMLElement.prototype, 'offsetHeight', 'get').mockReturnValue(94);
  for (let index = 0; index < 90; index++) {
    await medplum.createResource(makeImportTask('completed', 'loaded'));
  }
  const search = vi.spyOn(medplum, 'search');
  openPage(medplum, '/imports');
  const [first] = await screen.findAllByRole('listitem');
  expect(first?.getAttribute('aria-setsize')).toBe('90');
  expect(search.mock.calls.map(([, query]) => (query as { _offset: number })._offset)).toEqual([0]);
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

/** Opens the last import that is drawn. Its page is shorter than the list, so that the window is at its top. */
async function openLast(): Promise<void> {
  const links = await screen.findAllByRole('link', { name: 'Ada Beispiel' });
  fireEvent.click(links.at(-1) ?? document.body);
  await screen.findByRole('link', { name: 'All imports' });
  scrollWindow(0);
}

test('who goes back from an import finds the list where it was left, and its filter', async () => {
  vi.spyOn(HTMLElement.prototype, 'offsetHeight', 'get').mockReturnValue(94);
  vi.stubGlobal('scrollTo', ({ top = 0 }: ScrollToOptions) => standAt(top));
  for (let index = 0; index < 90; index++) {
    await medplum.createResource(makeImportTask('completed', 'loaded'));
  }
  openPage(medplum, '/');
  fireEvent.click(await screen.findByRole('radio', { name: 'Done' }));
  await waitFor(() => expect(screen.getByRole<HTMLInputElement>('radio', { name: 'Done' }).checked).toBe(true));
  await screen.findAllByRole('listitem');
  scrollWindow(3000);
  await waitFor(() => expect(firstShown()).toBeGreaterThan(20));
  const left = firstShown();

  await openLast();
  fireEvent.click(screen.getByRole('link', { name: 'All imports' }));
  await screen.findAllByRole('listitem');
  expect([firstShown(), window.scrollY]).toEqual([left, 3000]);
  expect(screen.getByRole<HTMLInputElement>('radio', { name: 'Done' }).checked).toBe(true);

  // Not who goes there anew.
  await openLast();
  fireEvent.click(screen.getByRole('link', { name: 'Imports' }));
  await screen.findAllByRole('listitem');
  expect(firstShown()).toBe(1);
});

test('a failure is said in plain words, without the server’s, and can be tried again', async () => {
  const search = vi.spyOn(medplum, 'search').mockRejectedValueOnce(new Error('Patient Ada Beispiel exploded'));
  openPage(medplum, '/imports');
  expect((await screen.findByRole('alert')).textContent).toMatch(/could not be loaded.*Medplum could not be reached/);
  expect(document.body.textContent).not.toContain('exploded');

  fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
  expect(await screen.findByText('No imports yet')).toBeDefined();
  expect(search).toHaveBeenCalledTimes(2);
});

test('who is not signed in is asked to, wherever the address leads', async () => {
  openPage(new MockClient({ profile: null }), '/imports');
  expect(await screen.findByText('Sign in with your Medplum account')).toBeDefined();
});

test('an unknown address leads back to the start page', async () => {
  openPage(medplum, '/nowhere');
  expect(await screen.findByText('There is no page at this address')).toBeDefined();
  expect(screen.getByRole('link', { name: 'the start page' })).toBeDefined();
});

test('an import from a file says what it is doing, and whose it is once that is known', async () => {
  const { for: _patient, businessStatus: _phase, ...task } = makeImportTask('in-progress', 'loading');
  await medplum.createResource(task);
  openPage(medplum, '/imports');
  expect(await screen.findByRole('link', { name: 'Patient not known yet' })).toBeDefined();
  expect(screen.getByText('Loading the records')).toBeDefined();
});

test('a finished import of several patients claims none of them', async () => {
  const { for: _patient, ...task } = makeImportTask('completed', 'loaded', { output: makeOutputs() });
  await medplum.createResource(task);
  openPage(medplum, '/imports');
  expect(await screen.findByRole('link', { name: 'No single patient' })).toBeDefined();
});
