import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import type { MedplumClient } from '@medplum/core';
import type { Patient, Task } from '@medplum/fhirtypes';
import { Queue } from 'bullmq';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { generateExport } from '../../sandbox/generator/generate-export.ts';
import { buildApp } from '../app.ts';
import { readConfig } from '../config.ts';
import { countsFromTask, settledLines } from '../contract/import-task.ts';
import { Findings } from '../ingest/ledger/findings.ts';
import { verifyImport } from '../ingest/ledger/verify-import.ts';
import { createMedplum, type MedplumConnection } from '../medplum/client/create-medplum.ts';
import { QUEUES } from '../queue/specs.ts';
import { type Cut, type CuttingProxy, startCuttingProxy } from './cutting-proxy.ts';
import { startCommand } from './import-process.ts';
import { BRIDGE_CLIENT } from './import-world.ts';
import { eventually, startWorld, type World } from './start-world.ts';

let world: World;
let proxy: CuttingProxy;
let direct: MedplumConnection;
let clinician: MedplumClient;
let folder: string;

beforeAll(async () => {
  world = await startWorld();
  proxy = await startCuttingProxy(world.medplum.baseUrl);
  direct = await createMedplum({ baseUrl: world.medplum.baseUrl, ...BRIDGE_CLIENT });
  clinician = await world.signIn('clinician@example.com');
  folder = await mkdtemp(join(tmpdir(), 'away-'));
});
afterEach(() => {
  proxy.cut = () => undefined;
});
afterAll(async () => {
  await direct.close();
  await proxy.close();
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

const OUTCOME = { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'exception' }] };
const NO_DATABASE: Cut = { refuseWith: OUTCOME, status: 503 };

/** From the first bundle of records on the server is away, and nobody hears what became of that bundle. */
function awayFromTheFirstBundle(away: Cut): { readonly since: () => boolean } {
  let isAway = false;
  proxy.cut = (_method, _path, body) => {
    const wasAway = isAway;
    isAway ||= body.includes('"type":"transaction"') && body.includes('Observation');
    if (!isAway) return undefined;
    return wasAway ? away : 'after-request';
  };
  return { since: () => isAway };
}

async function expectWhole(namespace: string): Promise<void> {
  expect((await verifyImport(direct.client, { namespace })).found).toEqual(new Findings().counts);
}

test.each([
  ['does not answer any more', 'before-server' as const],
  ['has lost its database', NO_DATABASE],
])(
  'a server that %s for longer than the command waits ends it in clear words, and the same command goes on',
  async (name, away) => {
    const connection = name.replaceAll(' ', '-');
    const file = join(folder, 'export.jsonl');
    await writeFile(file, [...generateExport({ seed: 5, resources: 120, documentBytes: 200 })].join('\n'));
    const environment = {
      MEDPLUM_BASE_URL: proxy.baseUrl,
      MEDPLUM_CLIENT_ID: BRIDGE_CLIENT.clientId,
      MEDPLUM_CLIENT_SECRET: BRIDGE_CLIENT.clientSecret,
      MEDPLUM_PATIENCE_SECONDS: '0.4',
      DATA_DIR: join(folder, 'data'),
    };
    const run = () => startCommand('import', [file, '--connection', connection, '--json'], environment).ended;

    const { since } = awayFromTheFirstBundle(away);
    const given = await run();
    expect(since()).toBe(true);
    expect(given).toMatchObject({ how: 1, stdout: '' });
    expect(given.stderr).toMatch(/^medplum-unreachable: .*run the same command again, it goes on where it stopped\n$/);
    const [task] = await direct.client.searchResources('Task', { _tag: tagOf(connection) });
    expect(task?.status).not.toBe('completed');

    proxy.cut = () => undefined;
    const done = await run();
    expect(done).toMatchObject({ how: 0, stderr: '' });
    const counts = JSON.parse(done.stdout);
    // The bundle of which nobody had heard.
    expect(counts.unchanged).toBeGreaterThan(0);
    expect(settledLines(counts)).toBe(counts.lines);
    await expectWhole(connection);
  },
);

