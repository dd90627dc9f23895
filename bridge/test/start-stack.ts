import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SANDBOX_KEYS } from '../../sandbox/fasten/sandbox-keys.ts';
import { type SandboxFasten, startFasten } from '../../sandbox/fasten/start-fasten.ts';
import { findFreePort } from '../../sandbox/redis/find-free-port.ts';
import { type RunningRedis, startRedis } from '../../sandbox/redis/start-redis.ts';
import { callApi } from './call-api.ts';
import { BRIDGE_CLIENT_VARIABLES } from './import-world.ts';
import { eventually, type World } from './start-world.ts';

/** One process of the stack. */
export interface Mortal {
  /** What it has said so far, over all its lives. */
  said(): string;
  /** Of its present life; undefined between two. */
  pid(): number | undefined;
  kill(): Promise<void>;
  /** Tells it to end, waits until it has, and gives its exit code. */
  stop(): Promise<number | null>;
  /** Starts it again as it was. */
  start(): Promise<void>;
}

/** The product in processes of its own, as in production, each of which can be killed. */
export interface Stack {
  readonly api: Mortal & { readonly origin: string };
  readonly medplum: Mortal & { readonly baseUrl: string };
  readonly redis: Omit<Mortal, 'said' | 'pid' | 'stop'> & { url(): string };
  readonly fasten: SandboxFasten;
  /** A worker process with a spool of its own, not yet started. */
  makeWorker(name: string): Mortal & { readonly spoolDir: string };
  /** Calls the bridge's API with a caller's token. */
  readonly call: World['call'];
  close(): Promise<void>;
}

const root = join(import.meta.dirname, '../..');

/** @param more - What API and workers are told besides. */
export async function startStack(more: Readonly<Record<string, string>> = {}): Promise<Stack> {
  const dir = await mkdtemp(join(tmpdir(), 'stack-'));
  const started: Mortal[] = [];
  const make = (file: string, environment: NodeJS.ProcessEnv, isReady: RegExp) => {
    const mortal = makeMortal(file, { ...process.env, DATA_DIR: dir, ...environment }, isReady);
    started.push(mortal);
    return mortal;
  };
  const medplumPort = `${await findFreePort()}`;
  const medplum = make('sandbox/medplum/main.ts', { SANDBOX_MEDPLUM_PORT: medplumPort }, /listens on/);
  const redis = mortalRedis(join(dir, 'redis'));
  const [fasten] = await Promise.all([startFasten({ exportDelayMs: 20 }), medplum.start(), redis.start()]);
  const baseUrl = `http://127.0.0.1:${medplumPort}/`;
  const port = await findFreePort();
  const environment = {
    MEDPLUM_BASE_URL: baseUrl,
    ...BRIDGE_CLIENT_VARIABLES,
    REDIS_URL: redis.url(),
    FASTEN_BASE_URL: fasten.baseUrl,
    FASTEN_PUBLIC_ID: SANDBOX_KEYS.publicId,
    FASTEN_PRIVATE_KEY: SANDBOX_KEYS.privateKey,
    FASTEN_WEBHOOK_SECRETS: SANDBOX_KEYS.webhookSecret,
    FASTEN_STORAGE_ORIGINS: fasten.storageOrigin,
    BRIDGE_PORT: `${port}`,
    ...more,
  };
  const listening = /"service\.listening"/;
  const api = make('bridge/main.ts', { ...environment, BRIDGE_ROLE: 'api' }, listening);
  await api.start();
  return {
    api: { ...api, origin: `http://127.0.0.1:${port}` },
    medplum: { ...medplum, baseUrl },
    redis,
    fasten,
    call: (caller, method, path, body) =>
      callApi(`http://127.0.0.1:${port}/api/fasten-health${path}`, caller, method, body),
    makeWorker: (name) => {
      const spoolDir = join(dir, name);
      const told = { ...environment, BRIDGE_ROLE: 'worker', SPOOL_DIR: spoolDir };
      return { ...make('bridge/main.ts', told, listening), spoolDir };
    },
    close: async () => {
      for (const each of started.toReversed()) await each.stop();
      await Promise.all([redis.kill(), fasten.close()]);
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function makeMortal(file: string, env: NodeJS.ProcessEnv, isReady: RegExp) {
  let said = '';
  let child: ChildProcess | undefined;
  const signal = async (name: 'SIGKILL' | 'SIGTERM'): Promise<number | null> => {
    const dying = child;
    child = undefined;
    if (!dying || dying.exitCode !== null || dying.signalCode !== null) return dying?.exitCode ?? null;
    const gone = once(dying, 'exit');
    dying.kill(name);
    const [code] = await gone;
    return code;
  };
  return {
    said: () => said,
    pid: () => child?.pid,
    kill: async () => {
      await signal('SIGKILL');
    },
    stop: () => signal('SIGTERM'),
    start: async () => {
      const from = said.length;
      child = spawn(process.execPath, [file], { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] });
      child.stdout?.on('data', (chunk) => {
        said += String(chunk);
      });
      await eventually(async () => isReady.exec(said.slice(from)) ?? undefined);
    },
  };
}

/** With an append-only file, as production has it. */
function mortalRedis(dir: string) {
  let server: RunningRedis | undefined;
  let port = 0;
  return {
    url: () => server?.url ?? '',
    kill: async () => {
      if (!server) return;
      process.kill(server.pid, 'SIGKILL');
      await server.exited;
      server = undefined;
    },
    start: async () => {
      server = await startRedis({ dir, port });
      port = Number(new URL(server.url).port);
    },
  };
}
