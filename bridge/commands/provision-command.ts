import type { MedplumClient } from '@medplum/core';
import type { MedplumConnection } from '../medplum/client/create-medplum.ts';
import { provisionProject, provisionServer } from '../provision/provision.ts';
import { type AdminLogin, type ProvisionSettings, readProvisionSettings } from '../provision/read-settings.ts';
import { signInAdmin } from '../provision/sign-in-admin.ts';
import { Steps } from '../provision/steps.ts';
import { writeVariables } from '../provision/write-variables.ts';
import type { Command } from './command.ts';
import { readOptions } from './read-options.ts';

export const provisionCommand: Command = {
  usage: `usage: npm run provision [-- --plan] [--env FILE]

  --plan  says what would be changed, and changes nothing
  --env   writes the credentials that were made into this file; without it they are printed, once

Brings a Medplum project to what the bridge needs: features and quota (a super admin's), AccessPolicies of the bridge, of
clinicians and of patients, the bridge's ClientApplication, its codes, and the bots of medplum.config.json. What is right
already is left alone: run it again after each upgrade.

Server: MEDPLUM_BASE_URL, and MEDPLUM_SUPER_ADMIN_* or MEDPLUM_ADMIN_*: CLIENT_ID and CLIENT_SECRET, or EMAIL and PASSWORD
(docs/configuration.md); default: the running sandbox.`,

  run: async (args, env) => {
    const options = { plan: { type: 'boolean', default: false }, env: { type: 'string' } } as const;
    const { values } = readOptions({ args, options });
    const steps = new Steps(values.plan === true);
    await provision(steps, readProvisionSettings(env));
    await report(steps, values.env);
    return 0;
  },
};

async function provision(steps: Steps, settings: ProvisionSettings): Promise<void> {
  const opened: MedplumConnection[] = [];
  const open = async (login: AdminLogin, projectId?: string): Promise<MedplumClient> => {
    const connection = await signInAdmin(settings.baseUrl, login, projectId);
    opened.push(connection);
    return connection.client;
  };
  const { project, bridge, adminClient, superAdmin } = settings;
  try {
    const above = superAdmin && (await open(superAdmin));
    const made = above && (await provisionServer(steps, above, { project, admin: adminClient }));
    if (above && !made) return;
    const login = made ? { clientId: made.id, clientSecret: made.secret } : settings.admin;
    if (!login) return;
    const admin = await open(login, project.id);
    const bridgeId = await provisionProject(steps, admin, { project, bridge }, above);
    await deploy(steps, admin, { bridgeClientId: bridgeId ?? '', runtime: settings.runtime });
  } finally {
    for (const connection of opened) await connection.close();
  }
}

/** The bots' own deployment; loaded here, since no other command has a use for its bundler. */
async function deploy(
  steps: Steps,
  admin: MedplumClient,
  settings: { readonly bridgeClientId: string; readonly runtime: ProvisionSettings['runtime'] },
): Promise<void> {
  const { deployBotsAs } = await import('../../bots/deploy/deploy-bots.ts');
  const { readBotConfigs } = await import('../../bots/build.ts');
  const { DeployError } = await import('../../bots/deploy/read-settings.ts');
  const told: string[] = [];
  try {
    const tell = (line: string) => told.push(line);
    await deployBotsAs(admin, { ...settings, isPlan: steps.isPlan }, readBotConfigs(), tell);
  } catch (error) {
    if (!(error instanceof DeployError)) throw error;
    steps.leave(`bots: ${error.message}; then run this again`);
  }
  for (const line of told.filter((one) => !one.endsWith(': unchanged'))) {
    await steps.change(`bots: ${line}`, async () => undefined);
  }
}

async function report(steps: Steps, envFile: string | undefined): Promise<void> {
  const { changes, todo, made } = steps.result();
  for (const change of changes) console.log(`${steps.isPlan ? 'would change' : 'changed'}  ${change}`);
  for (const one of todo) console.log(`left for you  ${one}`);
  if (changes.length === 0) console.log('unchanged: everything is as it should be');
  if (Object.keys(made).length === 0) return;
  if (envFile !== undefined) {
    await writeVariables(envFile, made);
    console.log(`${Object.keys(made).join(', ')} stand in ${envFile} now`);
  } else {
    for (const [name, value] of Object.entries(made)) console.log(`${name}=${value}`);
  }
}
