import { MedplumClient } from '@medplum/core';
import type { Task } from '@medplum/fhirtypes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { countsFromTask, settledLines } from '../contract/import-task.ts';
import { connectChart, KIM, storeChart } from './connect-chart.ts';
import { BRIDGE_CLIENT } from './import-world.ts';
import { type Stack, startStack } from './start-stack.ts';
import { eventually } from './start-world.ts';

let stack: Stack;
let medplum: MedplumClient;

beforeAll(async () => {
  stack = await startStack({ BRIDGE_STOP_SECONDS: '2' });
  medplum = new MedplumClient({ baseUrl: stack.medplum.baseUrl, cacheTime: 0 });
  await medplum.startClientLogin(BRIDGE_CLIENT.clientId, BRIDGE_CLIENT.clientSecret);
});

afterAll(async () => {
  await stack.close();
});

async function connect(resources: number): Promise<string> {
  const patient = await storeChart(medplum);
  const persona = { seed: 9, resources, documentBytes: 200, patient: KIM };
  await connectChart(stack, medplum, patient, { persona });
  return `patient=Patient/${patient.id}`;
}

/** BullMQ waits for a lost Redis for ever; whoever stops the process does not. */
test('a worker that is told to stop while Redis is away, or back for a moment only, says so, ends, and its import is finished by another', {
  timeout: 300_000,
}, async () => {
  const [first, second, third] = [stack.makeWorker('first'), stack.makeWorker('second'), stack.makeWorker('third')];
  await stack.fasten.setWebhook({ url: `${stack.api.origin}/api/fasten-health/webhook` });
  await first.start();
  const about = await connect(3_000);
  const search = () => medplum.searchResources('Observation', `${about}&_count=1000`, { cache: 'reload' });
  await eventually(async () => (await search())[0]);

  await stack.redis.kill();
  expect(await first.stop()).toBe(1);
  expect(first.said()).toMatch(/"level":"error".*"event":"service.stop-cut-short".*"code":"timeout"/);
  expect(first.said()).not.toContain('service.stopped');

  await stack.redis.start();
  await second.start();
  await eventually(async () => second.said().match(/"import\.started"/) ?? undefined);
  await stack.redis.kill();
  const stopping = second.stop();
  await stack.redis.start();
  await stack.redis.kill();
  // In order if the moment was long enough for it.
  expect([0, 1]).toContain(await stopping);
  expect(second.said()).toMatch(/service\.(stopped|stop-cut-short)/);

  await stack.redis.start();
  await third.start();
  const task: Task = await eventually(async () => {
    const query = `${about}&status=completed`;
    return (await medplum.searchResources('Task', query, { cache: 'reload' }))[0];
  });
  const counts = countsFromTask(task);
  expect([settledLines(counts), counts.quarantined]).toEqual([counts.lines, 0]);
  const sources = (await search()).map(({ meta }) => meta?.source);
  expect(new Set(sources).size).toBe(sources.length);
});
