import { getStatus, type MedplumClient, OperationOutcomeError } from '@medplum/core';
import type { Audit } from '../audit/audit.ts';
import { withoutKept } from '../contract/import-task.ts';
import { changeTask } from '../medplum/change-task.ts';
import type { Log } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { HoldLock } from '../queue/hold-lock.ts';
import { TryLater } from '../queue/try-later.ts';
import { type Ages, type Expired, eachExpired, type FindDeps } from './find-expired.ts';
import { removeAuditEvents } from './remove-audit-events.ts';

export interface RetainDeps extends FindDeps {
  readonly medplum: Pick<MedplumClient, 'searchResourcePages' | 'readResource' | 'updateResource' | 'deleteResource'>;
  /** A client that may `$expunge`; without it what is removed leaves its history, and AuditEvents stay. */
  readonly admin: MedplumClient | undefined;
  /** `ClientApplication/<id>`: whose AuditEvents are looked at. */
  readonly ownReference: string;
  readonly ages: Ages;
  readonly holdLock: HoldLock;
  /** The name of the lock under which anything is done to the imports of this Task's connection. */
  readonly lockOf: (task: Expired['task']) => Promise<string>;
  readonly audit: Audit;
  /** Removes what browsers reported and what dead processes left on this disk; gives how many of each. */
  readonly sweepLocal: (ages: Ages) => Promise<Readonly<Record<'support-event' | 'spool', number>>>;
  /** Keeps when it was last done, in seconds since 1970. */
  readonly keepDone: (seconds: number) => Promise<void>;
  readonly log: Log;
  readonly metrics: Metrics;
}

/**
 * Makes the job that removes what has the age until which it is kept: raw exports, ledgers, AuditEvents, reports of browsers
 * and left-over folders. It may be killed anywhere: what is removed is told first, and what is gone already is no fault.
 */
export function createRetainJob(deps: RetainDeps) {
  return async (_payload: unknown, { signal }: { readonly signal: AbortSignal }): Promise<void> => {
    const counts: Record<string, number> = {};
    const removed = (kind: string, count: number) => {
      counts[kind] = (counts[kind] ?? 0) + count;
      if (count > 0) deps.metrics.removed.inc({ kind }, count);
    };
    let kept = 0;
    for (const kind of ['raw-export', 'ledger'] as const) {
      const handle = async (expired: Expired) => {
        signal.throwIfAborted();
        const outcome = await removeAlone(deps, expired, signal);
        if (outcome === 'removed') removed(kind, expired.binaries.length);
      };
      await eachExpired(deps, { kind, ages: deps.ages }, handle, () => kept++);
    }
    removed('audit-event', await removeAuditEvents(deps, signal));
    for (const [kind, count] of Object.entries(await deps.sweepLocal(deps.ages))) removed(kind, count);
    await deps.keepDone(Math.floor(deps.now() / 1000));
    deps.log.info('retention.done', {
      count: Object.values(counts).reduce((sum, count) => sum + count, 0),
      skipped: kept,
    });
  };
}

/** Under the lock of the connection's imports: one that runs may need what this would remove. It is left for next time. */
async function removeAlone(deps: RetainDeps, expired: Expired, signal: AbortSignal): Promise<'removed' | 'left'> {
  try {
    return await deps.holdLock(await deps.lockOf(expired.task), signal, async () => {
      await remove(deps, expired);
      return 'removed' as const;
    });
  } catch (error) {
    if (error instanceof TryLater) return 'left';
    throw error;
  }
}

async function remove(deps: RetainDeps, { kind, task, binaries }: Expired): Promise<void> {
  const about = { kind, task: `Task/${task.id}`, patient: task.for?.reference, count: binaries.length };
  deps.audit({ what: 'removed', ...about }, [kind, task.id]);
  for (const reference of binaries) await removeBinary(deps, reference);
  await changeTask(deps.medplum, task.id, (stored) => withoutKept(stored, kind));
  deps.log.info('retention.removed', { taskId: task.id, code: kind, count: binaries.length });
}

async function removeBinary({ medplum, admin }: RetainDeps, reference: string): Promise<void> {
  const id = reference.slice('Binary/'.length);
  try {
    if (admin) await admin.post(admin.fhirUrl('Binary', id, '$expunge'), {});
    else await medplum.deleteResource('Binary', id);
  } catch (error) {
    const isGone = error instanceof OperationOutcomeError && [404, 410].includes(getStatus(error.outcome));
    if (!isGone) throw error;
  }
}
