import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { SANDBOX_KEYS } from '../../../sandbox/fasten/sandbox-keys.ts';
import { type SandboxFasten, startFasten } from '../../../sandbox/fasten/start-fasten.ts';
import { findFreePort } from '../../../sandbox/redis/find-free-port.ts';
import { type RunningRedis, startRedis } from '../../../sandbox/redis/start-redis.ts';
import { type CuttingProxy, startCuttingProxy } from '../cutting-proxy.ts';
import { BRIDGE_CLIENT } from '../import-world.ts';
import { eventually } from '../start-world.ts';
import { patchSources, type SourcePatch } from './patch-text.ts';
import type { Hop } from './plan-run.ts';
import { SHORT_TIMES } from './shorten-times.ts';
import { type Mortal, type Supervised, superviseProcess } from './supervise-process.ts';

/** The product as it runs in production: API, two workers, store and Redis as processes that die, a proxy on every way. */
export interface ChaosStack {
  /** Outlives everything: the world outside does not end when we do. */
  readonly fasten: SandboxFasten;
  readonly api: Supervised;
  readonly workers: readonly Supervised[];
  readonly store: Supervised;
  readonly redis: Mortal;
  /** Ours, past every proxy. */
  readonly connection: Redis;
  /** The proxies of a hop; of `store` one a worker, in their order. */
  readonly hops: Readonly<Record<Hop, readonly CuttingProxy[]>>;
  /** The store itself, past every proxy. */
  readonly storeUrl: string;
  /** `http://127.0.0.1:<port>/api/fasten-health`, where the world reaches the bridge. */
  readonly apiUrl: string;
  /** Spool folders of the workers. */
  readonly spools: readonly string[];
  /** Ends everything as a SIGTERM does. Gives what did not end in order. */
  close(): Promise<string[]>;
}

const WORKERS = 2;
/** A day's worth of deliveries in seconds: nothing that Fasten sends is given up while a run lasts. */
const RETRY_DELAYS_MS = [150, 300, 600, ...Array.from({ length: 60 }, () => 1_000)];
const LISTENING = /"service\.listening"/;

/** Starts it, with some of the bridge's sources read otherwise than they are. Throws Error when they cannot be found. */
export async function startChaosStack(mutations: readonly SourcePatch[] = []): Promise<ChaosStack> {
  const patches = [...SHORT_TIMES, ...mutations];
  patchSources(patches);
  const dir = await mkdtemp(join(tmpdir(), 'chaos-'));
  const [storePort, apiPort, fastenPort, storagePort] = await findFreePorts(4);
  const at = (port: number | undefined) => `http://127.0.0.1:${port}/`;
  const proxy = (port: number | undefined) => startCuttingProxy(at(port));
  const hops = {
    store: await Promise.all(Array.from({ length: WORKERS }, () => proxy(storePort))),
    'api-store': [await proxy(storePort)],
    fasten: [await proxy(fastenPort)],
    front: [await proxy(apiPort)],
  } as const;
  const redis = await mortalRedis(join(dir, 'redis'));
  const fasten = await startFasten({
    port: fastenPort ?? 0,
    storagePort: storagePort ?? 0,
    origin: originOf(hops.fasten[0]),
    exportDelayMs: 20,
    retryDelaysMs: RETRY_DELAYS_MS,
    webhookUrl: `${originOf(hops.front[0])}/api/fasten-health/webhook`,
  });
  const store = superviseProcess({
    name: 'store',
    args: ['sandbox/medplum/main.ts'],
    env: { ...process.env, DATA_DIR: dir, SANDBOX_MEDPLUM_PORT: `${storePort}` },
    isReady: /listens on/,
  });
  await store.ready();
  const bridge = (name: string, through: CuttingProxy | undefined, more: Record<string, string>): Supervised =>
    superviseProcess({
      name,
      args: ['--import', './bridge/test/chaos/patch-source.ts', 'bridge/main.ts'],
      env: {
        ...process.env,
        SOURCE_PATCHES: JSON.stringify(patches),
        MEDPLUM_BASE_URL: `${originOf(through)}/`,
        MEDPLUM_CLIENT_ID: BRIDGE_CLIENT.clientId,
        MEDPLUM_CLIENT_SECRET: BRIDGE_CLIENT.clientSecret,
        MEDPLUM_PATIENCE_SECONDS: '10',
        REDIS_URL: redis.url,
        FASTEN_BASE_URL: fasten.baseUrl,
        FASTEN_PUBLIC_ID: SANDBOX_KEYS.publicId,
        FASTEN_PRIVATE_KEY: SANDBOX_KEYS.privateKey,
        FASTEN_WEBHOOK_SECRETS: SANDBOX_KEYS.webhookSecret,
        FASTEN_STORAGE_ORIGINS: fasten.storageOrigin,
        RATE_LIMIT_PER_MINUTE: '1000000',
        DATA_DIR: dir,
        ...more,
      },
      isReady: LISTENING,
    });
  const spools = hops.store.map((_, number) => join(dir, `spool-${number}`));
  const api = bridge('api', hops['api-store'][0], { BRIDGE_ROLE: 'api', BRIDGE_PORT: `${apiPort}` });
  const workers = hops.store.map((through, number) =>
    bridge(`worker-${number}`, through, { BRIDGE_ROLE: 'worker', SPOOL_DIR: spools[number] ?? '' }),
  );
  await Promise.all([api, ...workers].map((process) => process.ready()));
  const connection = new Redis(redis.url, { maxRetriesPerRequest: null });
  connection.on('error', () => undefined);
  return {
    fasten,
    api,
    workers,
    store,
    redis,
    connection,
    hops,
    storeUrl: at(storePort),
    apiUrl: `${originOf(hops.front[0])}/api/fasten-health`,
    spools,
    close: async () => {
      const faults: string[] = [];
      for (const process of [...workers, api, store]) {
        const how = await process.end();
        if (how !== '0') faults.push(`${process.name} ended with ${how} instead of 0`);
      }
      connection.disconnect();
      await fasten.close();
      await redis.close();
      await Promise.all(Object.values(hops).flatMap((proxies) => proxies.map((each) => each.close())));
      await rm(dir, { recursive: true, force: true });
      return faults;
    },
  };
}

/** All at once: the kernel gives none of them twice. */
function findFreePorts(count: number): Promise<number[]> {
  return Promise.all(Array.from({ length: count }, () => findFreePort()));
}

function originOf(proxy: CuttingProxy | undefined): string {
  return new URL(proxy?.baseUrl ?? '').origin;
}

/** With an append-only file, as production has it. */
async function mortalRedis(dir: string): Promise<Mortal & { readonly url: string; close(): Promise<void> }> {
  let server: RunningRedis | undefined = await startRedis({ dir });
  const { url } = server;
  const port = Number(new URL(url).port);
  let rising = Promise.resolve();
  return {
    name: 'redis',
    url,
    kill: (downMs) => {
      const dying = server;
      if (!dying) return;
      server = undefined;
      process.kill(dying.pid, 'SIGKILL');
      rising = dying.exited
        .then(() => wait(downMs))
        .then(async () => {
          server = await startRedis({ dir, port });
        });
    },
    ready: () => eventually(async () => (server ? true : undefined)).then(() => undefined),
    close: async () => {
      await rising;
      await server?.close();
    },
  };
}
