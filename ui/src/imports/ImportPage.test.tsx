import { MockClient } from '@medplum/mock';
import { screen, waitFor, within } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { makeImportTask, makeOutputs } from '../../test/import-tasks.ts';
import { openPage } from '../../test/open-page.tsx';

let medplum: MockClient;

beforeEach(() => {
  medplum = new MockClient();
});

afterEach(() => {
  vi.useRealTimers();
});

test('one import shows what was received, the types, its story and the lines that need a look', async () => {
  const requested = await medplum.createResource(makeImportTask('requested', 'requested'));
  await medplum.updateResource({ ...requested, ...makeImportTask('in-progress', 'loading') });
  await medplum.updateResource({ ...requested, ...makeImportTask('completed', 'loaded', { output: makeOutputs() }) });
  openPage(medplum, `/imports/${requested.id}`);

  const lines = await screen.findByRole('region', { name: 'Lines of the export' });
  expect(lines.textContent).toContain(`${(2761).toLocaleString()}Received`);
  expect(lines.textContent).toContain(`${(2758).toLocaleString()}In Medplum`);

  const story = screen.getByRole('region', { name: 'What happened' });
  await waitFor(() =>
    expect(story.textContent).toMatch(/Waiting for.*Loading the records.*All lines are accounted for/),
  );

  const types = within(await screen.findByRole('table', { name: /by resource type/ }));
  expect(types.getByRole('row', { name: /^Condition 400 398/ })).toBeDefined();

  const problems = within(screen.getByRole('region', { name: 'Lines that need a look' }));
  expect(
    problems.getByRole('row', {
      name: '12 Observation: The resource breaks a rule of FHIR Observation.status Set aside',
    }),
  ).toBeDefined();
  expect(
    problems.getByRole('row', { name: /^File 2, .*760 FHIR R4 has no resource of this type Left out/ }),
  ).toBeDefined();
});

test('a running import moves on by itself', async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const task = await medplum.createResource(makeImportTask('in-progress', 'loading'));
  openPage(medplum, `/imports/${task.id}`);
  expect(await screen.findByText('Running')).toBeDefined();

  await medplum.updateResource({ ...task, ...makeImportTask('completed', 'loaded') });
  await vi.advanceTimersByTimeAsync(2_000);
  expect(await screen.findByText('Done')).toBeDefined();
});

test('a failed import says what stays, what to do and why', async () => {
  const task = await medplum.createResource(
    makeImportTask('failed', 'failed', { statusReason: { text: 'the export is no longer available' } }),
  );
  openPage(medplum, `/imports/${task.id}`);
  expect((await screen.findByRole('alert')).textContent).toMatch(/What was loaded stays.*no longer available/);
});

test('an import that nobody can be sure about says what is not known', async () => {
  const outputs = makeOutputs({ unsureTraits: ['birth-date', 'sex'] });
  const task = await medplum.createResource(makeImportTask('completed', 'loaded', { output: outputs }));
  openPage(medplum, `/imports/${task.id}`);
  expect((await screen.findByRole('alert')).textContent).toMatch(/say too little to be sure.*birth date, sex/);
});

test('an import that does not exist, or is not to be seen, is said to be so', async () => {
  openPage(medplum, '/imports/7b0a7c8e-58a5-4d4e-8f7d-6f0c1c9a3f22');
  expect((await screen.findByRole('alert')).textContent).toContain(
    'It does not exist, or you are not allowed to see it',
  );
});
