import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MedplumClient } from '@medplum/core';
import type { OperationOutcome, Patient, Task } from '@medplum/fhirtypes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CANARY, canaryExport } from './canary-export.ts';
import { type CuttingProxy, startCuttingProxy } from './cutting-proxy.ts';
import { startCommand } from './import-process.ts';
import { eventually, startWorld, type World } from './start-world.ts';

let world: World;
let proxy: CuttingProxy;
let clinician: MedplumClient;
let service: Service | undefined;
let environment: Record<string, string>;
/** Every URL that Medplum was asked at. */
const urls: string[] = [];

beforeAll(async () => {
  world = await startWorld();
  proxy = await startCuttingProxy(world.medplum.baseUrl);
  clinician = await world.signIn('clinician@example.com');
  environment = {
    ...world.environment,
    MEDPLUM_BASE_URL: proxy.baseUrl,
    BRIDGE_PORT: '0',
    REDIS_PREFIX: `${world.redis.prefix}-canary`,
  };
});
afterAll(async () => {
  service?.child.kill('SIGKILL');
  await proxy.close();
  await world.close();
});

/** What a server may say of a line that it refuses: it quotes, in every element that an outcome has. */
const QUOTING: OperationOutcome = {
  resourceType: 'OperationOutcome',
  issue: [
    {
      severity: 'error',
      code: 'structure',
      details: { text: 'qzCanaryText is not allowed' },
      diagnostics: 'qzCanaryDiagnostics',
      expression: ['Observation.qzCanaryProperty', 'Observation.code', "Observation.where(id='qzCanaryValue')"],
    },
  ],
};

/** Refuses what carries one kind of line, and loses the reply of every fifth bundle. */
function disturb(): void {
  let bundles = 0;
  proxy.cut = (method, path, body) => {
    urls.push(`${method} ${path}`);
    if (body.includes('"type":"transaction"') && body.includes('"method":{"text":"qzCanary')) {
      return { refuseWith: QUOTING };
    }
    return body.includes('"resourceType":"Bundle"') && ++bundles % 5 === 0 ? 'after-request' : undefined;
  };
}

async function writeExport(name: string, lines: readonly string[]): Promise<string> {
  const file = join(world.spoolDir, name);
  await writeFile(file, lines.join('\n'));
  return file;
}

/** Runs a command to its end; gives everything that it said. */
async function say(name: string, ...args: string[]): Promise<string> {
  const { ended } = startCommand(name, args, environment);
  const { how, stdout, stderr } = await ended;
  return `${name} ended with ${how}\n${stdout}\n${stderr}`;
}

function chart(): Promise<Patient> {
  return clinician.createResource<Patient>({
    resourceType: 'Patient',
    name: [{ given: ['Kim'], family: 'Example' }],
    birthDate: '1980-05-17',
  });
}

/** What stands in Medplum and is shown to people who may not read the record: codes and ids only. */
async function readPapers(): Promise<string> {
  const types = ['Task', 'AuditEvent', 'Communication', 'Consent'] as const;
  const all = await Promise.all(
    types.map((type) => clinician.searchResources(type, '_count=1000', { cache: 'reload' })),
  );
  return JSON.stringify(all);
}

function expectNone(place: string, text: string): void {
  const at = text.search(CANARY);
  expect(at === -1 ? place : `${place}: ...${text.slice(Math.max(0, at - 150), at + 60)}`).toBe(place);
}

test('no command says what an export says, whatever is wrong with its lines and its server', {
  timeout: 100_000,
}, async () => {
  const file = await writeExport('canary.jsonl', canaryExport());
  disturb();
  const loaded = await say('import', file, '--connection', 'canary', '--json');
  expect(loaded).toContain('import ended with 0');
  expect(loaded).toContain('refused-by-server');
  proxy.cut = (method, path) => void urls.push(`${method} ${path}`);
  const other = await chart();
  const foreign = await writeExport('foreign.jsonl', canaryExport());
  const held = await say('import', foreign, '--connection', 'foreign', '--patient', `Patient/${other.id}`);
  expect(held).toContain('held: ');
  const [task] = await clinician.searchResources('Task', 'status=on-hold', { cache: 'reload' });
  const said = {
    loaded,
    again: await say('import', file, '--connection', 'canary'),
    'dry run': await say('import', file, '--connection', 'canary', '--dry-run'),
    verified: await say('verify', '--connection', 'canary'),
    held,
    decided: await say('decide', '--task', task?.id ?? '', '--reject'),
    refused: await say('import', await writeExport('no.jsonl', ['qzCanary,1', 'qzCanary,2']), '--connection', 'no'),
  };
  for (const [place, text] of Object.entries(said)) expectNone(place, text);
  expectNone('Medplum', await readPapers());
  expectNone('URLs', urls.join('\n'));
});

