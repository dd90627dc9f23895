import {
  BRIDGE_CODE_SYSTEM,
  EHI_EXPORT_SYSTEM,
  IMPORT_TASK_CODE,
  LINEAGE_SYSTEM,
  ORG_CONNECTION_SYSTEM,
} from '@fasten-medplum/bridge/contract/identifiers';
import { outputsFromCounts, outputsFromReport } from '@fasten-medplum/bridge/contract/import-task';
import type { WithId } from '@medplum/core';
import type {
  AuditEvent,
  Basic,
  Consent,
  Identifier,
  Observation,
  Patient,
  Subscription,
  Task,
} from '@medplum/fhirtypes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seed } from '../../sandbox/seed.ts';
import { type BotConfig, readBotConfigs } from '../build.ts';
import { type DeployWorld, startDeployWorld } from '../test/deploy-world.ts';
import { deployBots } from './deploy-bots.ts';
import { readSettings } from './read-settings.ts';

let world: DeployWorld;

beforeAll(async () => {
  world = await startDeployWorld();
});

afterAll(() => world.close());

/** Writes down each run, and touches what it was started by: a bot that would start itself again. */
const TOUCHING_CODE = `exports.handler = async (medplum, event) => {
  const { resourceType, id, meta } = event.input;
  if (resourceType !== 'Observation') return;
  await medplum.createResource({ resourceType: 'Basic', code: { text: 'run' }, subject: { reference: 'Observation/' + id } });
  await medplum.patchResource('Observation', id, [{ op: 'add', path: '/note', value: [{ text: 'seen ' + meta.versionId }] }]);
};`;

/** Each is about another status: two of them would start each other for ever. */
function touching(name: string, imports: 'afterwards' | 'at-once', status: Observation['status']): BotConfig {
  return {
    name,
    source: '',
    dist: '',
    description: 'For tests',
    subscriptions: [{ criteria: `Observation?status=${status}`, imports }],
    access: [{ resourceType: 'Observation' }, { resourceType: 'Basic', interaction: ['create'] }],
  };
}

const loaded: Observation = {
  resourceType: 'Observation',
  meta: { tag: [{ system: EHI_EXPORT_SYSTEM, code: 'export-1' }] },
  status: 'final',
  code: { text: 'Pulse' },
};

async function runsAbout({ id }: { id?: string | undefined }): Promise<number> {
  await world.settled();
  const all = await world.admin.searchResources('Basic', { subject: `Observation/${id}` }, { cache: 'reload' });
  return (all as readonly Basic[]).length;
}

test('every bot of the configuration is deployed, and a second run changes nothing and says so', async () => {
  const configs = readBotConfigs();
  const first = await deployBots(world.settings, configs);
  expect([...first.keys()]).toEqual(configs.map(({ name }) => name));
  for (const changes of first.values()) expect(changes).toEqual(['access', 'created', 'code', 'subscription']);

  const writes = world.server.countWrites();
  const second = await deployBots(world.settings, configs);
  expect([...second.values()]).toEqual(configs.map(() => []));
  expect(world.server.countWrites()).toBe(writes);
});

test('what somebody changed on the server is put right again', async () => {
  const config = touching('repaired', 'afterwards', 'registered');
  await world.deploy(config, TOUCHING_CODE);
  const bot = await world.bot('repaired');
  const policy = await world.admin.searchOne('AccessPolicy', { name: 'Bot repaired' }, { cache: 'reload' });
  await world.admin.updateResource({ ...policy, resourceType: 'AccessPolicy', resource: [{ resourceType: '*' }] });
  await world.admin.post(world.admin.fhirUrl('Bot', bot.id, '$deploy'), { code: 'exports.handler = async () => 1;' });
  const [subscription] = await world.admin.searchResources(
    'Subscription',
    { url: `Bot/${bot.id}` },
    { cache: 'reload' },
  );
  await world.admin.updateResource<Subscription>({ ...subscription, status: 'off' } as Subscription);
  const { id: _, ...another } = { ...subscription, criteria: 'Patient' } as Subscription;
  await world.admin.createResource(another);

  expect(await world.deploy(config, TOUCHING_CODE)).toEqual(['access', 'code', 'subscription']);
  expect(await world.deploy(config, TOUCHING_CODE)).toEqual([]);
  const left = await world.admin.searchResources('Subscription', { url: `Bot/${bot.id}` }, { cache: 'reload' });
  expect([...left]).toMatchObject([{ status: 'active', criteria: 'Observation?status=registered' }]);
});

