import { MedplumClient } from '@medplum/core';
import { DeployError, type DeploySettings } from './read-settings.ts';

/**
 * Signs in as who deploys.
 *
 * @throws DeployError when the server does not answer, does not know the client, or knows it as no admin.
 */
export async function signInToDeploy(settings: DeploySettings): Promise<MedplumClient> {
  const { baseUrl, adminClientId, adminClientSecret } = settings;
  const medplum = new MedplumClient({ baseUrl, cacheTime: 0 });
  try {
    await medplum.startClientLogin(adminClientId, adminClientSecret);
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'no reason given';
    throw new DeployError(`${baseUrl} did not let MEDPLUM_ADMIN_CLIENT_ID in: ${reason}`);
  }
  if (!medplum.isProjectAdmin()) {
    throw new DeployError('MEDPLUM_ADMIN_CLIENT_ID is no admin of its project: only an admin may make bots');
  }
  return medplum;
}
