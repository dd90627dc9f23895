import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fillQueues } from './drill/fill-queues.ts';
import { drillBinaries } from './drill/restore-binaries.ts';
import { drillPostgres } from './drill/restore-postgres.ts';
import { drillRedis } from './drill/restore-redis.ts';
import { drillStore } from './drill/restore-store.ts';
import { run } from './drill/run.ts';
import { startPostgres } from './drill/start-postgres.ts';

const USAGE = `usage: npm run drill:backup [-- --database URL [--admin-database URL]] [-- --binaries DIR] [-- --folder DIR]

Backs up, restores beside the original, compares, and removes what was restored. Without options it tries itself on servers
of its own: the sandbox's store after an import, a Redis with jobs, and a PostgreSQL where one is installed.

  --database        Medplum's database: dumped in one moment, restored as drill_<time> on the same server, every table counted.
                    It is only read. Needs room for the dump in --folder, and for the second database on the server.
  --admin-database  the same server as a user who may create databases
  --binaries        the folder of Medplum's binaries (BINARY_STORAGE=file:...): copied and compared file by file
  --folder          where backups lie meanwhile; default: a temporary folder`;

process.exitCode = await main();

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      database: { type: 'string' },
      'admin-database': { type: 'string' },
      binaries: { type: 'string' },
      folder: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const folder = await mkdtemp(join(values.folder ?? tmpdir(), 'drill-'));
  const tell = (what: string, result: unknown) => console.log(`${what}: ${JSON.stringify(result)}`);
  try {
    const { database: url, 'admin-database': adminUrl, binaries } = values;
    if (url) tell('postgres', await drillPostgres({ url, adminUrl, folder }));
    if (binaries) tell('binaries', { files: await drillBinaries(binaries, join(folder, 'binaries')) });
    if (!url && !binaries) await tryItself(folder, tell);
    return 0;
  } catch (error) {
    console.error(`drill failed: ${error instanceof Error ? error.message : error}`);
    return 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function tryItself(folder: string, tell: (what: string, result: unknown) => void): Promise<void> {
  tell('store', await drillStore(folder));
  tell('redis', { keys: await drillRedis(folder, fillQueues) });
  const postgres = await startPostgres();
  if (!postgres) return tell('postgres', 'not installed');
  try {
    const rows =
      'CREATE TABLE "Patient" AS SELECT gen_random_uuid() AS id, n AS content FROM generate_series(1, 5000) n';
    await run('psql', ['-qX', '-c', rows, postgres.url]);
    tell('postgres', await drillPostgres({ url: postgres.url, folder }));
  } finally {
    await postgres.close();
  }
}
