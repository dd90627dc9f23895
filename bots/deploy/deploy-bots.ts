import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MedplumClient } from '@medplum/core';
import { type BotConfig, buildBot } from '../build.ts';
import { type Deployed, deployBot } from './deploy-bot.ts';
import { DeployError, type DeploySettings } from './read-settings.ts';

/**
 * Builds bots and deploys them one after the other.
 *
 * @returns What had to be changed, by bot; of a second run nothing.
 * @throws DeployError with what to do. What was deployed before stays.
 */
export async function deployBots(
  settings: DeploySettings,
  configs: readonly BotConfig[],
): Promise<ReadonlyMap<string, Deployed>> {
  const medplum = await signIn(settings);
  const projectId = medplum.getProject()?.id ?? '';
  const deployed = new Map<string, Deployed>();
  const folder = await mkdtemp(join(tmpdir(), 'bots-'));
  try {
    for (const config of configs) {
      const file = join(folder, `${config.name}.cjs`);
      await buildBot(config, file);
      const code = await readFile(file, 'utf8');
      deployed.set(config.name, await deployBot({ medplum, projectId, settings }, config, code));
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  return deployed;
}

async function signIn({ baseUrl, adminClientId, adminClientSecret }: DeploySettings): Promise<MedplumClient> {
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