test('a load does not start a bot that is fed afterwards; others’ new resources and a clinician’s edit do; itself never', async () => {
  await world.deploy(touching('fed', 'afterwards', 'final'), TOUCHING_CODE);
  const own = await world.bridge.createResource(loaded);
  expect(await runsAbout(own)).toBe(0);
  const updated = await world.bridge.updateResource({ ...own, code: { text: 'Heart rate' } });
  expect(await runsAbout(updated)).toBe(0);
  const byHand = await world.other.createResource(loaded);
  expect(await runsAbout(byHand)).toBe(0);

  const live = await world.other.createResource<Observation>({ ...loaded, meta: {} });
  expect(await runsAbout(live)).toBe(1);
  await world.other.updateResource({ ...updated, issued: '2026-11-01T10:00:00Z' });
  expect(await runsAbout(own)).toBe(1);
});

test('a bot runs once for a change, not again for what it writes itself', async () => {
  await world.deploy(touching('once', 'at-once', 'amended'), TOUCHING_CODE);
  const written = await world.bridge.createResource<Observation>({ ...loaded, status: 'amended' });
  expect(await runsAbout(written)).toBe(1);
  const now = await world.admin.readResource('Observation', written.id, { cache: 'reload' });
  expect(now.note?.[0]?.text).toBe(`seen ${written.meta?.versionId}`);
});

test('a bot may do what its policy says and nothing else, and each run is recorded', async () => {
  const config = touching('curious', 'at-once', 'unknown');
  await world.deploy({ ...config, access: [{ resourceType: 'Observation' }] }, TOUCHING_CODE);
  const bot = await world.bot('curious');
  const observation = await world.bridge.createResource(loaded);
  await expect(world.admin.executeBot(bot.id, observation, 'application/fhir+json')).rejects.toThrow('Forbidden');
  const query = { entity: `Observation/${observation.id}`, _sort: '-_lastUpdated' };
  const [event] = await world.admin.searchResources('AuditEvent', query, { cache: 'reload' });
  expect(event as AuditEvent).toMatchObject({ outcome: '4', source: { observer: { reference: `Bot/${bot.id}` } } });
});

test('report-import, deployed, is started by an import’s Task and tells patient and care team', async () => {
  await deployBots(world.settings, readBotConfigs());
  const patient = await world.bridge.createResource({ resourceType: 'Patient' });
  const task = await world.bridge.createResource<Task>({
    resourceType: 'Task',
    status: 'in-progress',
    intent: 'order',
    code: { coding: [{ system: BRIDGE_CODE_SYSTEM, code: IMPORT_TASK_CODE }] },
    for: { reference: `Patient/${patient.id}` },
  });
  await world.bridge.updateResource<Task>({ ...task, status: 'on-hold' });
  await world.settled();
  const counts = { lines: 1, created: 1, updated: 0, unchanged: 0, duplicate: 0, quarantined: 0, skipped: 0 };
  await world.bridge.updateResource<Task>({ ...task, status: 'completed', output: outputsFromCounts(counts, {}) });
  await world.settled();
  const subject = `Patient/${patient.id}`;
  expect(await world.admin.searchResources('Communication', { subject }, { cache: 'reload' })).toHaveLength(2);
  const asked = await world.admin.searchResources('Task', { focus: `Task/${task.id}` }, { cache: 'reload' });
  expect(asked.map(({ status }) => status).toSorted()).toEqual(['completed', 'requested']);
});

test('after a re-sync, by a new connection even, report-import, deployed, reads both ledgers and lists what changed', async () => {
  await deployBots(world.settings, readBotConfigs());
  const patient = await world.bridge.createResource({ resourceType: 'Patient' });
  const place = { file: 0, line: 1, offset: 0, length: 2, sha256: 'a'.repeat(64) };
  const uuid = (n: number) => `${n}0000000-0000-4000-8000-000000000000`;
  const stored = (n: number, disposition: string) => {
    return { ...place, key: `Observation/${n}`, disposition, target: `Observation/${uuid(n)}` };
  };
  const gone = { key: 'Observation/1', disposition: 'vanished', earlier: `Observation/${uuid(1)}` };
  const first = await connect(patient, [{ system: ORG_CONNECTION_SYSTEM, value: 'c1' }]);
  const other = await connect(patient, [{ system: ORG_CONNECTION_SYSTEM, value: 'c2' }]);
  const again = await connect(patient, [
    { system: ORG_CONNECTION_SYSTEM, value: 'c3' },
    { system: LINEAGE_SYSTEM, value: 'c1' },
  ]);
  await completeImport(patient, first, '2026-11-01', [stored(1, 'created'), stored(2, 'created')]);
  await completeImport(patient, other, '2026-11-02', [stored(3, 'created')]);
  await completeImport(patient, again, '2026-11-03', [gone, stored(2, 'updated'), stored(3, 'created')]);
  await world.settled();
  const lists = await world.admin.searchResources('List', { subject: `Patient/${patient.id}` }, { cache: 'reload' });
  expect(lists).toHaveLength(1);
  const entries = lists[0]?.entry?.map(({ flag, item }) => [flag?.coding?.[0]?.code, item.reference]);
  expect(entries).toEqual([
    ['vanished', `Observation/${uuid(1)}`],
    ['changed', `Observation/${uuid(2)}`],
    ['new', `Observation/${uuid(3)}`],
  ]);
});

