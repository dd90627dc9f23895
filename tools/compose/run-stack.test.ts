import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseEnv } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { secretsCommand } from '../../bridge/commands/secrets-command.ts';
import { createMedplum } from '../../bridge/medplum/client/create-medplum.ts';
import { callJson } from '../../sandbox/demo/call-json.ts';
import { type SandboxMedplum, startMedplum } from '../../sandbox/medplum/start-medplum.ts';
import { findFreePort } from '../../sandbox/redis/find-free-port.ts';
import type { Seed } from '../../sandbox/seed.ts';
import { type ComposeFile, readCompose, type Service } from './read-compose.ts';
import { type Running, runService } from './run-service.ts';

/*
 * The stack of docker-compose.yml without containers: each service of ours, and Redis, by its own command, with its own
 * environment and its own health check, in the order of the file. In the place of Medplum stands the sandbox.
 */

let folder: string;
let secrets: NodeJS.Dict<string>;
let compose: ComposeFile;
let medplum: SandboxMedplum;
let places: readonly (readonly [string, string])[];
const running: Running[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stack-'));
  const file = join(folder, 'compose.env');
  const { log } = console;
  console.log = () => undefined;
  await secretsCommand.run(['--env', file, '--demo'], {});
  console.log = log;
  secrets = parseEnv(await readFile(file, 'utf8'));
  compose = readCompose(secrets);
  medplum = await startMedplum({ seed: freshServer() });
  const [redis, api, state, fasten, storage] = await Promise.all(Array.from({ length: 5 }, () => findFreePort()));
  places = [
    [`${secrets.SITE_SCHEME}://${secrets.MEDPLUM_HOSTNAME}/`, medplum.baseUrl],
    ['http://medplum-server:8103/', medplum.baseUrl],
    ['redis-server --dir /data', `redis-server --dir ${folder} --bind 127.0.0.1 --port ${redis}`],
    ['redis-cli', `redis-cli -p ${redis}`],
    ['@redis:6379', `@127.0.0.1:${redis}`],
    ['http://storage.fasten.localhost', `http://127.0.0.1:${storage}`],
    ['http://fasten.localhost', `http://127.0.0.1:${fasten}`],
    ['http://api:8100', `http://127.0.0.1:${api}`],
    ['/tmp/sandbox', join(folder, 'fasten')],
  ];
  ports = {
    BRIDGE_PORT: `${api}`,
    BRIDGE_STATE_PORT: `${state}`,
    SANDBOX_FASTEN_PORT: `${fasten}`,
    SANDBOX_STORAGE_PORT: `${storage}`,
  };
});

let ports: Record<string, string> = {};

afterAll(async () => {
  for (const service of running.toReversed()) if (service.child.exitCode === null) await service.stop();
  await medplum.close();
  await rm(folder, { recursive: true, force: true });
});

/** A server as its first start leaves it: the super admin's project, and the client that its environment names. */
function freshServer(): Seed {
  const projectId = crypto.randomUUID();
  const server = compose.services['medplum-server']?.environment;
  const client = {
    id: server?.MEDPLUM_DEFAULT_SUPER_ADMIN_CLIENT_ID ?? '',
    secret: server?.MEDPLUM_DEFAULT_SUPER_ADMIN_CLIENT_SECRET ?? '',
    name: 'Default Super Admin Client',
    projectId,
    membershipId: crypto.randomUUID(),
  };
  return {
    projects: [{ id: projectId, name: 'Super Admin', features: [], superAdmin: true }],
    clients: [client],
    users: [],
  };
}

function run(name: string, more: Readonly<Record<string, string>> = {}): Running {
  const service = compose.services[name];
  if (!service) throw new Error(`no service ${name}`);
  const own = Object.keys(service.environment ?? {});
  const moved = Object.entries({ ...ports, SPOOL_DIR: join(folder, 'spool'), DATA_DIR: join(folder, name), ...more });
  const environment = { ...service.environment, ...Object.fromEntries(moved.filter(([key]) => own.includes(key))) };
  const started = runService({ ...service, environment } as Service, (text) =>
    places.reduce((placed, [from, to]) => placed.replaceAll(from, to), text),
  );
  running.push(started);
  return started;
}

test('the services start by themselves in their order, and a record comes in from a webhook', async () => {
  await run('redis').untilHealthy();
  const provision = run('provision');
  expect([await provision.ended(), provision.output()]).toEqual([0, expect.stringContaining('bots: report-import: ')]);
  const api = run('api');
  const workers = [run('worker'), run('worker', { BRIDGE_STATE_PORT: `${await findFreePort()}` })];
  await run('fasten').untilHealthy();
  await Promise.all([api, ...workers].map((service) => service.untilHealthy()));

  const { task, admin } = await importOne();
  expect(task.status).toBe('completed');
  const { output = [] } = task;
  expect(output.find(({ type }) => type.coding?.[0]?.code === 'created')?.valueInteger).toBeGreaterThan(20);
  const author = (await admin.readResource('Task', task.id ?? '', { headers: { 'X-Medplum': 'extended' } })).meta
    ?.author;
  expect(author?.reference).toBe(`ClientApplication/${secrets.MEDPLUM_CLIENT_ID}`);

  const again = run('provision');
  expect([await again.ended(), again.output()]).toEqual([0, 'unchanged: everything is as it should be\n']);
  expect(await Promise.all([api, ...workers].map((service) => service.stop()))).toEqual([0, 0, 0]);
}, 180_000);

/** A patient connects the stand-in of a health system, and its record is loaded. */
async function importOne() {
  const { MEDPLUM_ADMIN_CLIENT_ID: clientId = '', MEDPLUM_ADMIN_CLIENT_SECRET: clientSecret = '' } = secrets;
  const { client: admin } = await createMedplum({ baseUrl: medplum.baseUrl, clientId, clientSecret });
  const patient = await admin.createResource({ resourceType: 'Patient', active: true });
  const fasten = `http://127.0.0.1:${ports.SANDBOX_FASTEN_PORT}/admin/connections`;
  const persona = { seed: 3, resources: 40 };
  const body = JSON.stringify({ persona, externalId: patient.id });
  const { orgConnectionId } = (await callJson(fasten, { method: 'POST', body })) as { orgConnectionId: string };
  const complete = JSON.stringify({ patientId: patient.id, org_connection_id: orgConnectionId });
  const url = `http://127.0.0.1:${ports.BRIDGE_PORT}/api/fasten-health/connections/complete`;
  await callJson(url, { method: 'POST', body: complete }, admin.getAccessToken());
  for (;;) {
    const [task] = await admin.searchResources(
      'Task',
      { patient: `Patient/${patient.id}`, _count: '20' },
      { cache: 'reload' },
    );
    if (task && ['completed', 'failed', 'on-hold'].includes(task.status)) return { task, admin };
    await wait(200);
  }
}
