import { setTimeout as wait } from 'node:timers/promises';
import type { MedplumClient } from '@medplum/core';
import { MedplumClient as Client } from '@medplum/core';
import { connectChart, KIM, storeChart } from '../test/connect-chart.ts';
import { BRIDGE_CLIENT } from '../test/import-world.ts';
import type { Stack } from '../test/start-stack.ts';

/** The bridge's own client, whose cache would show yesterday's Tasks. */
export async function signIn({ medplum: { baseUrl } }: Stack): Promise<MedplumClient> {
  const medplum = new Client({ baseUrl, cacheTime: 0 });
  await medplum.startClientLogin(BRIDGE_CLIENT.clientId, BRIDGE_CLIENT.clientSecret);
  return medplum;
}

/** A new Patient whose connection holds so many resources; the bridge asks for its export by itself. */
export async function connectPatient(
  stack: Stack,
  medplum: MedplumClient,
  seed: number,
  resources: number,
): Promise<void> {
  const patient = await storeChart(medplum);
  await connectChart(stack, medplum, patient, { persona: { seed, resources, patient: KIM } });
}

/** Completed imports. */
export async function countCompleted(medplum: MedplumClient): Promise<number> {
  const query = 'status=completed&_count=0&_total=accurate';
  return (await medplum.search('Task', query, { cache: 'reload' })).total ?? 0;
}

/** Looks every so often until it is so. */
export async function until(isSo: () => boolean | Promise<boolean>, everyMs: number): Promise<void> {
  while (!(await isSo())) await wait(everyMs);
}
