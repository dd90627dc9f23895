import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Task } from '@medplum/fhirtypes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { byEarlierRunFromTask, countsFromTask, settledLines } from '../contract/import-task.ts';
import { eventually, startWorld, type World } from './start-world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld();
});

afterAll(async () => {
  await world.close();
});

/** The exports on the disk. */
async function spoolFiles(): Promise<string[]> {
  const found = await readdir(world.spoolDir, { recursive: true, withFileTypes: true });
  return found.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
}

/** A worker process of its own queue, and the queue's API, which the world's own bridge does not serve. */
async function startBridge(): Promise<{ readonly child: ChildProcess; readonly api: string }> {
  const env = { ...world.environment, BRIDGE_PORT: '0', REDIS_PREFIX: `${world.redis.prefix}-killed` };
  const main = join(import.meta.dirname, '../main.ts');
  const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.on('data', (chunk) => {
    out += String(chunk);
  });
  const port = await eventually(async () => /"port":(\d+)/.exec(out)?.[1]);
  return { child, api: `http://127.0.0.1:${port}/api/fasten-health` };
}

// A killed worker gives no sign: its job is taken up when its lock has run out, which is what this test waits for.
test('an import whose worker is killed is finished by the next one, nothing doubled; what it left on disk is noise, and goes', {
  timeout: 180_000,
}, async () => {
  const clinician = await world.signIn('clinician@example.com');
  const patient = await clinician.createResource({ resourceType: 'Patient' });
  const persona = { seed: 11, resources: 1500, documentBytes: 200, idStyle: 'uuid' as const };
  const { orgConnectionId } = await world.fasten.createConnection({ persona });

  const first = await startBridge();
  await world.fasten.setWebhook({ url: `${first.api}/webhook` });
  await fetch(`${first.api}/connections/complete`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${clinician.getAccessToken()}` },
    body: JSON.stringify({ patientId: patient.id, org_connection_id: orgConnectionId }),
  });
  const find = <T extends 'Observation' | 'Task'>(type: T) =>
    clinician.searchOne(type, `patient=Patient/${patient.id}`, { cache: 'reload' });
  await eventually(() => find('Observation'));
  first.child.kill('SIGKILL');
  await once(first.child, 'exit');
  const left = await spoolFiles();
  expect(left.length).toBeGreaterThan(0);
  for (const path of left) expect((await readFile(path)).toString('latin1')).not.toMatch(/resourceType|"id"|subject/);

  const second = await startBridge();
  expect((await spoolFiles()).filter((path) => left.includes(path))).toEqual([]);
  const task = await eventually(async () => {
    const stored: Task | undefined = await find('Task');
    return stored?.status === 'completed' ? stored : undefined;
  });
  const counts = countsFromTask(task);
  expect(settledLines(counts)).toBe(counts.lines);
  expect(counts.unchanged).toBeGreaterThan(0);
  // So that nobody takes it for an import without news.
  expect(byEarlierRunFromTask(task)).toBeGreaterThan(0);
  const stored = await clinician.searchResources('Observation', `patient=Patient/${patient.id}&_count=1000`);
  expect(new Set(stored.map(({ meta }) => meta?.source)).size).toBe(stored.length);

  second.child.kill('SIGTERM');
  await once(second.child, 'exit');
});
