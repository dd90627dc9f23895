import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MedplumClient } from '@medplum/core';
import type { Patient } from '@medplum/fhirtypes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, startWorld, type World } from '../test/start-world.ts';

let world: World;
let clinician: MedplumClient;
let folder: string;

beforeAll(async () => {
  world = await startWorld();
  clinician = await world.signIn('clinician@example.com');
  folder = await mkdtemp(join(tmpdir(), 'decide-'));
});
afterAll(async () => {
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

async function cli(...args: string[]): Promise<Run> {
  const env = { PATH: process.env.PATH, ...world.environment };
  const child = spawn(process.execPath, [join(import.meta.dirname, '../cli.ts'), ...args], { env });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  return { code: await new Promise((resolve) => child.on('close', resolve)), out, err };
}

function newChart(): Promise<Patient> {
  return clinician.createResource<Patient>({
    resourceType: 'Patient',
    name: [{ given: ['Kim'], family: 'Example' }],
    birthDate: '1980-05-17',
  });
}

test('a file of somebody else is one line that says how to decide, and goes on once that is accepted', async () => {
  const chart = await newChart();
  const file = join(folder, 'held.jsonl');
  const who = { name: [{ given: ['Zyxwvut'], family: 'Example' }], birthDate: '1980-05-17' };
  await writeFile(file, JSON.stringify({ resourceType: 'Patient', id: 'p', ...who }));
  const load = () => cli('import', file, '--patient', `Patient/${chart.id}`);

  const held = await load();
  expect([held.code, held.out]).toEqual([1, '']);
  const said = /^held: .* differ in given-name; decide with: npm run decide -- --task (\S+) --accept\|--reject\n$/;
  const [, taskId = ''] = said.exec(held.err) ?? [];
  expect(held.err).toMatch(said);
  const accepted = { code: 0, out: 'accepted: run the same import again, it goes on now\n', err: '' };
  expect(await cli('decide', '--task', taskId, '--accept')).toEqual(accepted);
  expect((await load()).code).toBe(0);
  expect(await cli('decide', '--task', taskId, '--reject')).toMatchObject({
    code: 1,
    err: expect.stringMatching(/^not-on-hold: .*\n$/),
  });
});

test('an import that the worker holds goes on by the worker', async () => {
  const chart = await newChart();
  const who = { given: 'Zyxwvut', family: 'Qponmlk', birthDate: '1971-02-03', gender: 'female' } as const;
  const persona = { seed: 31, resources: 20, patient: who };
  const { orgConnectionId } = await world.fasten.createConnection({ persona });
  const body = { patientId: chart.id, org_connection_id: orgConnectionId };
  await world.call(clinician, 'POST', '/connections/complete', body);
  const held = await eventually(async () => {
    const tasks = await clinician.searchResources('Task', 'status=on-hold', { cache: 'reload' });
    return tasks.find(({ focus }) => focus?.identifier?.value === orgConnectionId);
  });
  expect(await cli('decide', '--task', `Task/${held.id}`, '--accept')).toMatchObject({
    code: 0,
    out: 'accepted: the import is queued\n',
  });
  await eventually(async () => {
    const task = await clinician.readResource('Task', held.id, { cache: 'reload' });
    return task.status === 'completed' ? task : undefined;
  });
});

test.each([
  ['no task', ['--accept']],
  ['no decision', ['--task', 'x']],
  ['both decisions', ['--task', 'x', '--accept', '--reject']],
  ['an unknown option', ['--task', 'x', '--perhaps']],
  ['a Task that is no id', ['--task', 'a/../b', '--reject']],
])('%s is bad usage: exit code 2', async (_, args) => {
  const { code, err } = await cli('decide', ...args);
  expect(code).toBe(2);
  expect(err).toContain('usage: npm run decide');
});
