import type { MedplumClient } from '@medplum/core';
import type { Communication, Patient, Task } from '@medplum/fhirtypes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { importStatusSchema } from '../contract/import-status.ts';
import { IMPORT_MOMENTS } from '../contract/import-timeline.ts';
import { syncAnswerSchema } from '../contract/sync.ts';
import { connectChart, type Person, storeChart, UNMISTAKABLE } from './connect-chart.ts';
import { eventually, startWorld, type World } from './start-world.ts';

const OTHER = { given: 'Alex', family: 'Somebody', birthDate: '1990-09-09', gender: 'male' } as const;
let world: World;
let clinician: MedplumClient;

beforeAll(async () => {
  world = await startWorld();
  clinician = await world.signIn('clinician@example.com');
});

afterAll(async () => {
  await world.close();
});

/** Connects one chart to a health system that has this person's record; resolves when the import has come to this status. */
async function connect(who: Person, status: Task['status']) {
  const patient = await storeChart(clinician, UNMISTAKABLE);
  const persona = { seed: 31, resources: 30, documentBytes: 200, patient: who };
  const { orgConnectionId } = await connectChart(world, clinician, patient, { persona });
  const task = await eventually(async () => {
    const tasks = await clinician.searchResources('Task', `status=${status}`, { cache: 'reload' });
    return tasks.find(
      ({ for: subject, focus }) =>
        subject?.reference === `Patient/${patient.id}` || focus?.identifier?.value === orgConnectionId,
    );
  });
  return { patient, task };
}

async function messagesFor(patient: Patient): Promise<Communication[]> {
  const query = `subject=Patient/${patient.id}&_sort=sent`;
  return [...(await clinician.searchResources('Communication', query, { cache: 'reload' }))];
}

test('the patient is told that they are connected and that their records have come, once each, and the Task tells when', async () => {
  const { patient, task } = await connect(UNMISTAKABLE, 'completed');
  const about = [{ reference: `Task/${task.id}` }];
  const messages = await messagesFor(patient);
  expect(messages).toMatchObject([
    { topic: { text: 'Your health system is connected' }, about },
    { topic: { text: 'Your health records are here' }, about },
  ]);
  for (const { topic, payload } of messages) {
    expect(JSON.stringify([topic, payload])).not.toMatch(/Zyxwvut|Qponmlk|1971|epic|Observation/i);
  }

  const { body } = await world.call(clinician, 'GET', `/imports/${task.id}`);
  const { timeline } = importStatusSchema.parse(body);
  expect(Object.keys(timeline).toSorted()).toEqual([...IMPORT_MOMENTS].toSorted());
  const times = IMPORT_MOMENTS.map((moment) => Date.parse(timeline[moment] ?? ''));
  expect(times).toEqual(times.toSorted((a, b) => a - b));
});

test('an import on hold is told to the one who connected, and a sync says so instead of asking for another', async () => {
  const { patient, task } = await connect(OTHER, 'on-hold');
  const last = (await messagesFor(patient)).at(-1);
  expect(last).toMatchObject({
    topic: { text: 'Your health records are being checked' },
    about: [{ reference: `Task/${task.id}` }],
  });
  expect(JSON.stringify(last)).not.toMatch(/Somebody|1990/);
  const { body } = await world.call(clinician, 'POST', `/sync/${patient.id}`);
  const [told] = syncAnswerSchema.parse(body).connections;
  expect(told).toMatchObject({ outcome: 'on-hold', text: expect.stringMatching(/staff/) });
});
