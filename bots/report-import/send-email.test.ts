import { BRIDGE_CODE_SYSTEM, IMPORT_TASK_CODE } from '@fasten-medplum/bridge/contract/identifiers';
import { outputsFromCounts, outputsFromReport } from '@fasten-medplum/bridge/contract/import-task';
import { allOk, type BotEvent, forbidden, OperationOutcomeError, type WithId } from '@medplum/core';
import type { Communication, Patient, Resource, Task } from '@medplum/fhirtypes';
import { MockClient } from '@medplum/mock';
import { beforeEach, expect, test, vi } from 'vitest';
import { handler } from '../report-import.ts';

let medplum: MockClient;
let patient: WithId<Patient>;
let send: ReturnType<typeof spyOnEmail>;

const spyOnEmail = () => vi.spyOn(medplum, 'sendEmail').mockResolvedValue(allOk);

beforeEach(async () => {
  medplum = new MockClient();
  send = spyOnEmail();
  const telecom: Patient['telecom'] = [
    { system: 'phone', value: '555' },
    { system: 'email', use: 'old', value: 'before@example.com' },
    { system: 'email', value: 'zyxwvut@example.com' },
  ];
  patient = await medplum.createResource<Patient>({ resourceType: 'Patient', name: [{ family: 'Zyxwvut' }], telecom });
});

const counts = { lines: 3, created: 2, updated: 0, unchanged: 1, duplicate: 0, quarantined: 0, skipped: 0 };

function makeTask(changes: Partial<Task> = {}): Task {
  return {
    resourceType: 'Task',
    id: '2f6f3f1c-6d1c-4c6e-9a0e-1f1f3c1b7c11',
    status: 'completed',
    intent: 'order',
    code: { coding: [{ system: BRIDGE_CODE_SYSTEM, code: IMPORT_TASK_CODE }] },
    for: { reference: `Patient/${patient.id}` },
    output: outputsFromCounts(counts, {}),
    ...changes,
  };
}

const ON: BotEvent['secrets'] = { REPORT_IMPORT_EMAIL: { name: 'REPORT_IMPORT_EMAIL', valueString: 'on' } };

function run(task: Task, secrets = ON) {
  const event: BotEvent<Resource> = {
    bot: { reference: 'Bot/1' },
    contentType: 'application/fhir+json',
    input: task,
    secrets,
  };
  return handler(medplum, event);
}

async function records(): Promise<Communication[]> {
  const all = await medplum.searchResources('Communication', { subject: `Patient/${patient.id}` }, { cache: 'reload' });
  return all.filter(({ medium }) => medium);
}

test('a patient is sent one e-mail for what an import brought, which says nothing of them or their records', async () => {
  await run(makeTask());
  await run(makeTask({ description: 'touched' }));
  expect(send.mock.calls).toEqual([
    [
      {
        to: 'zyxwvut@example.com',
        subject: 'Your records have arrived',
        text: 'Your records have arrived. Sign in where you connected them to look at them.',
      },
    ],
  ]);
  expect(await records()).toMatchObject([{ status: 'completed', recipient: [{ reference: `Patient/${patient.id}` }] }]);
});

test('what a killed run had brought is something new too', async () => {
  const about = { connection: 'c', storedByType: {}, receivedByType: {}, problemsByCode: {}, repairsByRule: {} };
  const report = { ...counts, created: 0, unchanged: 3, byEarlierRun: 2, ...about, problems: [] };
  await run(makeTask({ output: outputsFromReport(report) }));
  expect(send).toHaveBeenCalledTimes(1);
});

test('two runs at once send one', async () => {
  await Promise.allSettled([run(makeTask()), run(makeTask())]);
  expect(send).toHaveBeenCalledTimes(1);
});

test('a server without e-mail leaves a record of that, and the import is reported all the same', async () => {
  send.mockRejectedValue(new OperationOutcomeError(forbidden));
  expect(await run(makeTask())).toMatchObject({ topic: { text: 'Your health records are here' } });
  const [record, ...others] = await records();
  expect(others).toEqual([]);
  expect(record).toMatchObject({ status: 'not-done', statusReason: { text: 'The server sent no e-mail (403)' } });
  await run(makeTask());
  expect(send).toHaveBeenCalledTimes(1);
});

test('without being asked for, without anything new, or without an address none is sent', async () => {
  await run(makeTask(), {});
  await run(makeTask({ output: outputsFromCounts({ ...counts, created: 0 }, {}) }));
  await run(makeTask({ status: 'on-hold' }));
  await medplum.updateResource<Patient>({ ...patient, telecom: [] });
  await run(makeTask());
  expect(send).not.toHaveBeenCalled();
  expect(await records()).toEqual([]);
});
