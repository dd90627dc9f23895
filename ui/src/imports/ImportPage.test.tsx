import { IMPORT_CODE_SYSTEM } from '@fasten-medplum/bridge/contract/identifiers';
import { redrivenTask, redrivingTask } from '@fasten-medplum/bridge/contract/import-redrive';
import { HomerSimpson, MockClient } from '@medplum/mock';
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { answerBridge, refusal } from '../../test/answer-bridge.ts';
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

const HELD = {
  input: [
    { type: { coding: [{ system: IMPORT_CODE_SYSTEM, code: 'candidate' }] }, valueString: 'Patient/123' },
    { type: { coding: [{ system: IMPORT_CODE_SYSTEM, code: 'difference' }] }, valueCode: 'birth-date' },
  ],
};
const KIM = { names: ['Kim Example'], birthDate: '1980-05-17', addresses: [], phones: [] };
const PERSONS = { chart: KIM, records: [{ ...KIM, birthDate: '1971-02-03' }], isComplete: true };

async function openHeld(client = medplum): Promise<string> {
  const { for: _patient, ...held } = makeImportTask('on-hold', 'held', HELD);
  const { id } = await client.createResource(held);
  return id;
}

test('a held import shows both persons, and is accepted only after a second question', async () => {
  const id = await openHeld();
  const calls = answerBridge({
    [`GET /imports/${id}/patients`]: () => PERSONS,
    [`POST /imports/${id}/accept`]: () => ({ outcome: 'queued' }),
  });
  openPage(medplum, `/imports/${id}`);
  const row = await screen.findByRole('row', { name: /^Birth date .*17.*1980 .*3.*1971$/ });
  expect(row.querySelector('mark')?.textContent).toMatch(/3.*1971$/);
  fireEvent.click(screen.getByRole('button', { name: 'Same person: load the records' }));
  expect(calls.some(({ call }) => call.startsWith('POST'))).toBe(false);
  fireEvent.click(await screen.findByRole('button', { name: 'Load them' }));
  await waitFor(() => expect(calls.map(({ call }) => call)).toContain(`POST /imports/${id}/accept`));
});

test('a patient is not asked whose records these are', async () => {
  const patient = new MockClient({ profile: HomerSimpson });
  const id = await openHeld(patient);
  answerBridge({});
  openPage(patient, `/imports/${id}`);
  expect(await screen.findByText(/You need not do anything/)).toBeDefined();
  expect(screen.queryByRole('button', { name: /Same person/ })).toBeNull();
});

test('an import that cannot be run again says what to do instead', async () => {
  const { id } = await medplum.createResource(makeImportTask('failed', 'failed'));
  answerBridge({ [`POST /imports/${id}/retry`]: () => refusal(409, 'conflict') });
  openPage(medplum, `/imports/${id}`);
  fireEvent.click(await screen.findByRole('button', { name: 'Run it again' }));
  expect(await screen.findByText(/Ask for new records of the connection instead/)).toBeDefined();
});

test('a running import shows what the server tells of it', async () => {
  const { id } = await medplum.createResource(makeImportTask('in-progress', 'loading'));
  const status = {
    taskId: id,
    status: 'in-progress',
    phase: 'loading',
    counts: { lines: 0, created: 0, updated: 0, unchanged: 0, duplicate: 0, quarantined: 0, skipped: 0 },
    storedByType: {},
    progress: { phase: 'write', lines: 500, totalLines: 2000, rate: 100, etaSeconds: 15 },
  };
  const stream = `event: status\ndata: ${JSON.stringify(status)}\n\n`;
  answerBridge({ [`GET /imports/${id}/events`]: () => new Response(stream) });
  openPage(medplum, `/imports/${id}`);
  expect(await screen.findByText(/^500 of .*000 lines loaded · 100 a second · 15 seconds left$/)).toBeDefined();
});

test('lines that were set aside are tried again from the page, and it says what came of it', async () => {
  const task = await medplum.createResource(makeImportTask('completed', 'loaded', { output: makeOutputs() }));
  const askedAt = '2026-01-02T10:00:00Z';
  const calls = answerBridge({
    [`POST /imports/${task.id}/redrive`]: async () => {
      await medplum.updateResource(redrivingTask(task, 'Practitioner/1', askedAt));
      return { outcome: 'queued' };
    },
  });
  openPage(medplum, `/imports/${task.id}`);
  fireEvent.click(await screen.findByRole('button', { name: 'Try the 2 lines set aside again' }));
  expect(await screen.findByText(/They are being tried again/)).toBeDefined();
  expect(calls.map(({ call }) => call)).toContain(`POST /imports/${task.id}/redrive`);
  await medplum.updateResource({
    ...redrivenTask(redrivingTask(task, 'Practitioner/1', askedAt), '2026-01-02T10:01:00Z'),
    output: makeOutputs({ quarantined: 0, created: 2702, problems: [] }),
  });
  expect(await screen.findByText(/^Last tried .*: 2 loaded\.$/)).toBeDefined();
  expect(screen.queryByRole('button', { name: /set aside again/ })).toBeNull();
});

test('a patient is not offered to try lines again', async () => {
  const patient = new MockClient({ profile: HomerSimpson });
  const task = await patient.createResource(makeImportTask('completed', 'loaded', { output: makeOutputs() }));
  openPage(patient, `/imports/${task.id}`);
  await screen.findByRole('region', { name: 'Lines that need a look' });
  expect(screen.queryByRole('button', { name: /set aside again/ })).toBeNull();
});
