import type { MedplumClient } from '@medplum/core';
import { ORG_CONNECTION_SYSTEM } from '../contract/identifiers.ts';
import { isRedriving, redrivenTask } from '../contract/import-redrive.ts';
import type { ImportProgress } from '../contract/import-report.ts';
import { PermanentError } from '../errors.ts';
import { changeTask, type StoredTask } from '../medplum/change-task.ts';
import { LostReplyError } from '../medplum/client/lost-reply-error.ts';
import { namespaceOf, type StoredConsent } from '../medplum/find-connection.ts';
import type { Log } from '../observe/log.ts';
import type { HoldLock } from '../queue/hold-lock.ts';
import type { JobProgress, Payload } from '../queue/specs.ts';
import { TryLater } from '../queue/try-later.ts';
import { importLock } from './load-lineage.ts';
import { measureProgress } from './measure-progress.ts';
import { whileActive } from './while-active.ts';

/** What the ingest is asked to run again; see `redriveImport` there. */
export interface RedriveWanted {
  readonly namespace: string;
  readonly taskId: string;
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ImportProgress) => void;
}

export interface RedriveJobDeps {
  readonly medplum: Pick<MedplumClient, 'readResource' | 'updateResource'>;
  readonly holdLock: HoldLock;
  readonly withFolder: <T>(name: string, work: (folder: string) => Promise<T>) => Promise<T>;
  /** Resolves when the Task tells the new outcome. */
  readonly redrive: (wanted: RedriveWanted) => Promise<void>;
  /** Lets the bots have what came in. */
  readonly announceImport: (task: StoredTask) => Promise<void>;
  readonly log: Log;
}

interface RedriveContext {
  readonly jobId: string;
  readonly signal: AbortSignal;
  report(progress: JobProgress): Promise<void>;
}

const WATCH_EVERY_MS = 10_000;
/** Another run holds the namespace, or Medplum is away. */
const LATER_MS = 60_000;

/** Makes the job that tries the quarantined lines of a completed import again. Killed anywhere, it is run again. */
export function createRedriveJob(deps: RedriveJobDeps) {
  const { medplum, log } = deps;
  return {
    run: async ({ taskId }: Payload<'redrive'>, context: RedriveContext): Promise<void> => {
      const task: StoredTask = await medplum.readResource('Task', taskId);
      if (!isRedriving(task)) return;
      const { namespace, consentId } = await belongingOf(medplum, task);
      await deps.holdLock(importLock(namespace), context.signal, (locked) => {
        const work = (signal: AbortSignal) => redrive(deps, { namespace, taskId }, { ...context, signal });
        if (consentId === undefined) return work(locked);
        return whileActive({ medplum, consentId, everyMs: WATCH_EVERY_MS, signal: locked }, work);
      });
      const done = await changeTask(medplum, taskId, (stored) => redrivenTask(stored, new Date().toISOString()));
      await deps.announceImport(done);
      log.info('import.redriven', { taskId });
    },
    gaveUp: async ({ taskId }: Payload<'redrive'>, { code }: { readonly code: string }): Promise<void> => {
      try {
        await changeTask(medplum, taskId, (stored) =>
          isRedriving(stored) ? redrivenTask(stored, new Date().toISOString(), code) : stored,
        );
      } catch (error) {
        throw error instanceof LostReplyError ? new TryLater(LATER_MS, 'medplum-unreachable') : error;
      }
    },
  };
}

async function redrive(
  deps: RedriveJobDeps,
  about: Pick<RedriveWanted, 'namespace' | 'taskId'>,
  { jobId, signal, report }: RedriveContext,
): Promise<void> {
  const measure = measureProgress(() => performance.now());
  const onProgress = (progress: ImportProgress): void => {
    report(measure(progress)).catch(() => undefined);
  };
  try {
    await deps.withFolder(jobId, (folder) => deps.redrive({ ...about, folder, signal, onProgress }));
  } catch (error) {
    const isTaken = error instanceof PermanentError && error.code === 'import-running';
    throw isTaken ? new TryLater(LATER_MS, error.code) : error;
  }
}

/** Whose namespace an import loaded into: that of its connection, or the one that a file was given. */
async function belongingOf(
  medplum: RedriveJobDeps['medplum'],
  { focus, meta }: StoredTask,
): Promise<{ readonly namespace: string; readonly consentId?: string }> {
  const [, consentId] = /^Consent\/(.+)$/.exec(focus?.reference ?? '') ?? [];
  if (consentId !== undefined) {
    const consent: StoredConsent = await medplum.readResource('Consent', consentId);
    return { namespace: namespaceOf(consent), consentId };
  }
  const namespace = meta?.tag?.find(({ system }) => system === ORG_CONNECTION_SYSTEM)?.code;
  if (namespace === undefined) throw new PermanentError('connection-gone', 'the Task names no connection');
  return { namespace };
}
