import { SANDBOX_KEYS } from './sandbox-keys.ts';
import type { FastenOptions } from './start-fasten.ts';

/** What the environment says of keys and addresses; a process that sets up the simulator adds ports and folders. */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>): FastenOptions {
  const { FASTEN_PUBLIC_ID, FASTEN_PRIVATE_KEY, FASTEN_WEBHOOK_SECRETS, SANDBOX_WEBHOOK_URL } = env;
  const { SANDBOX_FASTEN_HOST, SANDBOX_FASTEN_ORIGIN, SANDBOX_STORAGE_ORIGIN, SANDBOX_STORE_URL } = env;
  return {
    publicId: FASTEN_PUBLIC_ID || SANDBOX_KEYS.publicId,
    privateKey: FASTEN_PRIVATE_KEY || SANDBOX_KEYS.privateKey,
    webhookSecret: FASTEN_WEBHOOK_SECRETS?.split(' ')[0] || SANDBOX_KEYS.webhookSecret,
    ...(SANDBOX_FASTEN_HOST ? { host: SANDBOX_FASTEN_HOST } : {}),
    ...(SANDBOX_FASTEN_ORIGIN ? { origin: SANDBOX_FASTEN_ORIGIN } : {}),
    ...(SANDBOX_STORAGE_ORIGIN ? { storageOrigin: SANDBOX_STORAGE_ORIGIN } : {}),
    ...(SANDBOX_STORE_URL ? { storeUrl: SANDBOX_STORE_URL } : {}),
    ...(SANDBOX_WEBHOOK_URL ? { webhookUrl: SANDBOX_WEBHOOK_URL } : {}),
  };
}
