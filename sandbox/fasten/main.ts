import { join } from 'node:path';
import { readEnvironment } from './read-environment.ts';
import { startFasten } from './start-fasten.ts';

/** The simulator as a process of its own, set up by environment. Its clock runs as fast as everyone's. */
const { SANDBOX_FASTEN_PORT = '8104', SANDBOX_STORAGE_PORT = '8105', DATA_DIR = '.data' } = process.env;

try {
  const fasten = await startFasten({
    ...readEnvironment(process.env),
    port: Number(SANDBOX_FASTEN_PORT),
    storagePort: Number(SANDBOX_STORAGE_PORT),
    dataDir: join(DATA_DIR, 'fasten'),
    exportDelayMs: 1500,
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
