import { retentionText } from '@fasten-medplum/bridge/contract/retention-text';
import type { AuditEvent } from '@medplum/fhirtypes';
import { MockClient } from '@medplum/mock';
import { screen, within } from '@testing-library/react';
import { beforeEach, expect, test, vi } from 'vitest';
import { openPage } from '../../test/open-page.tsx';

let admin: MockClient;

beforeEach(() => {
  admin = new MockClient();
  vi.spyOn(admin, 'isProjectAdmin').mockReturnValue(true);
});

const OURS: AuditEvent = {
  resourceType: 'AuditEvent',
  type: {
    system: 'http://terminology.hl7.org/CodeSystem/audit-event-type',
    code: 'rest',
    display: 'RESTful Operation',
  },
  subtype: [{ system: 'http://hl7.org/fhir/restful-interaction', code: 'delete' }],
  recorded: '2026-01-02T10:00:00Z',
  outcome: '0',
  agent: [{ who: { display: 'Retention' }, requestor: true }],
  source: { observer: { display: 'Fasten-Medplum bridge' } },
  entity: [{ what: { reference: 'Task/t1' } }],
};

const BOT_RUN: AuditEvent = {
  ...OURS,
  type: { system: 'https://medplum.com/CodeSystem/audit-event', code: 'execute' },
  subtype: [],
  agent: [{ who: { display: 'Ada Admin' }, requestor: true }],
  source: { observer: { reference: 'Bot/b1' } },
  entity: [{ what: { reference: 'Bot/b1' } }, { what: { reference: 'Observation/o1' } }],
};

async function trailOf(...events: AuditEvent[]) {
  for (const event of events) await admin.createResource(event);
  openPage(admin, '/operations');
  return within(await screen.findByRole('table', { name: 'Who did what' }));
}

test('what retention removed is told in the words that the bridge wrote', async () => {
  const trail = await trailOf({ ...OURS, outcomeDesc: retentionText('raw-export', 3) });
  expect(trail.getByRole('row', { name: /delete \(Task\): retention: raw-export, 3 Retention$/ })).toBeDefined();
});

test('the run of a bot is told without what the bot logged or threw, which may quote the record', async () => {
  const trail = await trailOf(
    { ...BOT_RUN, outcomeDesc: 'Glucose of Gutierrez is 400' },
    { ...BOT_RUN, outcome: '4', outcomeDesc: 'retention: ledger, 1\nGutierrez has no chart' },
  );
  expect(trail.getByRole('row', { name: /execute \(Bot, Observation\) Ada Admin$/ })).toBeDefined();
  expect(trail.getByRole('row', { name: /execute \(Bot, Observation\): not done Ada Admin$/ })).toBeDefined();
  expect(document.body.textContent).not.toContain('Gutierrez');
});

test('an event of another service is told without its free text', async () => {
  const trail = await trailOf({ ...OURS, outcome: '8', outcomeDesc: 'Gutierrez was not found' });
  expect(trail.getByRole('row', { name: /delete \(Task\): not done Retention$/ })).toBeDefined();
  expect(document.body.textContent).not.toContain('Gutierrez');
});
