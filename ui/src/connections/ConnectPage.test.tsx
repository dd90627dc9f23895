import type { ConnectionAttempt } from '@fasten-medplum/bridge/contract/connection-attempt';
import { MockClient } from '@medplum/mock';
import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { answerBridge, refusal } from '../../test/answer-bridge.ts';
import { openPage } from '../../test/open-page.tsx';

const ATTEMPT: ConnectionAttempt = {
  publicId: 'public_test_x',
  externalId: 'attempt-1',
  externalState: 'secret-1',
  stitch: { scriptUrl: 'http://127.0.0.1/stitch.js', styleUrl: 'http://127.0.0.1/stitch.css' },
  expiresAt: '2099-01-01T00:00:00Z',
};

/** As if its script had been loaded: jsdom loads none. */
class FakeStitch extends HTMLElement {
  show = vi.fn();
}

beforeAll(() => {
  document.head.append(Object.assign(document.createElement('script'), { src: ATTEMPT.stitch.scriptUrl }));
  customElements.define('fasten-stitch-element', FakeStitch);
});

beforeEach(() => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
});

afterEach(() => {
  vi.useRealTimers();
});

async function agree(path = '/connections/123/connect'): Promise<Element> {
  openPage(new MockClient(), path);
  fireEvent.click(await screen.findByRole('checkbox'));
  fireEvent.click(screen.getByRole('button', { name: 'Choose a health system' }));
  return waitFor(() => {
    const element = document.querySelector('fasten-stitch-element');
    if (!element) throw new Error('not there yet');
    return element;
  });
}

function tell(element: Element, event_type: string, data?: unknown): void {
  const text = JSON.stringify({ api_mode: 'test', event_type, data });
  act(() => {
    element.dispatchEvent(new CustomEvent('eventBus', { detail: { data: text } }));
  });
}

const SUCCESS = { org_connection_id: 'c1', connection_status: 'authorized', external_state: 'secret-1' };
const CONNECTION = {
  consentId: 'k1',
  orgConnectionId: 'c1',
  namespace: 'c1',
  status: 'active',
  resync: 'off',
  facts: { name: 'Lakeside Clinic' },
};
const BASE = {
  'POST /connections/initiate': () => ATTEMPT,
  'POST /connections/events': () => ({}),
  'GET /connections/123': () => ({ connections: [CONNECTION] }),
};

test('the widget gets the attempt as its attributes, and no name of anybody', async () => {
  answerBridge(BASE);
  const element = await agree();
  expect(Object.fromEntries([...element.attributes].map(({ name, value }) => [name, value]))).toEqual({
    'public-id': 'public_test_x',
    'external-id': 'attempt-1',
    'external-state': 'secret-1',
    'static-backdrop': 'true',
    'button-label': 'Open the connection window',
  });
});

test('success completes the attempt at once, and closing the window leads to the connections', async () => {
  const calls = answerBridge({ ...BASE, 'POST /connections/complete': () => ({ connections: [CONNECTION] }) });
  const element = await agree();
  tell(element, 'patient.connection_pending', {});
  expect(await screen.findByText(/Waiting for you to sign in/)).toBeDefined();
  tell(element, 'patient.connection_success', SUCCESS);
  tell(element, 'widget.complete', [SUCCESS]);
  tell(element, 'widget.close');
  expect(await screen.findByRole('listitem', { name: 'Lakeside Clinic' })).toBeDefined();
  expect(screen.getByText(/is preparing the records/)).toBeDefined();
  const completed = calls.filter(({ call }) => call === 'POST /connections/complete');
  expect(completed[0]?.body).toMatchObject({
    external_state: 'secret-1',
    event: { event_type: 'patient.connection_success', data: SUCCESS },
  });
});

test('a connection that is refused is said, also when the window was closed meanwhile', async () => {
  answerBridge({ ...BASE, 'POST /connections/complete': () => refusal(409, 'conflict') });
  const element = await agree();
  tell(element, 'patient.connection_success', SUCCESS);
  tell(element, 'widget.close');
  expect((await screen.findAllByRole('alert'))[0]?.textContent).toContain('already belongs to another patient');
  expect(screen.getByRole('button', { name: 'Begin again' })).toBeDefined();
});

test('a failure is kept for support by its codes only', async () => {
  const calls = answerBridge(BASE);
  const element = await agree();
  tell(element, 'patient.connection_failed', {
    error: 'access_denied',
    error_description: 'Ada said no',
    request_id: 'r',
  });
  expect((await screen.findByRole('alert')).textContent).toContain('said no. Nothing was shared');
  const report = calls.find(({ call }) => call === 'POST /connections/events');
  expect(report?.body).toMatchObject({ data: { error: 'access_denied', request_id: 'r' } });
  expect(JSON.stringify(report?.body)).not.toContain('Ada');
});

