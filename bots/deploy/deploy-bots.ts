import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MedplumClient } from '@medplum/core';
import { type BotConfig, buildBot } from '../build.ts';
import { describeLoaded } from '../load-maps/describe-loaded.ts';
import { loadMaps, shippedMaps } from '../load-maps/load-maps.ts';
import { type Deployed, deployBot } from './deploy-bot.ts';
import type { DeploySettings } from './read-settings.ts';
import { signInToDeploy } from './sign-in.ts';

/** What it does stands in ConceptMaps. */
const MAPPING_BOT = 'normalise-codes';

/**
 * Builds bots and deploys them one after the other; with normalise-codes the ConceptMaps that come with it.
 *
 * @param tell - Hears of each as soon as it is done.
 * @returns What had to be changed, by bot; of a second run nothing.
 * @throws DeployError with what to do. What was deployed before stays.
 */
export async function deployBots(
  settings: DeploySettings,
  configs: readonly BotConfig[],
  tell: (line: string) => void = () => undefined,
): Promise<ReadonlyMap<string, Deployed>> {
  return deployBotsAs(await signInToDeploy(settings), settings, configs, tell);
}

/**
 * The same with an admin of the project who is signed in already.
 *
 * @param settings - `isPlan`: changes nothing, and says what it would have changed.
 */
export async function deployBotsAs(
  medplum: MedplumClient,
  settings: Pick<DeploySettings, 'bridgeClientId' | 'runtime' | 'mayEmail'> & { readonly isPlan?: boolean },
  configs: readonly BotConfig[],
  tell: (line: string) => void = () => undefined,
): Promise<ReadonlyMap<string, Deployed>> {
  const projectId = medplum.getProject()?.id ?? '';
  const target = { medplum, projectId, settings, isPlan: settings.isPlan === true };
  const deployed = new Map<string, Deployed>();
  const folder = await mkdtemp(join(tmpdir(), 'bots-'));
  try {
    if (configs.some(({ name }) => name === MAPPING_BOT)) {
      for (const line of describeLoaded(await loadMaps(medplum, await shippedMaps(), target.isPlan))) tell(line);
    }
    for (const config of configs) {
      const file = join(folder, `${config.name}.cjs`);
      await buildBot(config, file);
      const code = await readFile(file, 'utf8');
      const changes = await deployBot(target, config, code);
      deployed.set(config.name, changes);
      tell(`${config.name}: ${changes.length > 0 ? changes.join(', ') : 'unchanged'}`);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  return deployed;
}
