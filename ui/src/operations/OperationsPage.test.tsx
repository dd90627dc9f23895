import type { DeadLetter } from '@fasten-medplum/bridge/contract/dead-letter';
import { MockClient } from '@medplum/mock';
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { beforeEach, expect, test, vi } from 'vitest';
import { answerBridge } from '../../test/answer-bridge.ts';
import { openPage } from '../../test/open-page.tsx';

let admin: MockClient;

beforeEach(() => {
  admin = new MockClient();
  vi.spyOn(admin, 'isProjectAdmin').mockReturnValue(true);
});

const LETTER: DeadLetter = {
  queue: 'import',
  jobId: 'j1',
  code: 'disk-full',
  nextStep: 'replay',
  attempts: 5,
  stalls: 1,
  addedAt: '2026-01-02T10:00:00Z',
  failedAt: '2026-01-02T11:00:00Z',
  about: { taskId: 't1' },
};

const RECEIPTS = [
  { receivedAt: '2026-01-02T10:00:00Z', outcome: 'forged' },
  { receivedAt: '2026-01-02T09:00:00Z', outcome: 'accepted', eventId: 'e1', eventType: 'patient.ehi_export_success' },
];
const SERVERS = [
  { server: 'medplum', replies: 1200, lost: 0, faults: 2, throttled: 5, medianMs: 50, ms95: 1500 },
  { server: 'fasten', replies: 0, lost: 0, faults: 0, throttled: 0 },
];

const QUIET = {
  'GET /webhooks?_count=20': () => ({ receipts: RECEIPTS }),
  'GET /servers': () => ({
    minutes: 15,
    servers: SERVERS,
    quota: { left: 4_000, most: 50_000, toldAt: '2026-01-02T10:00:00Z' },
  }),
  'GET /readyz': () => ({ redis: 'ok', medplum: 'down' }),
  'GET /queues': () => ({ queues: [{ queue: 'import', waiting: 1, active: 2, delayed: 0, failed: 3 }] }),
  'GET /queues/dead?_count=20&cursor=0': () => ({ deadLetters: [] }),
};

test('an administrator sees the health, the queues, and that nothing was given up', async () => {
  answerBridge(QUIET);
  openPage(admin, '/operations');
  expect(await screen.findByText('Does not answer')).toBeDefined();
  expect(await screen.findByRole('row', { name: 'import 1 2 0 3' })).toBeDefined();
  expect(await screen.findByText(/Nothing was given up/)).toBeDefined();
});

test('an administrator sees what became of each webhook, how the servers answer, and what is left of the quota', async () => {
  answerBridge(QUIET);
  openPage(admin, '/operations');
  expect(await screen.findByRole('row', { name: /not said by Fasten Refused: not signed/ })).toBeDefined();
  expect(screen.getByRole('row', { name: /patient\.ehi_export_success Accepted e1/ })).toBeDefined();
  const name = `Medplum ${(1200).toLocaleString()} 50 ms 1.5 sec 0 2 5`;
  expect(await screen.findByRole('row', { name })).toBeDefined();
  expect(screen.getByRole('row', { name: 'Fasten 0 – – 0 0 0' })).toBeDefined();
  expect(screen.getByText(/^4.000 of 50.000 units/)).toBeDefined();
});

test('a job that was given up says what would help, and is run again', async () => {
  const calls = answerBridge({
    ...QUIET,
    'GET /queues/dead?_count=20&cursor=0': () => ({ deadLetters: [LETTER] }),
    'POST /queues/import/dead/j1/replay': () => ({ outcome: 'replayed' }),
  });
  openPage(admin, '/operations');
  const letter = within(await screen.findByRole('listitem', { name: 'import: disk-full' }));
  expect(letter.getByText('Cure what was in its way, then run it again.')).toBeDefined();
  expect(letter.getByRole('link', { name: 'See the import' }).getAttribute('href')).toBe('/imports/t1');
  fireEvent.click(letter.getByRole('button', { name: 'Run it again' }));
  await waitFor(() => expect(calls.map(({ call }) => call)).toContain('POST /queues/import/dead/j1/replay'));
});

test('who is no administrator is told so, and asks the bridge nothing', async () => {
  const calls = answerBridge(QUIET);
  openPage(new MockClient(), '/operations');
  expect(await screen.findByText('For administrators')).toBeDefined();
  expect(screen.queryByRole('link', { name: 'Operations' })).toBeNull();
  expect(calls).toEqual([]);
});
