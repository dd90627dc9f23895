import { join } from 'node:path';
import type { MedplumClient } from '@medplum/core';
import { orgConnectionIdOf } from '../contract/connection.ts';
import { heldTask } from '../contract/import-hold.ts';
import type { ImportProgress } from '../contract/import-report.ts';
import { type RawExport, rawExportsFromTask } from '../contract/import-task.ts';
import { PermanentError } from '../errors.ts';
import type { ExportFile } from '../fasten/export-file.ts';
import { changeTaskSurely, type StoredTask } from '../medplum/change-task.ts';
import { LostReplyError } from '../medplum/client/lost-reply-error.ts';
import { namespaceOf, type StoredConsent } from '../medplum/find-connection.ts';
import { readTask } from '../medplum/read-task.ts';
import type { Log } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import { inStep } from '../observe/trace.ts';
import type { HoldLock } from '../queue/hold-lock.ts';
import type { JobProgress, Payload } from '../queue/specs.ts';
import { TryLater } from '../queue/try-later.ts';
import { missingLines } from './announce.ts';
import { completeTask } from './complete-task.ts';
import { countImport } from './count-import.ts';
import { CONNECTION_REVOKED, failTask, isSettled, moveTask } from './end-task.ts';
import { type Destination, type HeldLoad, importLock, type Loaded, loadLineage } from './load-lineage.ts';
import { measureProgress } from './measure-progress.ts';
import { tellImport } from './tell-import.ts';
import { whileActive } from './while-active.ts';

/** What the ingest is asked to load. */
export interface LoadRequest extends Destination {
  readonly files: readonly string[];
  readonly patient: { readonly reference: string };
  readonly taskId: string;
  readonly exportId: string;
  /** When the export was asked for, or first heard of: which of two exports is the older does not depend on their loads. */
  readonly retrieved: Date;
  readonly onProgress: (progress: ImportProgress) => void;
}

export interface ImportExportDeps {
  readonly medplum: Pick<
    MedplumClient,
    'readResource' | 'searchResources' | 'updateResource' | 'createResourceIfNoneExist'
  >;
  readonly holdLock: HoldLock;
  /** Lends a folder that is gone after the work. */
  readonly withFolder: <T>(name: string, work: (folder: string) => Promise<T>) => Promise<T>;
  /** Streams a file to a path; gives its bytes. `kept` is its copy in Medplum: Fasten's own is gone after a day. */
  readonly fetchFile: (file: ExportFile, path: string, signal: AbortSignal, kept?: RawExport) => Promise<number>;
  readonly load: (request: LoadRequest) => Promise<Loaded>;
  /** Lets the bots have what a completed import brought. May be told of the same one again. */
  readonly announceImport: (task: StoredTask) => Promise<void>;
  readonly log: Log;
  readonly metrics: Metrics;
  /** How often a load looks whether its connection still is; default 10 seconds. */
  readonly watchEveryMs?: number;
}

const WATCH_EVERY_MS = 10_000;
/** Between two tries to tell of an import that failed. */
const AWAY_MS = 5 * 60_000;

interface ImportContext {
  readonly jobId: string;
  readonly signal: AbortSignal;
  report(progress: JobProgress): Promise<void>;
}

/**
 * Makes the job that fetches an export and loads it. It may be killed anywhere and run again: a file that was fetched is
 * fetched anew, and loading is idempotent. Two exports of one namespace wait for each other.
 */
export function createImportJob(deps: ImportExportDeps) {
  return {
    run: async (job: Payload<'import'>, context: ImportContext): Promise<void> => {
      const consent: StoredConsent = await deps.medplum.readResource('Consent', job.consentId);
      const watched = { medplum: deps.medplum, consentId: job.consentId, everyMs: deps.watchEveryMs ?? WATCH_EVERY_MS };
      await deps.holdLock(importLock(namespaceOf(consent)), context.signal, (locked) =>
        whileActive({ ...watched, signal: locked }, (signal) => importExport(deps, job, { ...context, signal })),
      );
    },
    gaveUp: async (
      job: Payload<'import'>,
      fault: { readonly code: string; readonly message: string },
    ): Promise<void> => {
      await tellAndFail(deps, job.taskId, fault).catch(laterIfLost);
      deps.log.error('import.gave-up', { taskId: job.taskId, exportId: job.exportId, code: fault.code });
    },
  };
}

async function tellAndFail(
  deps: ImportExportDeps,
  taskId: string,
  { code, message }: { readonly code: string; readonly message: string },
): Promise<void> {
  const task = await readTask(deps.medplum, taskId);
  if (!task) return;
  if (!isSettled(task) && code !== CONNECTION_REVOKED) await tellImport(deps, { ...task, status: 'failed' });
  await failTask(deps.medplum, taskId, code, message);
}

/** While Medplum is away nobody could be told that the import failed, and its Task would stay in progress for ever. */
function laterIfLost(error: unknown): never {
  throw error instanceof LostReplyError ? new TryLater(AWAY_MS, 'medplum-unreachable') : error;
}

