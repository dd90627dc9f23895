import { readFileSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AccessPolicyResource } from '@medplum/fhirtypes';

/** One entry of `medplum.config.json`, as the Medplum CLI reads it; paths are relative to that file. */
export interface BotConfig {
  readonly name: string;
  /** Bot id on the server that the CLI deploys to; ours are found by name, since each server has its own ids. */
  readonly id?: string;
  readonly source: string;
  readonly dist: string;
  /** The rest is ours; the Medplum CLI passes over it. */
  readonly description: string;
  readonly subscriptions: readonly BotSubscription[];
  /** All that the bot may touch; see docs/bots.md. */
  readonly access: readonly AccessPolicyResource[];
}

/** What a bot wants to be told of. */
export interface BotSubscription {
  /** As of `Subscription.criteria`. */
  readonly criteria: string;
  /**
   * When it is told of what an import writes: `afterwards` by the bridge, in order and throttled, once the import is done;
   * `at-once` while it is written, for each version. What others write is told at once anyway.
   */
  readonly imports: 'afterwards' | 'at-once';
}

export const projectRoot = join(import.meta.dirname, '..');

export function readBotConfigs(): BotConfig[] {
  const config: { bots: BotConfig[] } = JSON.parse(readFileSync(join(projectRoot, 'medplum.config.json'), 'utf8'));
  return config.bots;
}

/**
 * Makes of one bot the text that `Bot/$deploy` takes: CommonJS that sets `exports.handler`.
 *
 * The contract goes in; `@medplum/core` stays a `require`, because Medplum's server and its Lambda layer bring their own.
 * `exports.handler` must be set, not `module.exports` replaced: the server calls the former.
 *
 * @param outFile - Absolute path; `.cjs`, since the file stands in a package whose `.js` are modules.
 */
export async function buildBot(bot: BotConfig, outFile: string): Promise<void> {
  const rolldown = await loadBundler();
  if (!rolldown) return copyFile(join(projectRoot, bot.dist), outFile);
  await rolldown.build({
    input: join(projectRoot, bot.source),
    platform: 'node',
    external: ['@medplum/core'],
    // Libraries bring more than a bot uses; some of that looks for globals that the server does not give.
    treeshake: { propertyReadSideEffects: false, unknownGlobalSideEffects: false },
    output: { file: outFile, format: 'cjs', exports: 'named' },
  });
}

/** Undefined in the image, which holds no bundler but what it made of the bots (`npm run -w bots build`). */
async function loadBundler() {
  try {
    return await import('rolldown');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const bot of readBotConfigs()) {
    await buildBot(bot, join(projectRoot, bot.dist));
  }
}
