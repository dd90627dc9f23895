import type { MedplumClient } from '@medplum/core';
import type { Task } from '@medplum/fhirtypes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BRIDGE_CODE_SYSTEM, IMPORT_TASK_CODE } from '../contract/identifiers.ts';
import { importStatusSchema } from '../contract/import-status.ts';
import { serverListSchema, webhookPageSchema } from '../contract/operations.ts';
import { eventually, startWorld, type World } from './start-world.ts';

let world: World;
let admin: MedplumClient;
let clinician: MedplumClient;

beforeAll(async () => {
  world = await startWorld();
  [admin, clinician] = await Promise.all([world.signIn('admin@example.com'), world.signIn('clinician@example.com')]);
});

afterAll(() => world.close());

test('an administrator sees what became of each delivery', async () => {
  const sent = await world.fasten.sendTest();
  await world.fasten.sendEvent({ type: 'patient.something_new', data: {} });
  await fetch(`${world.api}/webhook`, { method: 'POST', body: '{"id":"forged-1","type":"webhook.test"}' });
  const receipts = await eventually(async () => {
    const { status, body } = await world.call(admin, 'GET', '/webhooks');
    expect(status).toBe(200);
    const page = webhookPageSchema.parse(body);
    return page.receipts.length >= 3 ? page.receipts : undefined;
  });
  expect(receipts.map(({ outcome, eventType }) => [outcome, eventType])).toEqual([
    ['forged', undefined],
    ['ignored', 'patient.something_new'],
    ['accepted', 'webhook.test'],
  ]);
  expect(receipts.at(-1)?.eventId).toBe(sent.eventId);
  expect(JSON.stringify(receipts)).not.toContain('forged-1');
  const first = webhookPageSchema.parse((await world.call(admin, 'GET', '/webhooks?_count=2')).body);
  const second = await world.call(admin, 'GET', `/webhooks${new URL(first.next ?? '', world.api).search}`);
  expect(webhookPageSchema.parse(second.body)).toEqual({ receipts: receipts.slice(2) });
  expect((await world.call(admin, 'GET', '/webhooks?cursor=nonsense')).status).toBe(400);
});

test('and how the servers have answered', async () => {
  const servers = await eventually(async () => {
    const list = serverListSchema.parse((await world.call(admin, 'GET', '/servers')).body);
    return list.servers.some(({ server, replies }) => server === 'medplum' && replies > 0) ? list : undefined;
  });
  expect(servers.servers.map(({ server }) => server)).toEqual(['medplum', 'fasten']);
  expect(servers.servers[0]?.medianMs).toBeGreaterThan(0);
});

test('one stream tells of every import as it goes on, and of none that was at rest before', async () => {
  const make = (status: Task['status']) =>
    clinician.createResource<Task>({
      resourceType: 'Task',
      status,
      intent: 'order',
      code: { coding: [{ system: BRIDGE_CODE_SYSTEM, code: IMPORT_TASK_CODE }] },
    });
  const [running, rests] = [await make('in-progress'), await make('completed')];
  const headers = { authorization: `Bearer ${clinician.getAccessToken()}` };
  const gone = new AbortController();
  const { body } = await fetch(`${world.api}/imports/events`, { headers, signal: gone.signal });
  let text = '';
  const told = () =>
    [...text.matchAll(/^event: import\ndata: (.+)$/gm)].map(([, json]) => {
      const { taskId, status } = importStatusSchema.parse(JSON.parse(json ?? ''));
      return [taskId, status];
    });
  const reading = (async () => {
    for await (const chunk of body ?? []) text += new TextDecoder().decode(chunk);
  })().catch(() => undefined);
  await expect.poll(told).toEqual([[running.id, 'in-progress']]);
  await clinician.updateResource<Task>({ ...running, status: 'completed' });
  const later = await make('requested');
  await expect.poll(told).toContainEqual([running.id, 'completed']);
  await expect.poll(told).toContainEqual([later.id, 'requested']);
  expect(told().flat()).not.toContain(rests.id);
  gone.abort();
  await reading;
});
