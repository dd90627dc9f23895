import type { Connection } from '@fasten-medplum/bridge/contract/connection';
import { ORG_CONNECTION_SYSTEM } from '@fasten-medplum/bridge/contract/identifiers';
import type { Patient } from '@medplum/fhirtypes';
import { HomerSimpson, MockClient } from '@medplum/mock';
import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';
import { answerBridge, refusal } from '../../test/answer-bridge.ts';
import { openPage } from '../../test/open-page.tsx';

let medplum: MockClient;

beforeEach(() => {
  medplum = new MockClient();
});

const CLINIC: Connection = {
  consentId: 'k1',
  orgConnectionId: 'c1',
  namespace: 'c1',
  status: 'active',
  connectedAt: '2026-01-02T10:00:00Z',
  expiresAt: '2099-01-02T10:00:00Z',
  resync: 'off',
  facts: { name: 'Lakeside Clinic', mode: 'test' },
  latestImport: { taskId: 't1', status: 'completed', phase: 'loaded', lastUpdated: '2026-01-02T10:05:00Z' },
};

const list = (...connections: Connection[]) => ({ 'GET /connections/123': () => ({ connections }) });

test('a connection is shown with its name, its standing and its latest import', async () => {
  answerBridge(list(CLINIC));
  openPage(medplum, '/connections/123');
  const card = within(await screen.findByRole('listitem', { name: 'Lakeside Clinic' }));
  expect(card.getByText('Connected')).toBeDefined();
  expect(card.getByText('Test data')).toBeDefined();
  expect(card.getByText(/Since .*2026.*permission until .*2099/)).toBeDefined();
  expect(card.getByRole('link', { name: 'The records are here' }).getAttribute('href')).toBe('/imports/t1');
});

test('connections of which Fasten told no name are called as their records are, so that they can be told apart', async () => {
  for (const [namespace, name] of [
    ['c1', 'Lakeside Hospital'],
    ['c2', 'Mill Lane Clinic'],
  ] as const) {
    await medplum.createResource<Patient>({
      resourceType: 'Patient',
      meta: { tag: [{ system: ORG_CONNECTION_SYSTEM, code: namespace }] },
      active: false,
      link: [{ type: 'replaced-by', other: { reference: 'Patient/123' } }],
      managingOrganization: { display: name },
    });
  }
  const unnamed = { ...CLINIC, facts: { platform: 'epic' } };
  answerBridge(list(unnamed, { ...unnamed, consentId: 'k2', orgConnectionId: 'c2', namespace: 'c2' }));
  openPage(medplum, '/connections/123');
  expect(await screen.findByRole('listitem', { name: 'Lakeside Hospital' })).toBeDefined();
  expect(screen.getByRole('listitem', { name: 'Mill Lane Clinic' })).toBeDefined();
});

test('a patient is told of an import on hold without a way into it, staff are led there', async () => {
  const held: Connection = { ...CLINIC, latestImport: { taskId: 't1', status: 'on-hold', phase: 'held' } };
  answerBridge(list(held));
  openPage(new MockClient({ profile: HomerSimpson }), '/connections/123');
  expect(await screen.findByText(/first makes sure that these records are yours/)).toBeDefined();
  expect(screen.getByText(/You need not do anything/)).toBeDefined();
  expect(document.querySelector('a[href="/imports/t1"]')).toBeNull();
  cleanup();
  openPage(medplum, '/connections/123');
  await waitFor(() => expect(document.querySelector('a[href="/imports/t1"]')).not.toBeNull());
});

test('a connection that ended can be connected again; one that another continues is not shown', async () => {
  const ended: Connection = { ...CLINIC, status: 'inactive' };
  const former: Connection = { ...ended, consentId: 'k0', continuedBy: 'k1', facts: { name: 'Former' } };
  answerBridge(list(ended, former));
  openPage(medplum, '/connections/123');
  expect(await screen.findByText('Nothing is connected')).toBeDefined();
  const again = screen.getByRole('link', { name: 'Connect again' });
  expect(again.getAttribute('href')).toBe('/connections/123/connect?reconnect=k1');
  expect(screen.queryByText('Former')).toBeNull();
});

test('that records are being prepared is said until they are here', async () => {
  const waiting: Connection = { ...CLINIC, latestImport: { taskId: 't1', status: 'requested' } };
  answerBridge(list(waiting));
  openPage(medplum, '/connections/123?connection=connected');
  expect(await screen.findByText(/is preparing the records/)).toBeDefined();
  cleanup();
  answerBridge(list(CLINIC));
  openPage(medplum, '/connections/123?connection=connected');
  await screen.findByText('The records are here');
  expect(screen.queryByText(/is preparing the records/)).toBeNull();
});

const DAY_MS = 24 * 60 * 60 * 1000;

test.each([
  ['is about to end', 7, 'Ends soon'],
  ['has ended though nobody ended it', -1, 'Ended'],
])('a permission that %s is said, with the way to connect again', async (_what, days, standing) => {
  answerBridge(list({ ...CLINIC, expiresAt: new Date(Date.now() + days * DAY_MS).toISOString() }));
  openPage(medplum, '/connections/123');
  const card = within(await screen.findByRole('listitem', { name: 'Lakeside Clinic' }));
  expect(card.getByText(standing)).toBeDefined();
  expect(card.getByText(/permission until/)).toBeDefined();
  expect(card.getByRole('link', { name: 'Connect again' }).getAttribute('href')).toBe(
    '/connections/123/connect?reconnect=k1',
  );
});

