import type { MedplumClient } from '@medplum/core';
import { readBotConfigs } from '../../bots/build.ts';
import { deployBots } from '../../bots/deploy/deploy-bots.ts';
import type { DeploySettings } from '../../bots/deploy/read-settings.ts';
import { signInToDeploy } from '../../bots/deploy/sign-in.ts';
import { seed } from '../../sandbox/seed.ts';
import type { World } from './start-world.ts';

/** How bots get onto the Medplum of a world. */
export function deploySettings(world: World): DeploySettings {
  const client = seed.clients.find((one) => one.admin);
  return {
    baseUrl: world.medplum.baseUrl,
    adminClientId: client?.id ?? '',
    adminClientSecret: client?.secret ?? '',
    bridgeClientId: world.environment.MEDPLUM_CLIENT_ID ?? '',
    runtime: 'vmcontext',
  };
}

/**
 * Deploys bots of medplum.config.json.
 *
 * @param names - Which; default all.
 * @returns The client of an administrator of the project.
 */
export async function deployToWorld(world: World, names?: readonly string[]): Promise<MedplumClient> {
  const settings = deploySettings(world);
  await deployBots(
    settings,
    readBotConfigs().filter(({ name }) => names?.includes(name) ?? true),
  );
  return signInToDeploy(settings);
}

/** Lines of the log that say that a bot was fed. */
export function feedsOf(world: World, botId: string): { readonly count: number; readonly failed: number }[] {
  const lines = world.log().split('\n');
  return lines
    .filter((line) => line.includes('"event":"bot.fed"') && line.includes(botId))
    .map((line) => JSON.parse(line));
}
