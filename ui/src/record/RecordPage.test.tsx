import {
  BRIDGE_CODE_SYSTEM,
  EHI_EXPORT_SYSTEM,
  IMPORT_TASK_CODE,
  ORG_CONNECTION_SYSTEM,
} from '@fasten-medplum/bridge/contract/identifiers';
import type { LedgerEntry } from '@fasten-medplum/bridge/contract/ledger-entry';
import type { WithId } from '@medplum/core';
import type { Observation, Patient, Resource, Task } from '@medplum/fhirtypes';
import { MockClient } from '@medplum/mock';
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { beforeEach, expect, test } from 'vitest';
import { answerBridge } from '../../test/answer-bridge.ts';
import { openPage } from '../../test/open-page.tsx';

const EXPORT = 'export-1';

let medplum: MockClient;
let patient: WithId<Patient>;

beforeEach(async () => {
  localStorage.clear();
  medplum = new MockClient();
  const name = [{ given: ['Ada'], family: 'Beispiel' }];
  patient = await medplum.createResource<Patient>({ resourceType: 'Patient', name, birthDate: '1980-05-17' });
});

/** As the bridge stores it: in the patient's compartment, which MockClient has to be told, and with the tags of its origin. */
function addFrom<T extends Resource>(namespace: string | undefined, resource: T): Promise<WithId<T>> {
  const tag = [
    { system: ORG_CONNECTION_SYSTEM, code: namespace ?? '' },
    { system: EHI_EXPORT_SYSTEM, code: EXPORT },
  ];
  const compartment = [{ reference: `Patient/${patient.id}` }];
  return medplum.createResource({ ...resource, meta: { compartment, ...(namespace && { tag }) } });
}

function makeLab(value: number, unit: string, at: string, more: Partial<Observation> = {}): Observation {
  return {
    resourceType: 'Observation',
    status: 'final',
    category: [
      {
        coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'laboratory' }],
      },
    ],
    code: { coding: [{ system: 'http://loinc.org', code: '2345-7', display: 'Glucose' }] },
    subject: { reference: `Patient/${patient.id}` },
    effectiveDateTime: at,
    valueQuantity: { value, unit },
    ...more,
  };
}

const open = (section = '') => openPage(medplum, `/patients/${patient.id}${section}`);

async function addTask(): Promise<WithId<Task>> {
  return medplum.createResource<Task>({
    resourceType: 'Task',
    status: 'completed',
    intent: 'order',
    code: { coding: [{ system: BRIDGE_CODE_SYSTEM, code: IMPORT_TASK_CODE }] },
    identifier: [{ system: EHI_EXPORT_SYSTEM, value: EXPORT }],
    focus: { identifier: { system: ORG_CONNECTION_SYSTEM, value: 'portal' } },
    for: { reference: `Patient/${patient.id}` },
  });
}

test('the summary begins with what matters and says what is not there', async () => {
  const interpretation = [{ coding: [{ code: 'HH' }] }];
  await addFrom('portal', makeLab(400, 'mg/dL', '2020-05-01', { interpretation }));
  await addFrom('portal', {
    resourceType: 'Condition',
    subject: { reference: `Patient/${patient.id}` },
    code: { text: 'Diabetes' },
    clinicalStatus: {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' }],
    },
  });
  open();
  const labs = within(await screen.findByRole('region', { name: 'Latest labs' }));
  expect(labs.getByText('Critically high')).toBeDefined();
  expect(labs.getByText('400 mg/dL')).toBeDefined();
  const problems = within(screen.getByRole('region', { name: 'Active problems' }));
  expect(problems.getByRole('button', { name: 'Diabetes' })).toBeDefined();
  const allergies = screen.getByRole('region', { name: 'Allergies' });
  expect(allergies.textContent).toContain('That is not the same as having none');
});

test('values of one measurement come together: converted where they can be, apart where they cannot', async () => {
  await addFrom('portal', makeLab(90, 'mg/dL', '2019-05-01'));
  await addFrom('portal', makeLab(95, 'mg/dL', '2020-05-01'));
  const byMoles = { code: { coding: [{ system: 'http://loinc.org', code: '14749-6', display: 'Glucose' }] } };
  await addFrom('clinic', makeLab(5.5, 'mmol/L', '2021-05-01', byMoles));
  await addFrom('clinic', makeLab(3, 'plus', '2018-05-01'));
  open('/labs');
  const control = await screen.findByRole('button', { name: /^Glucose/ });
  expect(control.textContent).toContain('5.5 mmol/L');
  fireEvent.click(control);
  const values = within(await screen.findByRole('table', { name: 'All values of Glucose' }));
  expect(values.getAllByRole('button').map(({ textContent }) => textContent)).toEqual([
    '5.5 mmol/L',
    '95 mg/dL',
    '90 mg/dL',
    '3 plus',
  ]);
  expect(values.getByText('≈ 99.09 mg/dL')).toBeDefined();
  expect(values.getAllByText('clinic')).toHaveLength(2);
  expect(
    screen.getByText(/hollow points were converted from mmol\/L, by the molar mass of glucose, 180.16/),
  ).toBeDefined();
  expect(screen.getByText(/cannot be converted into each other and are drawn apart/)).toBeDefined();
});