function tagOf(namespace: string): string {
  return `https://api.connect.fastenhealth.com/v1/bridge/org_connection|${namespace}`;
}

interface Bridge {
  /** `http://127.0.0.1:<port>/api/fasten-health` */
  readonly api: string;
  readonly imports: Queue;
  log(): string;
  close(): Promise<void>;
}

/** A bridge with a queue of its own, behind the proxy, that waits for next to nothing. */
async function startBridge(): Promise<Bridge> {
  let logged = '';
  const logTo = new Writable({
    write: (chunk, _encoding, done) => {
      logged += String(chunk);
      done();
    },
  });
  const prefix = `${world.redis.prefix}-away`;
  const own = { BRIDGE_PORT: '0', REDIS_PREFIX: prefix, MEDPLUM_PATIENCE_SECONDS: '0.4' };
  const app = await buildApp(readConfig({ ...world.environment, ...own, MEDPLUM_BASE_URL: proxy.baseUrl }), { logTo });
  const api = `${await app.listen()}/api/fasten-health`;
  await world.fasten.setWebhook({ url: `${api}/webhook` });
  const imports = new Queue('import', { connection: world.redis.redis, prefix });
  const close = async (): Promise<void> => {
    await imports.close();
    await app.close();
  };
  return { api, imports, log: () => logged, close };
}

/** Connects a health system, so that an import begins. Gives the Patient's reference and the namespace. */
async function connect({ api }: Bridge): Promise<{ readonly patient: string; readonly namespace: string }> {
  const { id } = await clinician.createResource<Patient>({ resourceType: 'Patient' });
  const persona = { seed: 31, resources: 150, documentBytes: 200 };
  const { orgConnectionId: namespace } = await world.fasten.createConnection({ persona });
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${clinician.getAccessToken()}` };
  const body = JSON.stringify({ patientId: id, org_connection_id: namespace });
  await fetch(`${api}/connections/complete`, { method: 'POST', headers, body });
  return { patient: `Patient/${id}`, namespace };
}

/** The queue waits for minutes between two tries; this test does not. */
async function promoteUntil<T>({ imports }: Bridge, ask: () => Promise<T | undefined>): Promise<T> {
  return eventually(async () => {
    // First: a job that runs once more meets a server that is back, and may then say that it failed.
    const answer = await ask();
    if (answer !== undefined) return answer;
    for (const job of await imports.getDelayed()) await job.promote().catch(() => undefined);
    return undefined;
  });
}

test('a server that stays away until a worker gives up leaves an import that waits, and ends well when it is back', async () => {
  const bridge = await startBridge();
  const { since } = awayFromTheFirstBundle(NO_DATABASE);
  const { patient, namespace } = await connect(bridge);
  const readTask = (): Promise<Task | undefined> => direct.client.searchOne('Task', { patient }, { cache: 'reload' });

  await eventually(
    async () =>
      /"event":"job.retried".*"queue":"import"|"queue":"import".*"event":"job.retried"/.exec(bridge.log()) ?? undefined,
  );
  expect(since()).toBe(true);
  expect(await readTask()).toMatchObject({ status: 'in-progress' });
  // Nobody could be told that it failed, so it has not.
  await promoteUntil(bridge, async () => /"reason":"medplum-unreachable"/.exec(bridge.log()) ?? undefined);
  expect(bridge.log().match(/"event":"job.retried"/g)?.length).toBe(QUEUES.import.attempts - 1);
  expect(await bridge.imports.getFailedCount()).toBe(0);
  expect(await readTask()).toMatchObject({ status: 'in-progress' });

  proxy.cut = () => undefined;
  const task = await promoteUntil(bridge, async () => {
    const stored = await readTask();
    return stored?.status === 'completed' ? stored : undefined;
  });
  const counts = countsFromTask(task);
  expect(counts.unchanged).toBeGreaterThan(0);
  expect(settledLines(counts)).toBe(counts.lines);
  await expectWhole(namespace);
  await bridge.close();
});
