import { BRIDGE_CODE_SYSTEM, IMPORT_TASK_CODE, REVIEW_TASK_CODE } from '@fasten-medplum/bridge/contract/identifiers';
import type { ImportReport } from '@fasten-medplum/bridge/contract/import-report';
import { outputsFromCounts, outputsFromReport } from '@fasten-medplum/bridge/contract/import-task';
import type { BotEvent } from '@medplum/core';
import type { Resource, Task } from '@medplum/fhirtypes';
import { MockClient } from '@medplum/mock';
import { beforeEach, expect, test } from 'vitest';
import { handler } from './report-import.ts';

let medplum: MockClient;

beforeEach(() => {
  medplum = new MockClient();
});

const OTHER_ID = '7b0a7c8e-58a5-4d4e-8f7d-6f0c1c9a3f22';
const counts = { lines: 2755, created: 2700, updated: 30, unchanged: 19, duplicate: 1, quarantined: 2, skipped: 3 };

function makeTask(changes: Partial<Task> = {}): Task {
  return {
    resourceType: 'Task',
    id: '2f6f3f1c-6d1c-4c6e-9a0e-1f1f3c1b7c11',
    status: 'completed',
    intent: 'order',
    code: { coding: [{ system: BRIDGE_CODE_SYSTEM, code: IMPORT_TASK_CODE }] },
    for: { reference: 'Patient/123', display: 'Homer Simpson' },
    output: outputsFromCounts(counts, {}),
    ...changes,
  };
}

function eventWith(input: Resource): BotEvent<Resource> {
  return { bot: { reference: 'Bot/1' }, contentType: 'application/fhir+json', input, secrets: {} };
}

const messages = async () => [
  ...(await medplum.searchResources('Communication', { subject: 'Patient/123' }, { cache: 'reload' })),
];

test('a completed import is told to the patient with its counts', async () => {
  await handler(medplum, eventWith(makeTask()));
  const [message, ...others] = await messages();
  expect(others).toEqual([]);
  expect(message).toMatchObject({
    recipient: [{ reference: 'Patient/123' }],
    about: [{ reference: `Task/${makeTask().id}` }],
    topic: { text: 'Your health records are here' },
  });
  expect(message?.payload?.[0]?.contentString).toBe(
    'We finished loading your records. 2,755 entries were received: 2,700 new, 30 updated, 20 already here, 3 not needed. ' +
      '2 could not be read and were set aside; your care team can look at them.',
  );
});

test('the same status told again writes nothing, the next status does', async () => {
  await handler(medplum, eventWith(makeTask({ status: 'on-hold' })));
  await handler(medplum, eventWith(makeTask({ status: 'on-hold', description: 'touched' })));
  expect(await messages()).toHaveLength(1);
  await handler(medplum, eventWith(makeTask({ status: 'completed' })));
  expect(await messages()).toHaveLength(2);
});

test('two imports of one patient are told apart', async () => {
  await handler(medplum, eventWith(makeTask()));
  await handler(medplum, eventWith(makeTask({ id: OTHER_ID })));
  expect(await messages()).toHaveLength(2);
});

test.each(['completed', 'on-hold', 'failed'] as const)(
  'the topic of a %s import says nothing about the patient',
  async (status) => {
    const message = await handler(medplum, eventWith(makeTask({ status })));
    expect(message?.topic?.text).toMatch(/^Your health records (are|could)/);
    expect(JSON.stringify(message)).not.toContain('Homer');
  },
);

const careTasks = async () => [
  ...(await medplum.searchResources(
    'Task',
    { code: `${BRIDGE_CODE_SYSTEM}|${REVIEW_TASK_CODE}` },
    { cache: 'reload' },
  )),
];

test.each(['completed', 'on-hold', 'failed'] as const)(
  'the care team is asked once about a %s import',
  async (status) => {
    await handler(medplum, eventWith(makeTask({ status })));
    await handler(medplum, eventWith(makeTask({ status, description: 'touched' })));
    const [task, ...others] = await careTasks();
    expect(others).toEqual([]);
    expect(task).toMatchObject({ focus: { reference: `Task/${makeTask().id}` }, for: { reference: 'Patient/123' } });
    expect(JSON.stringify(task)).not.toContain('Homer');
  },
);

test('about an import on hold that is not yet any patient’s the care team is asked, and no patient told', async () => {
  const held = makeTask({ status: 'on-hold', for: undefined as never });
  expect(await handler(medplum, eventWith(held))).toBeUndefined();
  expect(await messages()).toEqual([]);
  const [task] = await careTasks();
  expect(task).toMatchObject({ priority: 'urgent', code: { text: 'Decide whose records these are' } });
  expect(task?.for).toBeUndefined();
});