async function importExport(deps: ImportExportDeps, job: Payload<'import'>, context: ImportContext): Promise<void> {
  const named = { taskId: job.taskId, exportId: job.exportId };
  await requireActive(deps, job.consentId);
  const task = await moveTask(deps.medplum, job.taskId, 'downloading');
  if (isSettled(task)) {
    deps.log.info('import.already-done', { ...named, status: task.status });
    await deps.announceImport(task);
    return;
  }
  const counts = countImport(deps.metrics);
  deps.log.info('import.started', { ...named, files: job.files.length });
  const report = await deps.withFolder(context.jobId, async (folder) => {
    const kept = rawExportsFromTask(task);
    const files = await inStep('download', named, () => fetchFiles(deps, job, kept, folder, context));
    // Hours may have passed in the queue and on the wire.
    const { consent, patient } = await requireActive(deps, job.consentId);
    await moveTask(deps.medplum, job.taskId, 'loading');
    const retrieved = new Date(task.authoredOn ?? Date.now());
    const request = { files, patient, retrieved, ...named, onProgress: reporter(context, counts.saw) };
    const loaded = await loadLineage(deps, consent, context.signal, (destination) =>
      load(deps, { ...request, ...destination }),
    );
    if (!('held' in loaded)) return loaded;
    await holdImport(deps, job, consent, loaded);
    return undefined;
  });
  if (report === undefined) return;
  await tellImport(deps, completeTask(await deps.medplum.readResource('Task', job.taskId), report));
  const done = await changeTaskSurely(deps.medplum, job.taskId, (stored) => completeTask(stored, report));
  await deps.announceImport(done);
  counts.ended(report);
  const missing = missingLines(done, report.lines);
  if (missing > 0) deps.log.warn('import.fewer-than-announced', { ...named, lines: report.lines, count: missing });
  const { lines, created, updated, unchanged, quarantined, skipped } = report;
  const mode = report.withoutTransactions ? 'batches' : 'transactions';
  deps.log.info('import.done', { ...named, mode, lines, created, updated, unchanged, quarantined, skipped });
}

/** The job is done with: a person decides, and another job goes on. See `decideImport`. */
async function holdImport(
  deps: ImportExportDeps,
  { taskId, exportId, files }: Payload<'import'>,
  consent: StoredConsent,
  { held: differences }: HeldLoad,
): Promise<void> {
  const hold = {
    connection: orgConnectionIdOf(consent) ?? '',
    candidate: consent.patient?.reference ?? '',
    differences,
    files: files.map((file) => JSON.stringify(file)),
  };
  const task: StoredTask = await deps.medplum.readResource('Task', taskId);
  if (!isSettled(task)) await tellImport(deps, heldTask(task, hold), hold.candidate);
  await changeTaskSurely(deps.medplum, taskId, (stored) => (isSettled(stored) ? stored : heldTask(stored, hold)));
  deps.log.warn('import.held', { taskId, exportId, reasons: differences });
}

/** What was fetched is not whole. Trying again fetches it anew, as long as Fasten has it. */
class DamagedFile extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.name = 'DamagedFile';
    this.code = code;
  }
}

/**
 * A run that our lock could not keep away (by hand, or by a process that stood still) took the namespace over. And a packed
 * file that is damaged is so for good only where it lies on somebody's disk, not where it came over a wire.
 */
async function load(deps: ImportExportDeps, request: LoadRequest): Promise<Loaded> {
  try {
    const { taskId, exportId } = request;
    return await inStep('load', { taskId, exportId }, () => deps.load(request));
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error;
    if (error.code === 'import-running') throw new TryLater(60_000, error.code);
    throw error.code === 'gzip-damaged' ? new DamagedFile(error.code) : error;
  }
}

/** A revoked connection imports nothing more, whatever arrives. */
async function requireActive(deps: ImportExportDeps, consentId: string) {
  const consent: StoredConsent = await deps.medplum.readResource('Consent', consentId);
  if (consent.status !== 'active') {
    throw new PermanentError(CONNECTION_REVOKED, 'the connection was revoked before its export was loaded');
  }
  const reference = consent.patient?.reference;
  if (reference === undefined) {
    throw new PermanentError('consent-without-patient', 'the Consent of this connection names no Patient');
  }
  return { consent, patient: { reference } };
}

async function fetchFiles(
  deps: ImportExportDeps,
  job: Payload<'import'>,
  kept: readonly RawExport[],
  folder: string,
  { signal, report }: ImportContext,
): Promise<string[]> {
  const paths: string[] = [];
  for (const [index, file] of job.files.entries()) {
    await report({ phase: 'downloading', file: index + 1, files: job.files.length });
    const path = join(folder, `${index}.jsonl`);
    const bytes = await deps.fetchFile(file, path, signal, kept[index]);
    deps.metrics.downloadedBytes.inc(bytes);
    deps.log.info('download.done', { taskId: job.taskId, exportId: job.exportId, bytes });
    paths.push(path);
  }
  return paths;
}

/** Progress is told for people to watch; an import does not wait for it, nor fail with it. */
function reporter(context: ImportContext, saw: (progress: ImportProgress) => void): (progress: ImportProgress) => void {
  const measure = measureProgress(() => performance.now());
  return (progress) => {
    saw(progress);
    context.report(measure(progress)).catch(() => undefined);
  };
}
