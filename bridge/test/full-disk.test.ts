import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { MedplumClient } from '@medplum/core';
import type { Patient, Task } from '@medplum/fhirtypes';
import { Queue } from 'bullmq';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { countsFromTask, settledLines } from '../contract/import-task.ts';
import { eventually, startWorld, type World } from './start-world.ts';

let world: World;
let clinician: MedplumClient;
let imports: Queue;
let prefix: string;

beforeAll(async () => {
  world = await startWorld();
  clinician = await world.signIn('clinician@example.com');
  prefix = `${world.redis.prefix}-full`;
  imports = new Queue('import', { connection: world.redis.redis, prefix });
});

afterAll(async () => {
  await imports.close();
  await world.close();
});

interface Bridge {
  readonly child: ChildProcess;
  readonly api: string;
  log(): string;
}

/** A process of its own queue; `blocks` of 512 bytes are the largest file that it may write, as on a full disk. */
async function startBridge(blocks: number | 'unlimited'): Promise<Bridge> {
  const env = { PATH: process.env.PATH, ...world.environment, BRIDGE_PORT: '0', REDIS_PREFIX: prefix };
  const main = [process.execPath, join(import.meta.dirname, '../main.ts')];
  const child = spawn('sh', ['-c', `ulimit -f ${blocks}; exec "$0" "$@"`, ...main], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.on('data', (chunk) => {
    out += String(chunk);
  });
  const port = await eventually(async () => /"port":(\d+)/.exec(out)?.[1]);
  const api = `http://127.0.0.1:${port}/api/fasten-health`;
  await world.fasten.setWebhook({ url: `${api}/webhook` });
  return { child, api, log: () => out };
}

async function stop({ child }: Bridge): Promise<void> {
  child.kill('SIGTERM');
  await once(child, 'exit');
}

function post(bridge: Bridge, path: string, body: object): Promise<Response> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${clinician.getAccessToken()}` };
  return fetch(`${bridge.api}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
}

async function taskOf(patient: Patient, status?: Task['status']): Promise<Task> {
  return eventually(async () => {
    const query = `patient=Patient/${patient.id}${status ? `&status=${status}` : ''}`;
    return clinician.searchOne('Task', query, { cache: 'reload' });
  });
}

/** The queue waits for minutes between two tries; this test does not. Until the job is given up. */
async function promoteUntilFailed(): Promise<void> {
  await eventually(async () => {
    for (const job of await imports.getDelayed()) await job.promote().catch(() => undefined);
    return (await imports.getFailedCount()) > 0 ? true : undefined;
  });
}

test('a disk that is full while an export is fetched fails the import in clear words, and with room it is loaded', {
  timeout: 120_000,
}, async () => {
  const patient = await clinician.createResource<Patient>({ resourceType: 'Patient' });
  const persona = { seed: 21, resources: 200, documentBytes: 200 };
  const { orgConnectionId } = await world.fasten.createConnection({ persona });
  const full = await startBridge(64);
  await post(full, '/connections/complete', { patientId: patient.id, org_connection_id: orgConnectionId });

  await eventually(async () => /"event":"job.retried".*"code":"disk-full"/.exec(full.log()) ?? undefined);
  expect((await taskOf(patient)).status).toBe('in-progress');
  await promoteUntilFailed();
  const failed = await taskOf(patient, 'failed');
  expect(failed.statusReason).toMatchObject({
    coding: [{ code: 'disk-full' }],
    text: expect.stringMatching(/^no room/),
  });
  expect(failed.output ?? []).toEqual([]);
  expect(await clinician.searchOne('Observation', `patient=Patient/${patient.id}`)).toBeUndefined();
  const left = await readdir(world.spoolDir, { recursive: true });
  expect(left.filter((name) => name.endsWith('.jsonl'))).toEqual([]);
  await stop(full);

  const roomy = await startBridge('unlimited');
  expect((await post(roomy, `/imports/${failed.id}/retry`, {})).ok).toBe(true);
  const counts = countsFromTask(await taskOf(patient, 'completed'));
  expect(counts.created).toBeGreaterThan(0);
  expect(settledLines(counts)).toBe(counts.lines);
  await stop(roomy);
});
