import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { startProcess } from './start-process.ts';

export const STEP_TIMEOUT_MS = 40 * 60_000;

/** A generated resource has about as many bytes; the real size of a file is reported. */
export const BYTES_A_RESOURCE = 1217;

export interface ExportFile {
  readonly path: string;
  readonly lines: number;
  readonly megabytes: number;
}

/** Writes an export of small lines, the same for the same number; `documentBytes` makes its documents larger. */
export async function makeExport(folder: string, resources: number, documentBytes?: number): Promise<ExportFile> {
  console.error(`bench: generating ${resources} resources`);
  const path = join(folder, `export-${resources}-${documentBytes ?? 'small'}.jsonl`);
  const size = documentBytes === undefined ? [] : ['--document-bytes', String(documentBytes)];
  const args = ['sandbox/generator/main.ts', '--seed', '1', '--resources', String(resources), ...size, '--out', path];
  await startProcess(args, {}, STEP_TIMEOUT_MS).ended();
  return { path, lines: resources, megabytes: await megabytesOf(path) };
}

/** The same with Binary lines of together about `megabytes` at its end, one of them a third of that. */
export async function makeDocumentExport(folder: string, resources: number, megabytes: number): Promise<ExportFile> {
  const { path, lines } = await makeExport(folder, resources);
  await startProcess(['bridge/bench/write-documents.ts', path, String(megabytes)], {}, STEP_TIMEOUT_MS).ended();
  return { path, lines, megabytes: await megabytesOf(path) };
}

async function megabytesOf(path: string): Promise<number> {
  return Number(((await stat(path)).size / 1e6).toFixed(1));
}
