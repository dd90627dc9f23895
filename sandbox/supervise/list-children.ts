import { join } from 'node:path';
import { SANDBOX_KEYS } from '../fasten/sandbox-keys.ts';
import { pingRedis } from '../redis/ping-redis.ts';
import { seed } from '../seed.ts';
import type { Settings } from './read-settings.ts';
import { answersOk, type ChildSpec } from './start-child.ts';

/** Where each part of a running sandbox answers. */
export function addressesOf({ ports }: Settings) {
  const at = (port: number) => `http://127.0.0.1:${port}`;
  return {
    bridge: at(ports.BRIDGE_PORT),
    /** What the bridge serves its API under, whatever the environment says of production. */
    bridgeApi: `${at(ports.BRIDGE_PORT)}/api/fasten-health`,
    medplum: at(ports.SANDBOX_MEDPLUM_PORT),
    fasten: at(ports.SANDBOX_FASTEN_PORT),
    storage: at(ports.SANDBOX_STORAGE_PORT),
  };
}

/**
 * The processes of the sandbox in the order they start; they stop in the reverse one. Every variable that the bridge
 * reads of Medplum and Fasten is set here, so that nobody's real keys are used by mistake.
 */
export function listChildren(settings: Settings): readonly ChildSpec[] {
  const { ports, dataDir } = settings;
  const address = addressesOf(settings);
  const redisPort = ports.SANDBOX_REDIS_PORT;
  const env = {
    ...Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, `${port}`])),
    DATA_DIR: dataDir,
    FASTEN_PUBLIC_ID: SANDBOX_KEYS.publicId,
    FASTEN_PRIVATE_KEY: SANDBOX_KEYS.privateKey,
    FASTEN_WEBHOOK_SECRETS: SANDBOX_KEYS.webhookSecret,
  };
  const redis: ChildSpec = {
    name: 'Redis',
    script: 'sandbox/redis/main.ts',
    env,
    isHealthy: async () => (await pingRedis(redisPort)) !== undefined,
  };
  return [
    ...(settings.redisUrl === undefined ? [redis] : []),
    {
      name: 'Sandbox Medplum',
      script: 'sandbox/medplum/main.ts',
      env,
      isHealthy: answersOk(`${address.medplum}/healthcheck`),
    },
    {
      name: 'Sandbox Fasten',
      script: 'sandbox/fasten/main.ts',
      env: { ...env, SANDBOX_WEBHOOK_URL: `${address.bridgeApi}/webhook`, SANDBOX_STORE_URL: `${address.medplum}/` },
      isHealthy: answersOk(`${address.fasten}/healthz`),
    },
    {
      name: 'Bridge',
      script: 'bridge/main.ts',
      env: { ...env, ...bridgeEnv(settings) },
      isHealthy: answersOk(`${address.bridge}/healthz`),
    },
  ];
}

function bridgeEnv(settings: Settings): Record<string, string> {
  const address = addressesOf(settings);
  const client = seed.clients[0];
  return {
    MEDPLUM_BASE_URL: `${address.medplum}/`,
    MEDPLUM_CLIENT_ID: client?.id ?? '',
    MEDPLUM_CLIENT_SECRET: client?.secret ?? '',
    REDIS_URL: settings.redisUrl ?? `redis://127.0.0.1:${settings.ports.SANDBOX_REDIS_PORT}`,
    FASTEN_BASE_URL: `${address.fasten}/v1`,
    FASTEN_STORAGE_ORIGINS: address.storage,
    FASTEN_STITCH_URL: `${address.fasten}/connect/v4/fasten-stitch-element.js`,
    BRIDGE_HOST: '127.0.0.1',
    BRIDGE_ROLE: 'both',
    API_PREFIX: '/api/fasten-health',
    SPOOL_DIR: join(settings.dataDir, 'spool'),
  };
}
