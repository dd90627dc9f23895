import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { MedplumClient } from '@medplum/core';
import type { ImportProgress } from '../contract/import-report.ts';
import { PermanentError } from '../errors.ts';
import { openFileJournal } from './documents/file-journal.ts';
import { type ImportResult, importExport } from './import-export.ts';
import { hashFile } from './ledger/hash-file.ts';
import { underTask } from './record-task.ts';
import { withUnpacked } from './scan/unpack-files.ts';
import type { Origin } from './shape/shape-meta.ts';

export interface FileImport {
  readonly file: string;
  /** Taken as the namespace; without it the file's name is. */
  readonly connection?: string | undefined;
  /** `Patient/<id>` of the app's Patient. */
  readonly patient?: string | undefined;
  /** Folder in which uploads are remembered until the import is done; without it a killed run makes them again. */
  readonly journals?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined;
}

/**
 * Imports one JSONL file from disk, gzip or not, as the worker imports a download. Throws PermanentError `file-missing`,
 * `file-not-a-file`, `connection-needed` or `patient-missing` besides those of {@link importExport}.
 */
export function importFile(medplum: MedplumClient, request: FileImport): Promise<ImportResult> {
  const { patient, journals, signal, onProgress } = request;
  return withFile(medplum, request, async (origin, files) => {
    const journal = journals === undefined ? undefined : await openFileJournal(journals, origin.namespace);
    const result = await underTask(medplum, origin, (taskId, retrieved) =>
      importExport(medplum, { ...origin, taskId, files, patient, retrieved, journal, signal, onProgress }),
    );
    await journal?.remove();
    return result;
  });
}

/** Lends the file, unpacked, and what it is imported as: its content names the export. Throws as {@link importFile}. */
export async function withFile<T>(
  medplum: MedplumClient,
  { file, patient, connection, signal }: FileImport,
  work: (origin: Origin, files: readonly string[]) => Promise<T>,
): Promise<T> {
  await checkFile(file);
  if (patient) await checkPatient(medplum, patient);
  const namespace = connection ?? nameOf(file);
  const named = async (files: readonly string[]): Promise<T> => {
    const exportId = `${namespace}-${(await hashFile(files[0] ?? file)).slice(0, 32)}`;
    return work({ namespace, exportId }, files);
  };
  return withUnpacked([file], named, { signal });
}

/** The namespace stands in addresses and searches, where some signs mean something else. */
function nameOf(file: string): string {
  const name = basename(file).replace(/(\.(jsonl|ndjson|json))?(\.gz)?$/i, '');
  if (/[\s,|$\\#]/.test(name))
    throw new PermanentError('connection-needed', `name the connection of ${file}: --connection`);
  return name;
}

async function checkFile(file: string): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  if (!found) throw new PermanentError('file-missing', `there is no file ${file}`);
  if (!found.isFile()) throw new PermanentError('file-not-a-file', `${file} is a folder: name one JSONL file`);
  if (found.size === 0) throw new PermanentError('empty-export', `${file} is empty: nothing to load`);
}

async function checkPatient(medplum: MedplumClient, patient: string): Promise<void> {
  const id = patient.slice('Patient/'.length);
  const found = await medplum.readResource('Patient', id).catch(() => undefined);
  if (!found) throw new PermanentError('patient-missing', `the server has no ${patient} that this client may read`);
}
