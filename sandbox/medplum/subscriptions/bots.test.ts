import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MedplumClient, WithId } from '@medplum/core';
import type { Basic, Bot, Bundle, Observation } from '@medplum/fhirtypes';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { seed } from '../../seed.ts';
import { bundleOf, CLIENT, messageOf, type OpenSandbox, openSandbox, signIn } from '../open-sandbox.ts';

const [PROJECT] = seed.projects;
const CODE = `exports.handler = async (medplum, event) => {
  console.log('input', event.contentType);
  const { resourceType = 'deletion' } = event.input;
  return medplum.createResource({ resourceType: 'Basic', code: { text: resourceType } });
};`;

let sandbox: OpenSandbox;
let admin: MedplumClient;

beforeEach(async () => {
  sandbox = await openSandbox();
  admin = await signIn(sandbox.server.baseUrl, CLIENT.admin);
});
afterEach(() => sandbox.close());

async function makeBot(name: string, code = CODE): Promise<WithId<Bot>> {
  const bot: WithId<Bot> = await admin.post(`admin/projects/${PROJECT?.id}/bot`, { name });
  await admin.post(admin.fhirUrl('Bot', bot.id, '$deploy'), { code, filename: 'index.cjs' });
  return bot;
}

async function subscribe(bot: WithId<Bot>, criteria: string): Promise<void> {
  const channel = { type: 'rest-hook' as const, endpoint: `Bot/${bot.id}` };
  await admin.createResource({ resourceType: 'Subscription', status: 'active', reason: 'test', criteria, channel });
}

async function settledRuns(): Promise<Basic[]> {
  while (sandbox.server.countBotRuns() > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  return [...(await admin.searchResources('Basic', { _count: '100' }, { cache: 'reload' }))];
}

const pulse: Observation = { resourceType: 'Observation', status: 'final', code: { text: 'Pulse' } };

test('a project’s admin makes and deploys a bot, and $execute runs it as its own member', async () => {
  const bot = await makeBot('greet');
  const basic = (await admin.executeBot(bot.id, pulse, 'application/fhir+json')) as Basic;
  const extended = { 'X-Medplum': 'extended' };
  const stored = (await sandbox.call('GET', `Basic/${basic.id}`, undefined, extended)).json as Basic;
  expect(stored.meta?.author).toMatchObject({ reference: `Bot/${bot.id}` });
  const [event] = await admin.searchResources('AuditEvent', { _sort: '-_lastUpdated' }, { cache: 'reload' });
  expect(event).toMatchObject({
    type: { code: 'execute' },
    outcome: '0',
    outcomeDesc: 'input application/fhir+json',
    source: { observer: { reference: `Bot/${bot.id}` } },
  });
});

test('nobody but an admin makes bots, and a bot needs a name', async () => {
  expect((await sandbox.call('POST', `/admin/projects/${PROJECT?.id}/bot`, { name: 'mine' })).status).toBe(403);
  await expect(admin.post(`admin/projects/${PROJECT?.id}/bot`, {})).rejects.toThrow('Bot name is required');
});

test('a bot that throws is answered 400 with what it threw, and recorded', async () => {
  const bot = await makeBot('fail', `exports.handler = async () => { throw new Error('broken on purpose'); };`);
  const answer = await sandbox.call('POST', `Bot/${bot.id}/$execute`, pulse);
  expect([answer.status, messageOf(answer)]).toEqual([400, 'broken on purpose']);
  const [event] = await admin.searchResources('AuditEvent', { _sort: '-_lastUpdated' }, { cache: 'reload' });
  expect(event).toMatchObject({ outcome: '4', outcomeDesc: expect.stringContaining('broken on purpose') });
});

test('a Subscription starts its bot once for each create, update and delete that was committed', async () => {
  await subscribe(await makeBot('listen'), 'Observation?status=final');
  const created = await sandbox.medplum.createResource(pulse);
  await sandbox.medplum.updateResource({ ...created, code: { text: 'Heart rate' } });
  await sandbox.medplum.updateResource({ ...created, code: { text: 'Heart rate' } });
  await sandbox.medplum.createResource({ ...pulse, status: 'preliminary' });
  await sandbox.medplum.deleteResource('Observation', created.id);
  expect((await settledRuns()).map(({ code }) => code.text).toSorted()).toEqual([
    'Observation',
    'Observation',
    'deletion',
  ]);
});

test('a transaction starts bots when it is committed, and one that is rolled back starts none', async () => {
  await subscribe(await makeBot('listen'), 'Observation');
  const broken = bundleOf('transaction', [pulse, { ...pulse, status: undefined as never }]);
  expect((await sandbox.call('POST', '', broken)).status).toBe(400);
  expect(await settledRuns()).toEqual([]);
  const whole: Bundle = await sandbox.medplum.executeBatch(bundleOf('transaction', [pulse, pulse, pulse]));
  expect(whole.entry).toHaveLength(3);
  expect(await settledRuns()).toHaveLength(3);
});

test('criteria know who wrote, and the version before', async () => {
  const bot = await makeBot('judge');
  await admin.createResource({
    resourceType: 'Subscription',
    status: 'active',
    reason: 'test',
    criteria: 'Observation',
    channel: { type: 'rest-hook', endpoint: `Bot/${bot.id}` },
    extension: [
      {
        url: 'https://medplum.com/fhir/StructureDefinition/fhir-path-criteria-expression',
        valueString: `%current.meta.author.reference != 'ClientApplication/${seed.clients[CLIENT.other]?.id}' and %previous.status = 'preliminary'`,
      },
    ],
  });
  const other = await signIn(sandbox.server.baseUrl, CLIENT.bridge);
  for (const medplum of [sandbox.medplum, other]) {
    const first = await medplum.createResource<Observation>({ ...pulse, status: 'preliminary' });
    await medplum.updateResource<Observation>({ ...first, status: 'final' });
  }
  expect(await settledRuns()).toHaveLength(1);
});

test('a bot is still a member after a restart', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'sandbox-bots-'));
  const before = await openSandbox({ dataDir }, CLIENT.admin);
  const bot: WithId<Bot> = await before.medplum.post(`admin/projects/${PROJECT?.id}/bot`, { name: 'stay' });
  await before.medplum.post(before.medplum.fhirUrl('Bot', bot.id, '$deploy'), { code: CODE });
  await before.close();
  const after = await openSandbox({ dataDir }, CLIENT.admin);
  expect(await after.medplum.executeBot(bot.id, pulse)).toMatchObject({ resourceType: 'Basic' });
  await after.close();
  rmSync(dataDir, { recursive: true });
});
