import { existsSync } from 'node:fs';
import { DeployError, readSettings } from '../deploy/read-settings.ts';
import { signInToDeploy } from '../deploy/sign-in.ts';
import { describeLoaded } from './describe-loaded.ts';
import { loadMaps, shippedMaps } from './load-maps.ts';

const USAGE = `usage: npm run bots:maps -- [FILE ...]

Loads ConceptMaps (FHIR R4, JSON) for the bot normalise-codes; without FILE those that come with it. A map that is there as
it is in the file is left alone; what a file does not say any more is taken out. docs/bots.md says what a map looks like.

Server: as of npm run bots:deploy; default: the running sandbox.`;

process.exitCode = await main(process.argv.slice(2));

async function main(files: readonly string[]): Promise<number> {
  if (files.some((file) => file.startsWith('-'))) {
    console.error(USAGE);
    return 2;
  }
  try {
    if (existsSync('.env')) process.loadEnvFile('.env');
    const medplum = await signInToDeploy(readSettings(process.env));
    const loaded = await loadMaps(medplum, files.length > 0 ? files : await shippedMaps());
    for (const line of describeLoaded(loaded)) console.log(line);
    return 0;
  } catch (error) {
    console.error(error instanceof DeployError ? error.message : error);
    return 1;
  }
}