test('a permission that lasts asks nobody to connect again', async () => {
  answerBridge(list(CLINIC));
  openPage(medplum, '/connections/123');
  const card = within(await screen.findByRole('listitem', { name: 'Lakeside Clinic' }));
  expect(card.queryByRole('link', { name: 'Connect again' })).toBeNull();
});

test('whoever asks too early for new records is told when there will be some', async () => {
  const answer = {
    consentId: 'k1',
    orgConnectionId: 'c1',
    outcome: 'too-early',
    availableAt: '2026-01-03T11:00:00Z',
    text: 'Ask again later.',
  };
  answerBridge({ ...list(CLINIC), 'POST /sync/123': () => ({ connections: [answer] }) });
  openPage(medplum, '/connections/123');
  fireEvent.click(await screen.findByRole('button', { name: 'Get new records' }));
  expect(await screen.findByText(/Ask again later\. From .*2026.* on\./)).toBeDefined();
});

test('a schedule that cannot be set is said, and the old one stands', async () => {
  answerBridge({ ...list(CLINIC), 'PATCH /connections/123/k1': () => refusal(409, 'conflict') });
  openPage(medplum, '/connections/123');
  const select = await screen.findByLabelText<HTMLSelectElement>(/How often new records of Lakeside Clinic/);
  fireEvent.change(select, { target: { value: 'weekly' } });
  expect(await screen.findByText(/It has changed in the meantime/)).toBeDefined();
  expect(select.value).toBe('off');
});

test('nothing ends without a choice, and nothing is erased without a second word', async () => {
  const calls = answerBridge({
    ...list(CLINIC),
    'DELETE /connections/123/k1?erase=true': () => refusal(403, 'forbidden'),
  });
  openPage(medplum, '/connections/123');
  fireEvent.click(await screen.findByRole('button', { name: 'Disconnect' }));
  const dialog = within(await screen.findByRole('dialog'));
  expect(dialog.getByRole<HTMLButtonElement>('button', { name: 'Disconnect' }).disabled).toBe(true);
  fireEvent.click(dialog.getByRole('radio', { name: 'Erase them' }));
  const erase = dialog.getByRole<HTMLButtonElement>('button', { name: 'Disconnect and erase' });
  expect(erase.disabled).toBe(true);
  fireEvent.click(dialog.getByRole('checkbox'));
  fireEvent.click(erase);
  expect(await dialog.findByText('You are not allowed to erase these records.')).toBeDefined();
  expect(calls.filter(({ call }) => call.startsWith('DELETE'))).toHaveLength(1);
});

test('a question that is not answered gives the focus back, and begins anew the next time', async () => {
  answerBridge(list(CLINIC));
  openPage(medplum, '/connections/123');
  const asking = await screen.findByRole('button', { name: 'Disconnect' });
  asking.focus();
  fireEvent.click(asking);
  fireEvent.click(await screen.findByRole('radio', { name: 'Erase them' }));
  fireEvent.keyDown(document.body, { key: 'Escape' });
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  await waitFor(() => expect(document.activeElement).toBe(asking));
  fireEvent.click(asking);
  expect((await screen.findByRole<HTMLInputElement>('radio', { name: 'Erase them' })).checked).toBe(false);
});

test('an erasure ends in a receipt that says what is gone and what stays', async () => {
  const receipt = { erasureId: 'e1', consentId: 'k1', edited: 0, kept: [], erased: {} };
  const done = {
    ...receipt,
    status: 'completed',
    outcome: 'history-kept',
    erased: { Observation: 3 },
    kept: ['Flag/1'],
  };
  answerBridge({
    ...list(CLINIC),
    'DELETE /connections/123/k1?erase=true': () => ({
      connections: [],
      erasures: [{ ...receipt, status: 'requested' }],
    }),
    'GET /erasures/e1': () => done,
  });
  openPage(medplum, '/connections/123');
  fireEvent.click(await screen.findByRole('button', { name: 'Disconnect' }));
  fireEvent.click(await screen.findByRole('radio', { name: 'Erase them' }));
  fireEvent.click(screen.getByRole('checkbox'));
  fireEvent.click(screen.getByRole('button', { name: 'Disconnect and erase' }));
  await screen.findByText('The records are erased');
  expect(
    screen.getByText(
      /3 entries from Lakeside Clinic erased\. 1 that people here wrote or changed stay\. Earlier versions/,
    ),
  ).toBeDefined();
});

test('what is not theirs to see is said in plain words', async () => {
  answerBridge({});
  openPage(medplum, '/connections/456');
  expect((await screen.findByRole('alert')).textContent).toMatch(/could not be loaded.*not allowed to see it/);
});

test('staff choose a patient, and the landing page says how a connection ended', async () => {
  answerBridge({});
  openPage(medplum, '/?connection=refused');
  expect(await screen.findByText('This connection was not accepted')).toBeDefined();
  expect(screen.getByText(/^Choose a patient/)).toBeDefined();
});

test('nothing begins before the text is agreed to, and its version is told to the bridge', async () => {
  const calls = answerBridge({ 'POST /connections/initiate': () => refusal(429, 'throttled') });
  openPage(medplum, '/connections/123/connect');
  const begin = await screen.findByRole<HTMLButtonElement>('button', { name: 'Choose a health system' });
  expect(begin.disabled).toBe(true);
  fireEvent.click(screen.getByRole('checkbox'));
  fireEvent.click(begin);
  expect((await screen.findByRole('alert')).textContent).toContain('Too much was asked for');
  await waitFor(() => expect(calls.map(({ call }) => call)).toContain('POST /connections/initiate'));
  expect(calls.find(({ call }) => call.endsWith('initiate'))?.body).toEqual({
    patientId: '123',
    consentVersion: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
  });
});
