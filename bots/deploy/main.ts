import { existsSync } from 'node:fs';
import { readBotConfigs } from '../build.ts';
import { deployBots } from './deploy-bots.ts';
import { DeployError, readSettings } from './read-settings.ts';

const USAGE = `usage: npm run bots:deploy [-- NAME ...]

Deploys the bots of medplum.config.json, or those named, with their AccessPolicies and Subscriptions. What is as it should
be is left alone.

Server: MEDPLUM_BASE_URL, MEDPLUM_ADMIN_CLIENT_ID, MEDPLUM_ADMIN_CLIENT_SECRET (a project admin's client),
MEDPLUM_CLIENT_ID (the bridge's), BOT_RUNTIME (vmcontext or awslambda); default: the running sandbox.`;

process.exitCode = await main(process.argv.slice(2));

async function main(names: readonly string[]): Promise<number> {
  const known = readBotConfigs();
  const strange = names.filter((name) => !known.some((bot) => bot.name === name));
  if (strange.length > 0) {
    console.error(`medplum.config.json names no bot ${strange.join(', ')}\n${USAGE}`);
    return 2;
  }
  try {
    if (existsSync('.env')) process.loadEnvFile('.env');
    const wanted = names.length > 0 ? known.filter(({ name }) => names.includes(name)) : known;
    await deployBots(readSettings(process.env), wanted, (line) => console.log(line));
    return 0;
  } catch (error) {
    console.error(error instanceof DeployError ? error.message : error);
    return 1;
  }
}