test('a list is narrowed to one source, and says when nothing is left', async () => {
  const shot = (text: string) => ({
    resourceType: 'Immunization' as const,
    status: 'completed' as const,
    patient: { reference: `Patient/${patient.id}` },
    vaccineCode: { text },
    occurrenceDateTime: '2020-10-01',
  });
  await addTask();
  await addFrom('portal', shot('Influenza'));
  await addFrom(undefined, shot('Tetanus'));
  open('/immunizations');
  await screen.findByRole('button', { name: 'Influenza' });
  expect(screen.getByText('Entered here')).toBeDefined();

  await screen.findByRole('option', { name: 'portal' });
  fireEvent.change(screen.getByLabelText('Source'), { target: { value: 'portal' } });
  await waitFor(() => expect(screen.queryByRole('button', { name: 'Tetanus' })).toBeNull());
  expect(screen.getByRole('button', { name: 'Influenza' })).toBeDefined();

  fireEvent.change(screen.getByLabelText('From'), { target: { value: '2024-01-01' } });
  expect(await screen.findByText('Nothing matches these filters')).toBeDefined();
  const clear = screen.getByRole('button', { name: 'Clear' });
  clear.focus();
  fireEvent.click(clear);
  expect(await screen.findByRole('button', { name: 'Tetanus' })).toBeDefined();
  expect(document.activeElement).toBe(screen.getByLabelText('Source'));
});

test('a fact shows its provenance, its repairs and, when asked, the line that it came in', async () => {
  const task = await addTask();
  const allergy = await addFrom('portal', {
    resourceType: 'AllergyIntolerance',
    patient: { reference: `Patient/${patient.id}` },
    code: { text: 'Penicillin' },
  });
  const reference = `AllergyIntolerance/${allergy.id}`;
  await medplum.createResource({
    resourceType: 'Provenance',
    target: [{ reference }],
    recorded: '2026-11-01T12:00:00Z',
    agent: [{ type: { coding: [{ code: 'transmitter' }] }, who: { display: 'Fasten Connect' } }],
  });
  const entry: LedgerEntry = {
    file: 0,
    line: 12,
    offset: 3000,
    length: 40,
    sha256: 'a'.repeat(64),
    disposition: 'created',
    target: reference,
    repairs: [{ rule: 'empty-string-removed', path: 'AllergyIntolerance.note' }],
  };
  const line = `GET /imports/${task.id}/lines/12?file=0&offset=3000`;
  const calls = answerBridge({
    [`GET /imports/${task.id}/ledger?target=${reference}`]: () => ({ entries: [entry] }),
    [line]: () => new Response('{"resourceType":"X"}'),
  });
  open('/allergies');
  fireEvent.click(await screen.findByRole('button', { name: 'Penicillin' }));
  const drawer = within(await screen.findByRole('dialog'));
  expect(await drawer.findByText(/sent on by Fasten Connect/)).toBeDefined();
  expect(drawer.getByText(/^Line 12 of the export: new/)).toBeDefined();
  expect(drawer.getByText(/an empty text was removed/)).toBeDefined();
  expect(drawer.getByRole('link', { name: 'Open the import' }).getAttribute('href')).toBe(`/imports/${task.id}`);

  expect(calls.map(({ call }) => call)).not.toContain(line);
  fireEvent.click(drawer.getByRole('button', { name: /^Show line .* as it came$/ }));
  expect(await screen.findByText(/"resourceType": "X"/)).toBeDefined();
  fireEvent.keyDown(document.body, { key: 'Escape' });
  await waitFor(() => expect(screen.queryByText(/"resourceType": "X"/)).toBeNull());
  expect(screen.getByRole('dialog', { name: 'Penicillin' })).toBeDefined();
  fireEvent.keyDown(document.body, { key: 'Escape' });
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
});

