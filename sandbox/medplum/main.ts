import { join } from 'node:path';
import { startMedplum } from './start-medplum.ts';

/** The sandbox Medplum as a process of its own: SANDBOX_MEDPLUM_PORT (8103), data in DATA_DIR/medplum (.data/medplum). */
async function main(): Promise<void> {
  const port = Number(process.env.SANDBOX_MEDPLUM_PORT ?? 8103);
  const server = await startMedplum({ port, dataDir: join(process.env.DATA_DIR ?? '.data', 'medplum') });
  process.stdout.write(`sandbox medplum listens on ${server.baseUrl}\n`);
  const stop = () => {
    void server.close().then(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

main().catch((error: NodeJS.ErrnoException) => {
  const remedy = error.code === 'EADDRINUSE' ? 'the port is taken: set SANDBOX_MEDPLUM_PORT' : error.message;
  process.stderr.write(`sandbox medplum: ${remedy}\n`);
  process.exit(1);
});
