import type { MedplumClient } from '@medplum/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SANDBOX_KEYS } from '../../sandbox/fasten/sandbox-keys.ts';
import { failedExports, sendWebhooks } from '../bench/send-webhooks.ts';
import { connectChart } from './connect-chart.ts';
import { eventually, startWorld, type World } from './start-world.ts';

let world: World;
let clinician: MedplumClient;

beforeAll(async () => {
  world = await startWorld();
  clinician = await world.signIn('clinician@example.com');
});

afterAll(async () => {
  await world.close();
});

/** The value of a metric with these labels; undefined when it is not told. */
async function metric(name: string, labels: Readonly<Record<string, string>> = {}): Promise<number | undefined> {
  const text = await (await fetch(`${new URL(world.api).origin}/metrics`)).text();
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  const line = text
    .split('\n')
    .find((each) => new RegExp(`^${name}[ {]`).test(each) && wanted.every((label) => each.includes(label)));
  return line === undefined ? undefined : Number(line.split(' ').at(-1));
}

test('what an import and a failed export do is counted', async () => {
  const patient = await clinician.createResource({ resourceType: 'Patient' });
  const { orgConnectionId } = await connectChart(world, clinician, patient, {
    persona: { seed: 4, resources: 80, dirt: ['bad-json', 'empty-strings'] },
  });
  await eventually(async () => world.log().match(/"import\.done"/) ?? undefined);
  const created = (await metric('bridge_import_lines_total', { disposition: 'created' })) ?? 0;
  expect(created).toBeGreaterThan(50);
  expect(await metric('bridge_import_written_total')).toBeGreaterThan(50);
  expect(await metric('bridge_import_repairs_total')).toBeGreaterThan(0);
  expect(await metric('bridge_import_problems_total')).toBeGreaterThan(0);
  expect(await metric('bridge_download_bytes_total')).toBeGreaterThan(10_000);
  for (const target of ['medplum', 'fasten']) {
    expect(await metric('bridge_outgoing_request_seconds_count', { target, status: '2xx' })).toBeGreaterThan(0);
  }
  expect(await metric('bridge_medplum_quota_left')).toBeGreaterThan(0);
  expect(await metric('bridge_export_deadline_seconds')).toBeUndefined();

  const { events } = failedExports([orgConnectionId], 1);
  await sendWebhooks({ url: `${world.api}/webhook`, secret: SANDBOX_KEYS.webhookSecret }, events, 10);
  const labels = { reason: 'resource_invalid_content', next: 'support' };
  await eventually(async () => metric('bridge_export_failures_total', labels));
  expect(await metric('bridge_export_failures_total', labels)).toBe(1);
});

test('a fault of a job is counted by its code, and what it was for by nothing', async () => {
  const unknown = crypto.randomUUID();
  const { events } = failedExports([unknown], 1);
  await sendWebhooks({ url: `${world.api}/webhook`, secret: SANDBOX_KEYS.webhookSecret }, events, 10);
  await eventually(async () => metric('bridge_job_faults_total', { queue: 'export-failed' }));
  const text = await (await fetch(`${new URL(world.api).origin}/metrics`)).text();
  expect(text).not.toContain(unknown);
});
