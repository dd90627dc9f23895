import { currentContext } from '../observe/job-context.ts';
import type { Log } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { AddJob, AuditedAct } from '../queue/specs.ts';

/** An act to be recorded; its time is now, and the request that it belongs to is known. */
export type Act = AuditedAct extends infer A ? (A extends AuditedAct ? Omit<A, 'at' | 'requestId'> : never) : never;

/**
 * Sees to it that an act is recorded as an AuditEvent. It goes to a queue, which is durable and waits for Medplum; nobody
 * waits for it, and what cannot even be queued is counted and logged. `cause` makes it unique: the same again is
 * recorded once.
 */
export type Audit = (act: Act, cause: readonly string[]) => void;

export interface Auditor {
  readonly audit: Audit;
  /** Resolves when everything that was told has been queued, or counted as lost. */
  settled(): Promise<void>;
}

/** One for the process: `settled` is awaited before its queues are closed. */
export function createAuditor({ addJob, log, metrics }: { addJob: AddJob; log: Log; metrics: Metrics }): Auditor {
  const pending = new Set<Promise<unknown>>();
  return {
    audit: (act, cause) => {
      const { requestId } = currentContext();
      const at = new Date().toISOString();
      const queued = addJob('audit', [act.what, ...cause], {
        ...act,
        at,
        ...(requestId && { requestId }),
      } as AuditedAct)
        .catch(() => {
          metrics.auditsLost.inc({ what: act.what });
          log.error('audit.lost', { code: act.what });
        })
        .finally(() => pending.delete(queued));
      pending.add(queued);
    },
    settled: async () => {
      await Promise.all(pending);
    },
  };
}

/**
 * What makes reads one: the same person, of the same patient, of the same thing, within a minute. A record is read in
 * pages, and a hundred events of one reading would say no more than one.
 */
export function withinMinute(...parts: readonly string[]): string[] {
  return [...parts, new Date().toISOString().slice(0, 'YYYY-MM-DDTHH:MM'.length)];
}
