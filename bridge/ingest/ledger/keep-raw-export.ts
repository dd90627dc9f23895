import type { MedplumClient } from '@medplum/core';
import { outputsWithRawExports, type RawExport, rawExportsFromTask } from '../../contract/import-task.ts';
import { changeTask, type StoredTask } from '../../medplum/change-task.ts';
import { retryRead } from '../../medplum/retry-read.ts';
import { uploadFile } from '../../medplum/upload-file.ts';
import { hashFile } from './hash-file.ts';

export interface RawExportFiles {
  /** Spool files, in the order of the export's links. */
  readonly files: readonly string[];
  /** `Patient/<id>` whose compartment guards the Binaries; unknown while the export's own Patient is not stored. */
  readonly patient: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Keeps the export as it came: one Binary a file, named by the import's Task alone (a Binary cannot be searched, and is not
 * guarded by its compartment). Files that the Task names already, by their hash, are not sent again.
 * Returns `Binary/<id>` of each file.
 */
export async function keepRawExport(medplum: MedplumClient, taskId: string, raw: RawExportFiles): Promise<string[]> {
  const task = await retryRead(() => medplum.readResource('Task', taskId), raw.signal);
  const known = rawExportsFromTask(task);
  const kept: RawExport[] = [];
  for (const path of raw.files) {
    const sha256 = await hashFile(path);
    const reference = known.find((file) => file.sha256 === sha256)?.reference ?? (await upload(medplum, path, raw));
    kept.push({ reference, sha256 });
    await retryRead(() => changeTask(medplum, taskId, (stored) => naming(stored, kept)), raw.signal);
  }
  return kept.map(({ reference }) => reference);
}

async function upload(medplum: MedplumClient, path: string, { patient, signal }: RawExportFiles): Promise<string> {
  const id = await uploadFile(medplum, path, { contentType: 'application/fhir+ndjson', patient, signal });
  return `Binary/${id}`;
}

/** The Task that names these files; those named behind them belong to files whose turn has not come. */
function naming(task: StoredTask, kept: readonly RawExport[]): StoredTask {
  const known = rawExportsFromTask(task);
  if (kept.every(({ reference }, position) => known[position]?.reference === reference)) return task;
  return { ...task, output: outputsWithRawExports(task, [...kept, ...known.slice(kept.length)]) };
}
