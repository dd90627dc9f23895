import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { importFile } from '../../bridge/ingest/import-file.ts';
import { Findings } from '../../bridge/ingest/ledger/findings.ts';
import { verifyImport } from '../../bridge/ingest/ledger/verify-import.ts';
import { createMedplum } from '../../bridge/medplum/client/create-medplum.ts';
import { startMedplum } from '../../sandbox/medplum/start-medplum.ts';
import { seed } from '../../sandbox/seed.ts';
import { drillBinaries } from './restore-binaries.ts';

const NAMESPACE = 'drill';

/** The sandbox's store: an import, its files copied, a second server on the copy; `verify` reads every line of it there. */
export async function drillStore(folder: string): Promise<{ files: number; lines: number }> {
  const [from, to] = [join(folder, 'store'), join(folder, 'store-restored')];
  const file = join(folder, 'export.jsonl');
  const patient = { resourceType: 'Patient', id: 'p' };
  const results = Array.from({ length: 200 }, (_, n) => ({
    resourceType: 'Observation',
    id: `o${n}`,
    status: 'final',
    code: { text: 'made up' },
    subject: { reference: 'Patient/p' },
  }));
  await writeFile(file, [patient, ...results].map((line) => JSON.stringify(line)).join('\n'));
  await withStore(from, (medplum) =>
    importFile(medplum, { file, connection: NAMESPACE, journals: join(folder, 'journals') }),
  );
  const files = await drillBinaries(from, to);
  const verified = await withStore(to, (medplum) => verifyImport(medplum, { namespace: NAMESPACE }));
  if (JSON.stringify(verified.found) !== JSON.stringify(new Findings().counts)) {
    throw new Error(`verify finds in the restored store: ${JSON.stringify(verified.found)}`);
  }
  return { files, lines: results.length + 1 };
}

async function withStore<T>(
  dataDir: string,
  work: (medplum: Awaited<ReturnType<typeof createMedplum>>['client']) => Promise<T>,
): Promise<T> {
  const server = await startMedplum({ dataDir });
  const [client] = seed.clients;
  const { client: medplum, close } = await createMedplum({
    baseUrl: server.baseUrl,
    clientId: client?.id ?? '',
    clientSecret: client?.secret ?? '',
  });
  try {
    return await work(medplum);
  } finally {
    await close();
    await server.close();
  }
}
