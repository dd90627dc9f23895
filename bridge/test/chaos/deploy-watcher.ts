import { deployBot } from '../../../bots/deploy/deploy-bot.ts';
import { signInToDeploy } from '../../../bots/deploy/sign-in.ts';
import { seed } from '../../../sandbox/seed.ts';
import { BRIDGE_CLIENT } from '../import-world.ts';

/** What the watcher is fed with: of each a few in a record. */
export const WATCHED_TYPES = [
  'AllergyIntolerance',
  'Condition',
  'Immunization',
  'MedicationRequest',
  'Procedure',
] as const;

const NAME = 'watcher';
/** Says which version it was run with, which the server keeps in its own record of the run; and writes nothing. */
const CODE = `exports.handler = async (medplum, { input }) => {
  console.log(input.resourceType + '/' + input.id + '/_history/' + input.meta?.versionId);
};`;

/** Deploys a bot that is fed after imports, as `npm run bots:deploy` does. Gives its id. */
export async function deployWatcher(storeUrl: string): Promise<string> {
  const admin = seed.clients.find((client) => client.admin);
  const settings = {
    baseUrl: storeUrl,
    adminClientId: admin?.id ?? '',
    adminClientSecret: admin?.secret ?? '',
    bridgeClientId: BRIDGE_CLIENT.clientId,
    runtime: 'vmcontext',
  } as const;
  const medplum = await signInToDeploy(settings);
  const config = {
    name: NAME,
    source: '',
    dist: '',
    description: 'Says what it is run with',
    subscriptions: WATCHED_TYPES.map((criteria) => ({ criteria, imports: 'afterwards' }) as const),
    access: [],
  };
  await deployBot({ medplum, projectId: medplum.getProject()?.id ?? '', settings }, config, CODE);
  const bot = await medplum.searchOne('Bot', { name: NAME }, { cache: 'reload' });
  return bot?.id ?? '';
}
