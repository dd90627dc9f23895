import { join } from 'node:path';
import { SANDBOX_KEYS } from './sandbox-keys.ts';
import { startFasten } from './start-fasten.ts';

/** The simulator as a process of its own, set up by environment. Its clock runs as fast as everyone's. */
const {
  SANDBOX_FASTEN_PORT = '8104',
  SANDBOX_STORAGE_PORT = '8105',
  DATA_DIR = '.data',
  FASTEN_PUBLIC_ID = SANDBOX_KEYS.publicId,
  FASTEN_PRIVATE_KEY = SANDBOX_KEYS.privateKey,
  FASTEN_WEBHOOK_SECRETS = SANDBOX_KEYS.webhookSecret,
  SANDBOX_WEBHOOK_URL,
  SANDBOX_FASTEN_HOST,
  SANDBOX_FASTEN_ORIGIN,
  SANDBOX_STORAGE_ORIGIN,
  SANDBOX_STORE_URL,
} = process.env;

try {
  const fasten = await startFasten({
    port: Number(SANDBOX_FASTEN_PORT),
    storagePort: Number(SANDBOX_STORAGE_PORT),
    dataDir: join(DATA_DIR, 'fasten'),
    publicId: FASTEN_PUBLIC_ID,
    privateKey: FASTEN_PRIVATE_KEY,
    webhookSecret: FASTEN_WEBHOOK_SECRETS.split(' ')[0] ?? SANDBOX_KEYS.webhookSecret,
    exportDelayMs: 1500,
    ...(SANDBOX_FASTEN_HOST ? { host: SANDBOX_FASTEN_HOST } : {}),
    ...(SANDBOX_FASTEN_ORIGIN ? { origin: SANDBOX_FASTEN_ORIGIN } : {}),
    ...(SANDBOX_STORAGE_ORIGIN ? { storageOrigin: SANDBOX_STORAGE_ORIGIN } : {}),
    ...(SANDBOX_STORE_URL ? { storeUrl: SANDBOX_STORE_URL } : {}),
    ...(SANDBOX_WEBHOOK_URL ? { webhookUrl: SANDBOX_WEBHOOK_URL } : {}),
  });
  process.stdout.write(
    `Fasten Connect simulator at ${fasten.baseUrl}, downloads at ${fasten.storageOrigin}, page at ${fasten.adminUrl}\n`,
  );
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void fasten.close());
  }
} catch (error) {
  process.stderr.write(
    `The Fasten Connect simulator could not start: ${error instanceof Error ? error.message : error}\n`,
  );
  process.exitCode = 1;
}
