import { readdir } from 'node:fs/promises';
import { MedplumClient } from '@medplum/core';
import type { Patient, Task } from '@medplum/fhirtypes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SANDBOX_KEYS } from '../../sandbox/fasten/sandbox-keys.ts';
import { failedExports, sendWebhooks } from '../bench/send-webhooks.ts';
import { EHI_EXPORT_SYSTEM } from '../contract/identifiers.ts';
import { countsFromTask, settledLines } from '../contract/import-task.ts';
import { connectChart, KIM, storeChart } from './connect-chart.ts';
import { BRIDGE_CLIENT } from './import-world.ts';
import { type Stack, startStack } from './start-stack.ts';
import { eventually } from './start-world.ts';

let stack: Stack;
let medplum: MedplumClient;

beforeAll(async () => {
  stack = await startStack();
  medplum = new MedplumClient({ baseUrl: stack.medplum.baseUrl, cacheTime: 0 });
  await medplum.startClientLogin(BRIDGE_CLIENT.clientId, BRIDGE_CLIENT.clientSecret);
});

afterAll(async () => {
  await stack.close();
});

const EVENTS = 200;
const PER_SECOND = 3;

/** A connection of a new Patient, whose export is asked for. */
async function connect(resources: number): Promise<{ orgConnectionId: string; patient: Patient }> {
  const patient = await storeChart(medplum);
  const persona = { seed: 9, resources, documentBytes: 200, patient: KIM };
  const { orgConnectionId } = await connectChart(stack, medplum, patient, { persona });
  return { orgConnectionId, patient };
}

/** Resolves when `/readyz` of the API says this of a part. */
const says = (part: string, state: 'ok' | 'down') =>
  eventually(async () => {
    const answer = await fetch(`${stack.api.origin}/readyz`).catch(() => undefined);
    const said = (await answer?.json()) as Record<string, string> | undefined;
    if (said?.[part] !== state) return undefined;
    expect(answer?.status).toBe(Object.values(said).includes('down') ? 503 : 200);
    return true;
  });

const search = <T extends 'Task' | 'Observation'>(type: T, query: string) =>
  medplum.searchResources(type, `${query}&_count=1000`, { cache: 'reload' });

// The jobs of a killed worker are taken up when its lock has run out, which is what takes the time here.
test('API, worker, Redis and store are killed one after the other while events come and an import runs: nothing that was acknowledged is lost or doubled, a worker with another disk finishes the import, and readiness tells all the while', {
  timeout: 400_000,
}, async () => {
  const [first, second] = [stack.makeWorker('first'), stack.makeWorker('second')];
  await says('worker', 'down');
  await first.start();
  await says('worker', 'ok');
  await stack.fasten.setWebhook({ url: `${stack.api.origin}/api/fasten-health/webhook`, connectionEvents: false });
  const { orgConnectionId, patient } = await connect(4_000);
  const about = `patient=Patient/${patient.id}`;
  await eventually(async () => (await search('Observation', about))[0]);

  const { exportIds, events } = failedExports([orgConnectionId], EVENTS);
  const target = { url: `${stack.api.origin}/api/fasten-health/webhook`, secret: SANDBOX_KEYS.webhookSecret };
  const acknowledged = sendWebhooks(target, events, PER_SECOND);
  await first.kill();
  expect((await readdir(first.spoolDir, { recursive: true })).length).toBeGreaterThan(0);
  await second.start();
  await stack.api.kill();
  await stack.api.start();
  await says('redis', 'ok');

  await eventually(async () => second.said().match(/"import\.started"/) ?? undefined);
  await stack.redis.kill();
  await says('redis', 'down');
  await stack.redis.start();
  await says('redis', 'ok');
  await stack.medplum.kill();
  await says('medplum', 'down');
  await stack.medplum.start();
  await says('medplum', 'ok');

  expect(await acknowledged).toHaveLength(EVENTS);
  const failed = await eventually(async () => {
    const tasks = await search('Task', `${about}&status=failed`);
    return tasks.length >= EVENTS ? tasks : undefined;
  });
  const told = failed.map(({ identifier }) => identifier?.find(({ system }) => system === EHI_EXPORT_SYSTEM)?.value);
  expect(told.toSorted()).toEqual(exportIds.toSorted());

  const task: Task = await eventually(async () => (await search('Task', `${about}&status=completed`))[0]);
  const counts = countsFromTask(task);
  expect([settledLines(counts), counts.quarantined]).toEqual([counts.lines, 0]);
  expect(counts.unchanged).toBeGreaterThan(0);
  const sources = (await search('Observation', about)).map(({ meta }) => meta?.source);
  expect(new Set(sources).size).toBe(sources.length);
  await eventually(async () => {
    const text = await (await fetch(`${stack.api.origin}/metrics`)).text();
    return /^bridge_workers 1$/m.test(text) ? true : undefined;
  });
});