function connect({ id }: WithId<Patient>, identifier: Identifier[]): Promise<WithId<Consent>> {
  return world.bridge.createResource<Consent>({
    resourceType: 'Consent',
    identifier,
    status: 'active',
    scope: { text: 'privacy' },
    category: [{ text: 'connection' }],
    policyRule: { text: 'opt in' },
    patient: { reference: `Patient/${id}` },
  });
}

/** An import of a connection as it is when it is done. */
async function completeImport({ id }: WithId<Patient>, consent: Consent, day: string, ledger: readonly object[]) {
  const data = ledger.map((entry) => JSON.stringify(entry)).join('\n');
  const binary = await world.bridge.createBinary({ data, contentType: 'application/x-ndjson' });
  const none = { lines: 0, created: 0, updated: 0, unchanged: 0, duplicate: 0, quarantined: 0, skipped: 0 };
  const report = { ...none, connection: 'c1', receivedByType: {}, storedByType: {}, problemsByCode: {} };
  const file = { reference: `Binary/${binary.id}`, merkleRoot: day };
  await world.bridge.createResource<Task>({
    resourceType: 'Task',
    status: 'completed',
    intent: 'order',
    code: { coding: [{ system: BRIDGE_CODE_SYSTEM, code: IMPORT_TASK_CODE }] },
    focus: { reference: `Consent/${consent.id}` },
    for: { reference: `Patient/${id}` },
    executionPeriod: { end: `${day}T10:00:00Z` },
    output: outputsFromReport({ ...report, repairsByRule: {}, problems: [], ledger: file }),
  });
}

test('flag-critical-results, deployed, flags a critical result that another writer stores, until it is taken back', async () => {
  await deployBots(world.settings, readBotConfigs());
  const patient = await world.bridge.createResource({ resourceType: 'Patient' });
  const result = await world.other.createResource<Observation>({
    resourceType: 'Observation',
    status: 'final',
    code: { text: 'Potassium' },
    subject: { reference: `Patient/${patient.id}` },
    effectiveDateTime: new Date().toISOString(),
    valueQuantity: { value: 7.2, unit: 'mmol/L' },
    interpretation: [{ coding: [{ code: 'HH' }] }],
  });
  await world.settled();
  const flags = await world.admin.searchResources('Flag', { subject: `Patient/${patient.id}` }, { cache: 'reload' });
  expect([...flags]).toMatchObject([{ code: { text: 'Potassium 7.2 mmol/L: called critically high by its source' } }]);
  await world.other.updateResource<Observation>({ ...result, status: 'entered-in-error' });
  await world.settled();
  const query = { patient: `Patient/${patient.id}` };
  const [flag] = await world.admin.searchResources('Flag', query, { cache: 'reload' });
  const [task] = await world.admin.searchResources('Task', query, { cache: 'reload' });
  expect([flag?.status, task?.status]).toEqual(['entered-in-error', 'cancelled']);
});

test('whoever deploys is told what to switch on', async () => {
  world.server.switches.vmContextBots = false;
  await expect(world.deploy(touching('refused', 'at-once', 'cancelled'), TOUCHING_CODE)).rejects.toThrow(
    'vmContextBotsEnabled',
  );
  world.server.switches.vmContextBots = true;

  const [bridge] = seed.clients;
  const asBridge = { ...world.settings, adminClientId: bridge?.id ?? '', adminClientSecret: bridge?.secret ?? '' };
  await expect(deployBots(asBridge, readBotConfigs())).rejects.toThrow('no admin of its project');

  const plain = await startDeployWorld([]);
  await expect(deployBots(plain.settings, readBotConfigs())).rejects.toThrow('Project.features');
  await plain.close();
});

test('the environment is checked at once, and without a server it is the sandbox', () => {
  expect(readSettings({ SANDBOX_MEDPLUM_PORT: '9' })).toMatchObject({
    baseUrl: 'http://127.0.0.1:9/',
    runtime: 'vmcontext',
  });
  expect(() => readSettings({ MEDPLUM_BASE_URL: 'https://a.example', BOT_RUNTIME: 'deno' })).toThrow(
    /MEDPLUM_ADMIN_CLIENT_ID is missing\n.*SECRET is missing\n.*MEDPLUM_CLIENT_ID is missing\n.*BOT_RUNTIME/,
  );
});
