import type { MedplumClient } from '@medplum/core';
import { outputsWithRawExports, type RawExport, rawExportsFromTask } from '../../contract/import-task.ts';
import { uploadFile } from '../../medplum/binaries/upload-file.ts';
import { changeTask, type StoredTask } from '../../medplum/change-task.ts';
import { retryRead } from '../../medplum/client/retry-read.ts';
import { hashFile } from './hash-file.ts';

/**
 * Keeps the export as it came: one Binary a file, named by the import's Task alone. A Binary cannot be searched, and nobody
 * knows yet whose record it is, so it is in no compartment. Files that the Task names already, by their hash, are not sent
 * again.
 *
 * @param files - Spool files, in the order of the export's links.
 * @returns `Binary/<id>` of each file.
 */
export async function keepRawExport(
  medplum: MedplumClient,
  taskId: string,
  files: readonly string[],
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const task = await retryRead(() => medplum.readResource('Task', taskId), signal);
  const known = rawExportsFromTask(task);
  const kept: RawExport[] = [];
  for (const path of files) {
    const sha256 = await hashFile(path);
    const reference = known.find((file) => file.sha256 === sha256)?.reference ?? (await upload(medplum, path, signal));
    kept.push({ reference, sha256 });
    await retryRead(() => changeTask(medplum, taskId, (stored) => naming(stored, kept)), signal);
  }
  return kept.map(({ reference }) => reference);
}

async function upload(medplum: MedplumClient, path: string, signal: AbortSignal | undefined): Promise<string> {
  const id = await uploadFile(medplum, path, { contentType: 'application/fhir+ndjson', signal });
  return `Binary/${id}`;
}

/** The Task that names these files; those named behind them belong to files whose turn has not come. */
function naming(task: StoredTask, kept: readonly RawExport[]): StoredTask {
  const known = rawExportsFromTask(task);
  if (kept.every(({ reference }, position) => known[position]?.reference === reference)) return task;
  return { ...task, output: outputsWithRawExports(task, [...kept, ...known.slice(kept.length)]) };
}