/** Of an import that found everything as it was, but for these. */
function nothingBut(more: Partial<ImportReport>): Partial<Task> {
  const same = { ...counts, created: 0, updated: 0, unchanged: 2752, duplicate: 3, quarantined: 0, skipped: 0 };
  const about = { connection: 'c1', storedByType: {}, receivedByType: {}, problemsByCode: {}, repairsByRule: {} };
  return { output: outputsFromReport({ ...same, ...about, problems: [], ...more }) };
}

test('what came with an import is to be looked through although nobody can tell what changed', async () => {
  const gone = { reference: `Consent/${OTHER_ID}` };
  await expect(handler(medplum, eventWith(makeTask({ focus: gone })))).rejects.toThrow('Not found');
  expect(await careTasks()).toHaveLength(1);
});

test('an import that brought nothing is said to be up to date, and the care team is left alone', async () => {
  await handler(medplum, eventWith(makeTask(nothingBut({}))));
  const [message] = await messages();
  expect(message?.topic?.text).toBe('Your health records are up to date');
  expect(message?.payload?.[0]?.contentString).toContain('2,755 entries were received: 2,755 already here.');
  expect(await careTasks()).toEqual([]);
});

test('an import that brought nothing any more since it was interrupted is told like any other', async () => {
  await handler(medplum, eventWith(makeTask(nothingBut({ byEarlierRun: 2750 }))));
  const [message] = await messages();
  expect(message?.topic?.text).toBe('Your health records are here');
  expect(message?.payload?.[0]?.contentString).toContain('2,750 loaded before an interruption, 5 already here.');
  expect(await careTasks()).toHaveLength(1);
});

test.each<[string, Partial<ImportReport>]>([
  ['left something out', { quarantined: 1 }],
  ['leaves a doubt whose record it is', { unsureTraits: ['birth-date'] }],
])('about an import that brought nothing and %s the care team is asked', async (_, more) => {
  await handler(medplum, eventWith(makeTask(nothingBut(more))));
  expect(await careTasks()).toHaveLength(1);
});

test.each(['on-hold', 'failed'] as const)(
  'what the care team was asked about a %s import ends when that goes on',
  async (status) => {
    await handler(medplum, eventWith(makeTask({ status })));
    await handler(medplum, eventWith(makeTask({ status: 'in-progress' })));
    for (const _ of ['told', 'told again']) await handler(medplum, eventWith(makeTask()));
    const tasks = await careTasks();
    expect(tasks.map((task) => [task.code?.text === 'Look through new records', task.status]).toSorted()).toEqual([
      [false, 'completed'],
      [true, 'requested'],
    ]);
  },
);

test('a rejected import asks nobody any more, and what somebody has begun stays theirs', async () => {
  await handler(medplum, eventWith(makeTask({ status: 'on-hold' })));
  await handler(medplum, eventWith(makeTask({ status: 'on-hold', id: OTHER_ID })));
  const begun = (await careTasks()).find(({ focus }) => focus?.reference === `Task/${OTHER_ID}`);
  if (!begun) throw new Error('the care team was asked');
  await medplum.updateResource({ ...begun, status: 'accepted' });
  for (const id of [makeTask().id ?? '', OTHER_ID]) {
    expect(await handler(medplum, eventWith(makeTask({ id, status: 'rejected' })))).toBeUndefined();
  }
  expect((await careTasks()).map(({ status }) => status).toSorted()).toEqual(['accepted', 'completed']);
});

test('an import that failed again after a decision asks about the failure only', async () => {
  await handler(medplum, eventWith(makeTask({ status: 'on-hold' })));
  await handler(medplum, eventWith(makeTask({ status: 'failed' })));
  const open = (await careTasks()).filter(({ status }) => status === 'requested');
  expect(open.map(({ code }) => code?.text)).toEqual(['Records could not be loaded']);
});

test.each<[string, Resource]>([
  ['an import still running', makeTask({ status: 'in-progress' })],
  ['an import for something else than a Patient', makeTask({ for: { reference: 'Group/1' } })],
  ['a Task of somebody else', makeTask({ code: { coding: [{ system: 'urn:other', code: IMPORT_TASK_CODE }] } })],
  ['another resource', { resourceType: 'Patient', id: '123' }],
])('%s is told to nobody', async (_, input) => {
  expect(await handler(medplum, eventWith(input))).toBeUndefined();
  expect(await messages()).toEqual([]);
  expect(await careTasks()).toEqual([]);
});
