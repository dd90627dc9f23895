import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type ExportFile, STEP_TIMEOUT_MS } from './make-export.ts';
import { type ImportFigures, measureImport } from './measure-import.ts';
import { type Measured, startProcess, type Usage } from './start-process.ts';

export interface LoadFigures extends ImportFigures {
  readonly fileMb: number;
  /** What the server used meanwhile, where it served nothing else. */
  readonly server?: Usage;
}

/** What a server takes at most when the same bundles were built beforehand; in resources a second. */
export interface LimitFigures {
  readonly resourcesPerSecond: number;
  readonly seconds: number;
  /** Requests in flight at which it was reached, of those tried. */
  readonly flight: number;
}

/** A server to load into: one of our own, or the one that the environment names. */
interface Target {
  readonly baseUrl: string;
  stop(): Promise<unknown>;
}

const FLIGHTS = [1, 2, 4, 8];
const CLIENT = {
  MEDPLUM_CLIENT_ID: '6f1c2a34-0f6b-4a55-9d0e-7a1f5b3c8d21',
  MEDPLUM_CLIENT_SECRET: 'sandbox-bridge-secret',
};

/** A first import and the same again, into a new sandbox Medplum, or into the server of MEDPLUM_BASE_URL. */
export async function measureLoads(
  folder: string,
  file: ExportFile,
): Promise<{ load: LoadFigures; resync: LoadFigures }> {
  const server = await startTarget(folder, 'load');
  const connection = `bench-${Date.now()}`;
  const figures: LoadFigures[] = [];
  for (const step of ['load', 'resync']) {
    console.error(`bench: ${step}`);
    const measured = await measureImport(file.path, server.baseUrl, connection, STEP_TIMEOUT_MS, clientOf(process.env));
    figures.push({ ...measured, fileMb: file.megabytes });
  }
  await server.stop();
  const [load, resync] = figures;
  if (!load || !resync) throw new Error('an import was not measured');
  return { load, resync };
}

/** One import of an export of large documents into a new sandbox Medplum. */
export async function measureDocuments(folder: string, file: ExportFile): Promise<LoadFigures> {
  console.error(`bench: documents, ${file.megabytes} MB`);
  const server = await startTarget(folder, 'documents');
  const connection = `bench-${Date.now()}`;
  const measured = await measureImport(file.path, server.baseUrl, connection, STEP_TIMEOUT_MS, clientOf(process.env));
  await server.stop();
  return { ...measured, fileMb: file.megabytes };
}

/** Builds the bundles of an import by recording them, then posts them at several settings, and takes the best. */
export async function measureLimit(folder: string, file: ExportFile): Promise<LimitFigures> {
  const recording = join(folder, 'bundles.jsonl');
  await measureSink(file, recording);
  let best: LimitFigures | undefined;
  for (const flight of FLIGHTS) {
    console.error(`bench: limit, ${flight} in flight`);
    const server = await startTarget(folder, `limit-${flight}`);
    const args = ['bridge/bench/post-bundles.ts', recording, server.baseUrl, String(flight)];
    const { stdout } = await startProcess(args, clientOf(process.env), STEP_TIMEOUT_MS).ended();
    await server.stop();
    const { resources, seconds } = JSON.parse(stdout);
    const resourcesPerSecond = Math.round(resources / seconds);
    if (!best || resourcesPerSecond > best.resourcesPerSecond) best = { resourcesPerSecond, seconds, flight };
  }
  await rm(recording);
  if (!best) throw new Error('no setting was measured');
  return best;
}

/** An import into a server that answers at once: what it takes is the importer's own. */
export async function measureSink(file: ExportFile, recording?: string): Promise<LoadFigures> {
  console.error(`bench: sink, ${file.lines} lines`);
  const args = ['bridge/bench/sink-server.ts', ...(recording ? [recording] : [])];
  const server = startProcess(args, {}, STEP_TIMEOUT_MS);
  const [, baseUrl = ''] = await server.firstMatch(/listens on (\S+)/);
  const measured = await measureImport(file.path, baseUrl, 'bench', STEP_TIMEOUT_MS, CLIENT);
  const { usage } = await server.stop();
  return { ...measured, fileMb: file.megabytes, server: usage };
}

async function startTarget(folder: string, name: string): Promise<Target> {
  const { MEDPLUM_BASE_URL } = process.env;
  if (MEDPLUM_BASE_URL) return { baseUrl: MEDPLUM_BASE_URL, stop: async () => undefined };
  const dataDir = join(folder, name);
  const environment = { SANDBOX_MEDPLUM_PORT: '0', DATA_DIR: dataDir };
  const server: Measured = startProcess(['sandbox/medplum/main.ts'], environment, STEP_TIMEOUT_MS);
  const [, baseUrl = ''] = await server.firstMatch(/listens on (\S+)/);
  return {
    baseUrl,
    stop: async () => {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** As whom the target is asked: the sandbox's own client unless the environment names a server. */
function clientOf(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { MEDPLUM_BASE_URL, MEDPLUM_CLIENT_ID, MEDPLUM_CLIENT_SECRET } = env;
  return MEDPLUM_BASE_URL ? { MEDPLUM_CLIENT_ID, MEDPLUM_CLIENT_SECRET } : CLIENT;
}