test('what came in since the reader last looked is told and marked', async () => {
  const key = `last-look:Practitioner/${medplum.getProfile()?.id}:${patient.id}`;
  localStorage.setItem(key, JSON.stringify({ latest: '2020-01-01T00:00:00Z' }));
  await addFrom('portal', makeLab(90, 'mg/dL', '2019-05-01'));
  open();
  const labs = await screen.findByRole('region', { name: 'Latest labs' });
  await within(labs).findByRole('button', { name: 'Glucose' });
  expect((await screen.findByRole('alert')).textContent).toMatch(/New since you last looked.*Labs: 1/);
  expect(screen.getByRole('switch', { name: 'Only new' })).toBeDefined();
});

test('the timeline tells of all kinds by when they happened', async () => {
  const subject = { reference: `Patient/${patient.id}` };
  await addFrom('portal', {
    resourceType: 'Encounter',
    status: 'finished',
    class: { code: 'AMB' },
    type: [{ text: 'Check-up' }],
    subject,
    period: { start: '2021-03-01' },
  });
  await addFrom('portal', {
    resourceType: 'Immunization',
    status: 'completed',
    patient: subject,
    vaccineCode: { text: 'Influenza' },
    occurrenceDateTime: '2022-10-01',
  });
  open('/timeline');
  await screen.findByRole('button', { name: 'Check-up' });
  expect(screen.getAllByRole('heading', { level: 2 }).map(({ textContent }) => textContent)).toEqual(['2022', '2021']);
});

test('that a record was opened is told once, whatever is looked at in it', async () => {
  const calls = answerBridge({ [`POST /data/${patient.id}/views`]: () => ({}) });
  open();
  fireEvent.click(await screen.findByRole('link', { name: 'Problems' }));
  await screen.findByText('Nothing here');
  expect(calls.map(({ call }) => call)).toEqual([`POST /data/${patient.id}/views`]);
});

test('a record that does not exist, or is not to be seen, is said to be so', async () => {
  openPage(medplum, '/patients/7b0a7c8e-58a5-4d4e-8f7d-6f0c1c9a3f22');
  expect((await screen.findByRole('alert')).textContent).toMatch(/could not be opened.*not allowed to see it/);
});

test('a section that there is not is said to be none', async () => {
  open('/horoscope');
  expect(await screen.findByText('There is no page at this address')).toBeDefined();
});

test('what two sources say differently is told on the summary and stands side by side', async () => {
  const allergy = (criticality: 'high' | 'low') => ({
    resourceType: 'AllergyIntolerance' as const,
    patient: { reference: `Patient/${patient.id}` },
    code: { text: 'Penicillin' },
    criticality,
  });
  await addTask();
  await addFrom('portal', allergy('high'));
  await addFrom('clinic', allergy('low'));
  open();
  fireEvent.click(await screen.findByRole('link', { name: 'Compare them' }));
  const penicillin = within(await screen.findByRole('region', { name: 'Penicillin' }));
  expect(penicillin.getByRole('row', { name: /^Risk/ }).textContent).toMatch(/high.*low|low.*high/);
  fireEvent.click(penicillin.getByRole('button', { name: 'Penicillin: open portal' }));
  expect(within(await screen.findByRole('dialog')).getByText('high risk')).toBeDefined();
});

test('what no section is about is counted by type, listed, and told element by element', async () => {
  await addFrom('portal', {
    resourceType: 'ServiceRequest',
    status: 'active',
    intent: 'order',
    subject: { reference: `Patient/${patient.id}` },
    code: { text: 'Referral' },
    patientInstruction: 'Bring your glasses.',
  });
  const category = [{ coding: [{ code: 'social-history' }] }];
  await addFrom('portal', makeLab(7, 'points', '2023-01-01', { category, code: { text: 'PHQ-9' } }));
  open('/everything-else');
  fireEvent.click(await screen.findByRole('button', { name: /^Orders and referrals 1/ }));
  fireEvent.click(await screen.findByRole('button', { name: 'Referral' }));
  const drawer = within(await screen.findByRole('dialog'));
  fireEvent.click(drawer.getByRole('button', { name: 'Show everything it says' }));
  const elements = within(await drawer.findByRole('group', { name: 'Elements' }));
  expect(await elements.findByText('Bring your glasses.')).toBeDefined();
  fireEvent.click(drawer.getByRole('button', { name: 'Close' }));
  fireEvent.click(screen.getByRole('link', { name: 'Other results' }));
  expect((await screen.findByRole('button', { name: /^PHQ-9/ })).textContent).toContain('7 points');
});
