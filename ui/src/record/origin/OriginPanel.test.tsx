import {
  BRIDGE_CODE_SYSTEM,
  EHI_EXPORT_SYSTEM,
  IMPORT_TASK_CODE,
  ORG_CONNECTION_SYSTEM,
} from '@fasten-medplum/bridge/contract/identifiers';
import type { LedgerEntry } from '@fasten-medplum/bridge/contract/ledger-entry';
import { forbidden, OperationOutcomeError, type WithId } from '@medplum/core';
import type { AllergyIntolerance, Patient, Task } from '@medplum/fhirtypes';
import { MockClient } from '@medplum/mock';
import { fireEvent, screen, within } from '@testing-library/react';
import { beforeEach, expect, test, vi } from 'vitest';
import { answerBridge, refusal } from '../../../test/answer-bridge.ts';
import { openPage } from '../../../test/open-page.tsx';

const EXPORT = 'export-1';

let medplum: MockClient;
let patient: WithId<Patient>;
let allergy: WithId<AllergyIntolerance>;
let task: WithId<Task>;

beforeEach(async () => {
  localStorage.clear();
  const id = crypto.randomUUID();
  medplum = new MockClient({ profile: { resourceType: 'Patient', id } as WithId<Patient> });
  patient = await medplum.createResource<Patient>({ resourceType: 'Patient', id, name: [{ family: 'Beispiel' }] });
  allergy = await medplum.createResource<AllergyIntolerance>({
    resourceType: 'AllergyIntolerance',
    meta: {
      compartment: [{ reference: `Patient/${patient.id}` }],
      tag: [
        { system: ORG_CONNECTION_SYSTEM, code: 'portal' },
        { system: EHI_EXPORT_SYSTEM, code: EXPORT },
      ],
    },
    patient: { reference: `Patient/${patient.id}` },
    code: { text: 'Penicillin' },
  });
  task = await medplum.createResource<Task>({
    resourceType: 'Task',
    status: 'completed',
    intent: 'order',
    code: { coding: [{ system: BRIDGE_CODE_SYSTEM, code: IMPORT_TASK_CODE }] },
    identifier: [{ system: EHI_EXPORT_SYSTEM, value: EXPORT }],
    focus: { identifier: { system: ORG_CONNECTION_SYSTEM, value: 'portal' } },
    for: { reference: `Patient/${patient.id}` },
  });
  await medplum.createResource({
    resourceType: 'Provenance',
    target: [{ reference: `AllergyIntolerance/${allergy.id}` }],
    recorded: '2026-11-01T12:00:00Z',
    agent: [
      {
        type: { coding: [{ code: 'author' }] },
        who: { identifier: { system: ORG_CONNECTION_SYSTEM, value: 'portal' }, display: 'Source of the health record' },
      },
      { type: { coding: [{ code: 'assembler' }] }, who: { reference: 'Device/not-theirs' } },
    ],
  });
});

const entry = (): LedgerEntry => ({
  file: 0,
  line: 12,
  offset: 3000,
  length: 40,
  sha256: 'a'.repeat(64),
  disposition: 'created',
  target: `AllergyIntolerance/${allergy.id}`,
  repairs: [{ rule: 'empty-string-removed', path: 'AllergyIntolerance.note' }],
});
const ledger = () => `GET /imports/${task.id}/ledger?target=AllergyIntolerance/${allergy.id}`;

async function openDrawer() {
  openPage(medplum, `/patients/${patient.id}/allergies`);
  fireEvent.click(await screen.findByRole('button', { name: 'Penicillin' }));
  return within(await screen.findByRole('dialog', { name: 'Penicillin' }));
}

test('a patient is told in plain words where a fact comes from and what was put right, and reads what was sent', async () => {
  const line = `GET /imports/${task.id}/lines/12?file=0&offset=3000`;
  answerBridge({ [ledger()]: () => ({ entries: [entry()] }), [line]: () => new Response('{"resourceType":"X"}') });
  const drawer = await openDrawer();
  expect(await drawer.findByText(/told by portal, put in by/)).toBeDefined();
  expect(await drawer.findByText(/put in by somebody here/)).toBeDefined();
  expect(drawer.getByText('an empty text was removed')).toBeDefined();
  expect(drawer.queryByText(/AllergyIntolerance/)).toBeNull();
  fireEvent.click(drawer.getByRole('button', { name: 'Show what was sent' }));
  expect(await screen.findByText(/"resourceType": "X"/)).toBeDefined();
});

test('what a patient may not see of it is said, takes nothing else with it, and is no error', async () => {
  answerBridge({ [ledger()]: () => refusal(403, 'forbidden') });
  const search = medplum.searchResources.bind(medplum);
  vi.spyOn(medplum, 'searchResources').mockImplementation((type, query, options) => {
    if (type !== 'Provenance') return search(type, query, options);
    return Promise.reject(new OperationOutcomeError(forbidden)) as ReturnType<typeof search<typeof type>>;
  });
  const drawer = await openDrawer();
  expect((await drawer.findByRole('note')).textContent).toMatch(/^Some of its way here is kept/);
  expect(drawer.getByText('portal')).toBeDefined();
  expect(drawer.getByRole('link', { name: 'Open the import' })).toBeDefined();
  expect(screen.queryByRole('alert')).toBeNull();
});
