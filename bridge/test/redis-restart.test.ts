import type { MedplumClient } from '@medplum/core';
import type { Patient } from '@medplum/fhirtypes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SANDBOX_KEYS } from '../../sandbox/fasten/sandbox-keys.ts';
import { failedExports, sendWebhooks } from '../bench/send-webhooks.ts';
import { EHI_EXPORT_SYSTEM } from '../contract/identifiers.ts';
import { connectChart, KIM, storeChart } from './connect-chart.ts';
import { eventually, startWorld, type World } from './start-world.ts';

let world: World;
let clinician: MedplumClient;

beforeAll(async () => {
  world = await startWorld({ keepsRedis: true });
  clinician = await world.signIn('clinician@example.com');
});

afterAll(async () => {
  await world.close();
});

/** A connection of a new Patient whose import has begun to write. */
async function connectionThatLoads(): Promise<{ orgConnectionId: string; patient: Patient }> {
  const patient = await storeChart(clinician);
  const persona = { seed: 3, resources: 600, documentBytes: 200, patient: KIM };
  const { orgConnectionId } = await connectChart(world, clinician, patient, { persona });
  await eventually(() => clinician.searchOne('Observation', `patient=Patient/${patient.id}`, { cache: 'reload' }));
  return { orgConnectionId, patient };
}

/** Fasten's id of the export of every failed Task, as often as there is one. */
async function failedTasks(patient: Patient): Promise<string[]> {
  const query = `patient=Patient/${patient.id}&status=failed&_count=1000`;
  const tasks = await clinician.searchResources('Task', query, { cache: 'reload' });
  return tasks.map(({ identifier }) => identifier?.find(({ system }) => system === EHI_EXPORT_SYSTEM)?.value ?? '');
}

test('Redis restarts in the middle of many events while an import runs: each that was answered is done, once', async () => {
  const { orgConnectionId, patient } = await connectionThatLoads();
  const { exportIds, events } = failedExports([orgConnectionId], 60);
  const target = { url: `${world.api}/webhook`, secret: SANDBOX_KEYS.webhookSecret };
  const answers = sendWebhooks(target, events, 100);
  await eventually(async () => world.log().match(/"webhook.accepted"/) ?? undefined);
  await world.redis.restart();
  expect(await answers).toHaveLength(exportIds.length);

  const done = await eventually(async () => {
    const found = await failedTasks(patient);
    return found.length >= exportIds.length ? found : undefined;
  });
  expect(done.toSorted()).toEqual(exportIds.toSorted());
  for (const exportId of exportIds) {
    expect(world.log().match(new RegExp(`"export.failed".*"exportId":"${exportId}"`, 'g'))).toHaveLength(1);
  }
  const finished = await eventually(async () => {
    return clinician.searchOne('Task', `patient=Patient/${patient.id}&status=completed`, { cache: 'reload' });
  });
  expect(finished.status).toBe('completed');
});