test('a widget that is not set up is said and taken away', async () => {
  answerBridge(BASE);
  const element = await agree();
  tell(element, 'widget.config_error');
  expect((await screen.findByRole('alert')).textContent).toContain('not set up');
  expect(document.querySelector('fasten-stitch-element')).toBeNull();
});

test('a portal that never answers is said, since Stitch says nothing', async () => {
  answerBridge(BASE);
  const element = await agree();
  tell(element, 'patient.connection_pending', {});
  await act(() => vi.advanceTimersByTimeAsync(20 * 60 * 1000));
  expect(screen.getByText(/has not answered for twenty minutes/)).toBeDefined();
});

test('a window that is closed before anything was connected says so, and beginning again is a new attempt', async () => {
  const attempts = [ATTEMPT, { ...ATTEMPT, externalState: 'secret-2' }];
  const calls = answerBridge({ ...BASE, 'POST /connections/initiate': () => attempts.shift() });
  const element = await agree();
  tell(element, 'widget.close');
  expect(await screen.findByText(/closed before anything was connected/)).toBeDefined();
  fireEvent.click(screen.getByRole('button', { name: 'Begin again' }));
  await waitFor(() =>
    expect(document.querySelector('fasten-stitch-element')?.getAttribute('external-state')).toBe('secret-2'),
  );
  expect(screen.queryByText(/closed before anything was connected/)).toBeNull();
  expect(calls.some(({ call }) => call === 'POST /connections/complete')).toBe(false);
});

test('one window makes several connections: each is counted once, and all are there when it closes', async () => {
  const second = { ...CONNECTION, consentId: 'k2', orgConnectionId: 'c2', facts: { name: 'Hilltop Hospital' } };
  const both = { connections: [CONNECTION, second] };
  const answers = [{ connections: [CONNECTION] }, { connections: [second] }, both];
  const calls = answerBridge({
    ...BASE,
    'POST /connections/complete': () => answers.shift(),
    'GET /connections/123': () => both,
  });
  const element = await agree();
  tell(element, 'patient.connection_success', SUCCESS);
  expect(await screen.findByText(/^1 connected\. Choose/)).toBeDefined();
  tell(element, 'patient.connection_success', { ...SUCCESS, org_connection_id: 'c2' });
  expect(await screen.findByText(/^2 connected\. Choose/)).toBeDefined();
  tell(element, 'widget.complete', [SUCCESS, { ...SUCCESS, org_connection_id: 'c2' }]);
  await waitFor(() => expect(calls.filter(({ call }) => call === 'POST /connections/complete')).toHaveLength(3));
  expect(await screen.findByText(/^2 connected\. Choose/)).toBeDefined();
  tell(element, 'widget.close');
  expect(await screen.findByRole('listitem', { name: 'Lakeside Clinic' })).toBeDefined();
  expect(screen.getByRole('listitem', { name: 'Hilltop Hospital' })).toBeDefined();
});

test('the end of a window that connected nothing completes nothing', async () => {
  const calls = answerBridge(BASE);
  const element = await agree();
  tell(element, 'widget.complete', []);
  tell(element, 'widget.close');
  expect(await screen.findByText(/closed before anything was connected/)).toBeDefined();
  expect(calls.some(({ call }) => call === 'POST /connections/complete')).toBe(false);
});

test('a window that cannot be loaded is said, and can be tried again', async () => {
  const stitch = { scriptUrl: 'http://127.0.0.1/blocked.js', styleUrl: 'http://127.0.0.1/blocked.css' };
  answerBridge({ ...BASE, 'POST /connections/initiate': () => ({ ...ATTEMPT, stitch }) });
  openPage(new MockClient(), '/connections/123/connect');
  fireEvent.click(await screen.findByRole('checkbox'));
  fireEvent.click(screen.getByRole('button', { name: 'Choose a health system' }));
  const script = () => document.querySelector('script[src$="blocked.js"]');
  await waitFor(() => expect(script()).not.toBeNull());
  act(() => void script()?.dispatchEvent(new Event('error')));
  expect((await screen.findByRole('alert')).textContent).toContain('could not be loaded');
  fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
  await waitFor(() => expect(script()).not.toBeNull());
  act(() => void script()?.dispatchEvent(new Event('load')));
  await waitFor(() => expect(document.querySelector('fasten-stitch-element')).not.toBeNull());
});

test('a reconnect names the connection, and the widget its id', async () => {
  const calls = answerBridge({
    ...BASE,
    'POST /connections/initiate': () => ({ ...ATTEMPT, reconnectOrgConnectionId: 'c1' }),
  });
  const element = await agree('/connections/123/connect?reconnect=k1');
  expect(element.getAttribute('reconnect-org-connection-id')).toBe('c1');
  expect(calls.find(({ call }) => call.endsWith('initiate'))?.body).toMatchObject({ reconnect: 'k1' });
});
