import type { MedplumClient } from '@medplum/core';
import { readMedplumSettings } from '../config.ts';
import { createMedplum, type MedplumSettings } from '../medplum/client/create-medplum.ts';
import { setPatience } from '../medplum/client/retry-read.ts';

export const SERVER_USAGE =
  'Server: MEDPLUM_BASE_URL, MEDPLUM_CLIENT_ID, MEDPLUM_CLIENT_SECRET; default: the running sandbox.';

/** Lends a client that is signed in to the server which the environment names; waits for its quota, and says so. */
export async function withMedplum<T>(
  env: NodeJS.ProcessEnv,
  work: (medplum: MedplumClient) => Promise<T>,
  more: Pick<MedplumSettings, 'isReadOnly' | 'onQuota'> = {},
): Promise<T> {
  const settings = readMedplumSettings(env);
  setPatience(settings.patienceMs);
  const { client, close } = await createMedplum({ ...settings, ...more, onWait });
  try {
    return await work(client);
  } finally {
    await close();
  }
}

function onWait(waitMs: number): void {
  console.error(`the server's quota is used up: waiting ${Math.ceil(waitMs / 1000)} s`);
}
