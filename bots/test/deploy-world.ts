import { MedplumClient, type WithId } from '@medplum/core';
import type { Bot } from '@medplum/fhirtypes';
import { type SandboxMedplum, startMedplum } from '../../sandbox/medplum/start-medplum.ts';
import { type SeedClient, seed } from '../../sandbox/seed.ts';
import type { BotConfig } from '../build.ts';
import { type Deployed, deployBot } from '../deploy/deploy-bot.ts';
import type { DeploySettings } from '../deploy/read-settings.ts';

const [BRIDGE, , OTHER, ADMIN] = seed.clients;

/** A sandbox Medplum of one's own, and who works on it. */
export interface DeployWorld {
  readonly server: SandboxMedplum;
  readonly settings: DeploySettings;
  readonly admin: MedplumClient;
  readonly bridge: MedplumClient;
  /** Another ordinary client of the project: whoever writes and is neither the bridge nor a bot. */
  readonly other: MedplumClient;
  /** Deploys a bot of this code. */
  deploy(config: BotConfig, code: string): Promise<Deployed>;
  bot(name: string): Promise<WithId<Bot>>;
  /** Resolves when no bot has anything left to do. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** @param features - Of the project; default those of the sandbox. */
export async function startDeployWorld(features?: readonly string[]): Promise<DeployWorld> {
  const projects = seed.projects.map((project) => ({ ...project, ...(features && { features }) }));
  const server = await startMedplum({ seed: { ...seed, projects } });
  const [admin, bridge, other] = [await signIn(ADMIN), await signIn(BRIDGE), await signIn(OTHER)];
  async function signIn(client: SeedClient | undefined): Promise<MedplumClient> {
    const medplum = new MedplumClient({ baseUrl: server.baseUrl, cacheTime: 0, maxRetries: 0 });
    await medplum.startClientLogin(client?.id ?? '', client?.secret ?? '');
    return medplum;
  }
  const settings: DeploySettings = {
    baseUrl: server.baseUrl,
    adminClientId: ADMIN?.id ?? '',
    adminClientSecret: ADMIN?.secret ?? '',
    bridgeClientId: BRIDGE?.id ?? '',
    runtime: 'vmcontext',
  };
  return {
    server,
    settings,
    admin,
    bridge,
    other,
    deploy: (config, code) =>
      deployBot({ medplum: admin, projectId: seed.projects[0]?.id ?? '', settings }, config, code),
    bot: async (name) => {
      const bot = await admin.searchOne('Bot', { name }, { cache: 'reload' });
      if (!bot) throw new Error(`no bot ${name}`);
      return bot;
    },
    settled: async () => {
      while (server.countBotRuns() > 0) await new Promise((resolve) => setTimeout(resolve, 10));
    },
    close: () => server.close(),
  };
}
