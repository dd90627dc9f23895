import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MedplumClient } from '@medplum/core';
import type { Patient, Task } from '@medplum/fhirtypes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isRedriving, redriveFromTask } from '../contract/import-redrive.ts';
import { importStatusSchema } from '../contract/import-status.ts';
import { countsFromTask, storedLines } from '../contract/import-task.ts';
import { connectChart, KIM, storeChart } from './connect-chart.ts';
import { eventually, startWorld, type World } from './start-world.ts';

let world: World;
let clinician: MedplumClient;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'redrive-'));
  world = await startWorld();
  clinician = await world.signIn('clinician@example.com');
});

afterAll(async () => {
  await world.close();
  await rm(folder, { recursive: true });
});

/** Between the Task of an import and the line that is too large. */
const SMALL_BYTES = 20_000;

/** An export of a Patient, a small result, and a large one that not every server takes. */
async function writeLarge(): Promise<string> {
  const result = {
    resourceType: 'Observation',
    status: 'final',
    code: { text: 'Pulse' },
    subject: { reference: 'Patient/p' },
  };
  const lines = [
    { resourceType: 'Patient', id: 'p', name: [{ given: [KIM.given], family: KIM.family }], birthDate: KIM.birthDate },
    { ...result, id: 'small' },
    { ...result, id: 'large', note: [{ text: 'x'.repeat(2 * SMALL_BYTES) }] },
  ];
  const file = join(folder, 'large.jsonl');
  await writeFile(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return file;
}

const dirty = (seed: number) => ({
  persona: { seed, resources: 60, documentBytes: 200, patient: KIM, dirt: ['bad-json' as const] },
});

/** Imports Kim's records; gives the Task once it is completed. */
async function importKim(
  source: ReturnType<typeof dirty> | { readonly file: string },
): Promise<{ task: Task; patient: Patient }> {
  const patient = await storeChart(clinician);
  await connectChart(world, clinician, patient, source);
  const task = await eventually(async () => {
    const tasks = await clinician.searchResources('Task', `patient=Patient/${patient.id}`, { cache: 'reload' });
    return tasks.find(({ status }) => status === 'completed');
  });
  return { task, patient };
}

const ask = ({ id }: Task, caller: MedplumClient | undefined = clinician) =>
  world.call(caller, 'POST', `/imports/${id}/redrive`);

const read = ({ id = '' }: Task) => clinician.readResource('Task', id, { cache: 'reload' });

/** Every phase that the stream tells until its end. */
async function follow(task: Task): Promise<(string | undefined)[]> {
  const headers = { authorization: `Bearer ${clinician.getAccessToken()}` };
  const text = await (await fetch(`${world.api}/imports/${task.id}/events`, { headers })).text();
  return [...text.matchAll(/^data: (\{.+\})$/gm)].map(
    ([, json]) => importStatusSchema.parse(JSON.parse(json ?? '')).phase,
  );
}

test('lines that the server refused are loaded once it takes them, and the Task tells who asked', async () => {
  const { switches } = world.medplum;
  const usual = { ...switches };
  Object.assign(switches, { maxJsonBytes: SMALL_BYTES, maxAsyncBatchBytes: SMALL_BYTES });
  const { task } = await importKim({ file: await writeLarge() });
  Object.assign(switches, usual);
  const before = countsFromTask(task);
  expect(before).toMatchObject({ lines: 3, quarantined: 1 });
  expect(await ask(task)).toEqual({ status: 200, body: { outcome: 'queued' } });
  expect((await follow(task)).at(-1)).toBe('loaded');
  const done = await read(task);
  expect(countsFromTask(done).quarantined).toBe(0);
  expect(storedLines(countsFromTask(done))).toBe(storedLines(before) + 1);
  expect(redriveFromTask(done)).toMatchObject({
    lines: 1,
    askedBy: expect.stringMatching(/^Practitioner\//),
    endedAt: expect.any(String),
  });
  expect(await ask(task)).toMatchObject({ status: 409, body: { issue: [{ code: 'conflict' }] } });
});

test('asking twice at once is one try, and one that changes nothing can be asked for again', async () => {
  const { task } = await importKim(dirty(42));
  const version = task.meta?.versionId;
  const answers = await Promise.all([ask(task), ask(task), ask(task)]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(answers.filter(({ body }) => (body as { outcome: string }).outcome === 'queued')).toHaveLength(1);
  await follow(task);
  const done = await read(task);
  expect(done.meta?.versionId).not.toBe(version);
  expect(countsFromTask(done)).toEqual(countsFromTask(task));
  expect(await ask(task)).toEqual({ status: 200, body: { outcome: 'queued' } });
  await follow(task);
  expect(isRedriving(await read(task))).toBe(false);
});

test('no patient has lines tried again, and nobody what they may not see', async () => {
  const { task, patient } = await importKim(dirty(43));
  const themselves = await world.signInAs(patient as Patient & { id: string });
  expect((await ask(task, themselves)).status).toBe(403);
  expect((await world.call(undefined, 'POST', `/imports/${task.id}/redrive`)).status).toBe(401);
  expect((await world.call(clinician, 'POST', '/imports/no-such-task/redrive')).status).toBe(404);
  expect(redriveFromTask(await read(task))).toBeUndefined();
});

test('a try that comes to nothing says why, and what was loaded before stays told', async () => {
  const { task, patient } = await importKim(dirty(44));
  await world.call(clinician, 'DELETE', `/connections/${patient.id}`);
  expect((await ask(task)).status).toBe(200);
  await follow(task);
  const told = await read(task);
  expect(redriveFromTask(told)).toMatchObject({ fault: 'connection-revoked', endedAt: expect.any(String) });
  expect(countsFromTask(told)).toEqual(countsFromTask(task));
});