interface Service {
  readonly child: ChildProcess;
  readonly api: string;
  said(): string;
}

async function startService(): Promise<Service> {
  const main = join(import.meta.dirname, '../main.ts');
  const child = spawn(process.execPath, [main], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      said += String(chunk);
    });
  }
  const port = await eventually(async () => /"port":(\d+)/.exec(said)?.[1]);
  return { child, api: `http://127.0.0.1:${port}/api/fasten-health`, said: () => said };
}

/** Connects a chart to an export of these lines; resolves when its import has ended, or waits for a decision. */
async function importByService(api: string, name: string, lines: readonly string[]): Promise<string> {
  const { id } = await chart();
  const connection = await world.fasten.createConnection({ file: await writeExport(name, lines) });
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${clinician.getAccessToken()}` };
  const body = JSON.stringify({ patientId: id, org_connection_id: connection.orgConnectionId });
  const completed = await fetch(`${api}/connections/complete`, { method: 'POST', headers, body });
  const task: Task = await eventually(async () => {
    const tasks = await clinician.searchResources('Task', '_count=1000', { cache: 'reload' });
    // A held one names its chart and its connection in another place than one that went through.
    const named = [`Patient/${id}`, connection.orgConnectionId];
    const own = tasks.find((task) => named.some((name) => JSON.stringify(task).includes(name)));
    return own && ['completed', 'failed', 'on-hold'].includes(own.status) ? own : undefined;
  });
  const asked = await Promise.all(
    [`/imports/${task.id}`, `/connections/${id}`, `/imports/${task.id}x`].map((path) => fetch(api + path, { headers })),
  );
  const answers = await Promise.all([completed, ...asked].map((answer) => answer.text()));
  return [task.status, JSON.stringify(task), ...answers].join('\n');
}

test('nor does the service, in its log, its jobs, its metrics or its answers', { timeout: 100_000 }, async () => {
  service = await startService();
  await world.fasten.setWebhook({ url: `${service.api}/webhook` });
  disturb();
  // A line that is nobody's: without a Patient nothing is compared, and the import runs.
  const loaded = await importByService(service.api, 'service.jsonl', canaryExport().slice(1));
  expect(loaded).toMatch(/^completed/);
  const said = {
    loaded,
    held: await importByService(service.api, 'held.jsonl', canaryExport()),
    failed: await importByService(service.api, 'failed.jsonl', ['qzCanary,1', 'qzCanary,2']),
  };
  expect([said.held.split('\n')[0], said.failed.split('\n')[0]]).toEqual(['on-hold', 'failed']);
  const metrics = await Promise.all(
    [service.api, service.api.replace('/api/fasten-health', '')].map(async (at) =>
      (await fetch(`${at}/metrics`)).text(),
    ),
  );
  expect(metrics.join()).toContain('bridge_job_seconds');
  for (const [place, text] of Object.entries(said)) expectNone(place, text);
  expectNone('metrics', metrics.join());
  expectNone('process title', await readFile(`/proc/${service.child.pid}/cmdline`, 'utf8').catch(() => ''));
  const jobs = await world.redis.dump();
  expect(jobs).toContain('not-jsonl');
  expectNone('Redis', jobs);
  expectNone('Medplum', await readPapers());
  expectNone('URLs', urls.join('\n'));
  service.child.kill('SIGTERM');
  await once(service.child, 'exit');
  expect(service.said()).toContain('import.done');
  expectNone('log', service.said());
});
