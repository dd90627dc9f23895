import type { BotFeed, BotRun } from '@fasten-medplum/bridge/contract/bot-run';
import { MockClient } from '@medplum/mock';
import { fireEvent, screen, within } from '@testing-library/react';
import { beforeEach, expect, test, vi } from 'vitest';
import { answerBridge, refusal } from '../../test/answer-bridge.ts';
import { openPage } from '../../test/open-page.tsx';

let admin: MockClient;

beforeEach(() => {
  admin = new MockClient();
  vi.spyOn(admin, 'isProjectAdmin').mockReturnValue(true);
});

const FEED: BotFeed = {
  botId: 'b1',
  bot: 'flag-critical-results',
  taskId: 't1',
  state: 'given-up',
  run: 1200,
  failed: 3,
  code: 'bot-missing',
  addedAt: '2026-01-02T10:00:00Z',
};

const RUN: BotRun = {
  id: 'a1',
  botId: 'b1',
  bot: 'flag-critical-results',
  resource: 'Observation/o1',
  startedBy: 'event',
  outcome: 'failed',
  at: '2026-01-02T10:00:00Z',
  durationMs: 12,
};

const FEEDS = 'GET /bots/feeds?_count=20&cursor=0';
const RUNS = 'GET /bots/runs?_count=20&cursor=0';

test('an administrator sees how far each bot was fed, and each run with its outcome', async () => {
  answerBridge({ [FEEDS]: () => ({ feeds: [FEED] }), [RUNS]: () => ({ runs: [RUN], next: '/next' }) });
  openPage(admin, '/operations');
  const feeds = within(await screen.findByRole('table', { name: 'Feeds of bots' }));
  expect(
    feeds.getByRole('row', { name: /flag-critical-results An import Given up bot-missing 1,200 3 / }),
  ).toBeDefined();
  expect(feeds.getByRole('link', { name: 'An import' }).getAttribute('href')).toBe('/imports/t1');
  const runs = within(await screen.findByRole('table', { name: 'Runs of bots' }));
  expect(runs.getByRole('row', { name: /flag-critical-results Observation\/o1 A change Failed 12 ms/ })).toBeDefined();
});

test('the runs can be narrowed to those that failed', async () => {
  answerBridge({
    [FEEDS]: () => ({ feeds: [] }),
    [RUNS]: () => ({ runs: [RUN] }),
    [`${RUNS}&outcome=failed`]: () => ({ runs: [] }),
  });
  openPage(admin, '/operations');
  expect(await screen.findByText(/No bot was fed lately/)).toBeDefined();
  fireEvent.click(await screen.findByRole('checkbox', { name: 'Failed ones only' }));
  expect(await screen.findByText('No run failed.')).toBeDefined();
});

test('what cannot be loaded says so, each for itself', async () => {
  answerBridge({ [FEEDS]: () => refusal(503, 'transient'), [RUNS]: () => ({ runs: [] }) });
  openPage(admin, '/operations');
  expect(await screen.findByText('The feeds could not be loaded')).toBeDefined();
  expect(await screen.findByText('No bot has run yet.')).toBeDefined();
});
