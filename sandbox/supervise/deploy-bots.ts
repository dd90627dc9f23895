import { spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { seed } from '../seed.ts';
import { addressesOf } from './list-children.ts';
import type { Settings } from './read-settings.ts';

/** The bots of `medplum.config.json` on their way to the sandbox. */
export interface Deployment {
  /** Resolves when it is over, with what to tell of it. Never rejects: without its bots the sandbox still works. */
  readonly ended: Promise<string>;
  /** Ends it where it is; the next start does the rest. */
  stop(): Promise<void>;
}

/**
 * Deploys the bots as `npm run bots:deploy` does, in a process of its own while the rest starts. A second start finds them
 * as they are.
 *
 * @param tell - Hears of each bot that had to be changed.
 */
export async function deployBots(settings: Settings, tell: (line: string) => void): Promise<Deployment> {
  const logFile = join(settings.dataDir, 'logs/bots-deploy.log');
  const log = await open(logFile, 'w');
  const child = spawn(process.execPath, ['--import', './sandbox/supervise/end-with-parent.ts', 'bots/deploy/main.ts'], {
    cwd: settings.root,
    env: { ...process.env, ...deployEnv(settings) },
    stdio: ['ignore', 'pipe', log.fd, 'ipc'],
  });
  let count = 0;
  const output = child.stdout && createInterface({ input: child.stdout });
  output?.on('line', (line) => {
    count++;
    if (!line.endsWith(': unchanged')) tell(`  ${line}`);
  });
  const exited = new Promise<number | string | null>((resolve) => {
    child.once('close', (code, killedBy) => resolve(killedBy ?? code));
    child.once('error', (error) => resolve(error.message));
  });
  await log.close();
  return {
    ended: exited.then((how) => {
      if (how === 0) return `Bots: ${count} bots and maps are in place.`;
      return `Bots: they could not be deployed (${how}); the rest works without them. See ${logFile}.`;
    }),
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

/** All of it is set, so that no server of somebody's own environment gets the bots by mistake. */
function deployEnv(settings: Settings): Record<string, string> {
  const admin = seed.clients.find((client) => client.admin);
  return {
    MEDPLUM_BASE_URL: `${addressesOf(settings).medplum}/`,
    MEDPLUM_ADMIN_CLIENT_ID: admin?.id ?? '',
    MEDPLUM_ADMIN_CLIENT_SECRET: admin?.secret ?? '',
    MEDPLUM_CLIENT_ID: seed.clients[0]?.id ?? '',
    BOT_RUNTIME: 'vmcontext',
  };
}
