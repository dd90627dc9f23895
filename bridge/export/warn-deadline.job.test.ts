import type { MedplumClient } from '@medplum/core';
import type { Task } from '@medplum/fhirtypes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SandboxMedplum, startMedplum } from '../../sandbox/medplum/start-medplum.ts';
import { createMedplum, type MedplumConnection } from '../medplum/client/create-medplum.ts';
import { createLog } from '../observe/log.ts';
import { createMetrics } from '../observe/metrics.ts';
import { BRIDGE_CLIENT } from '../test/import-world.ts';
import { createWarnDeadlineJob } from './warn-deadline.job.ts';

let server: SandboxMedplum;
let medplum: MedplumConnection;

beforeAll(async () => {
  server = await startMedplum();
  medplum = await createMedplum({ baseUrl: server.baseUrl, ...BRIDGE_CLIENT });
});

afterAll(async () => {
  await medplum.close();
  await server.close();
});

async function alarmsFor(status: Task['status']): Promise<number> {
  const client: MedplumClient = medplum.client;
  const { id: taskId } = await client.createResource<Task>({ resourceType: 'Task', status, intent: 'order' });
  const metrics = createMetrics();
  await createWarnDeadlineJob({ medplum: client, log: createLog('silent'), metrics })({ taskId, exportId: 'x' });
  const { values } = await metrics.alarms.get();
  return values.find(({ labels }) => labels.alarm === 'export-deadline')?.value ?? 0;
}

test('an export that nobody has fetched raises an alarm, one that is done or not wanted none', async () => {
  expect(await Promise.all((['requested', 'in-progress', 'failed'] as const).map(alarmsFor))).toEqual([1, 1, 1]);
  expect(await Promise.all((['completed', 'cancelled', 'on-hold'] as const).map(alarmsFor))).toEqual([0, 0, 0]);
});

test('an import that was erased is no concern of anybody, deleted or expunged', async () => {
  const { client } = medplum;
  const { id: deleted } = await client.createResource<Task>({
    resourceType: 'Task',
    status: 'in-progress',
    intent: 'order',
  });
  await client.deleteResource('Task', deleted);
  const metrics = createMetrics();
  const run = createWarnDeadlineJob({ medplum: client, log: createLog('silent'), metrics });
  for (const taskId of [deleted, crypto.randomUUID()]) await run({ taskId, exportId: 'x' });
  expect((await metrics.alarms.get()).values.filter(({ value }) => value > 0)).toEqual([]);
});
