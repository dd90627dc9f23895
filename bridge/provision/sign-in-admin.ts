import type { MedplumClient } from '@medplum/core';
import { createMedplum, createTokenClient, type MedplumConnection } from '../medplum/client/create-medplum.ts';
import { signInPerson } from '../medplum/sign-in-person.ts';
import type { AdminLogin } from './read-settings.ts';

/**
 * Signs an admin in, as a client or as a person.
 *
 * @param projectId - Which of a person's projects is meant.
 * @throws PermanentError with what to do.
 */
export async function signInAdmin(
  baseUrl: string,
  login: AdminLogin,
  projectId: string | undefined,
): Promise<MedplumConnection> {
  if ('clientId' in login) return createMedplum({ baseUrl, ...login });
  const client = createTokenClient(baseUrl, await signInPerson(baseUrl, { ...login, projectId }));
  await learnProject(client);
  return { client, close: async () => undefined };
}

/** A client that was given a token knows of no project until it has asked who it is. */
async function learnProject(client: MedplumClient): Promise<void> {
  await client.getProfileAsync();
}
