import type { MedplumClient } from '@medplum/core';
import type { Task } from '@medplum/fhirtypes';
import type { Audit } from '../audit/audit.ts';
import { orgConnectionIdOf } from '../contract/connection.ts';
import { type ErasureBook, type ErasureOutcome, erasureFromTask } from '../contract/erasure.ts';
import { PermanentError } from '../errors.ts';
import { findLineage, namespaceOf, type StoredConsent } from '../medplum/find-connection.ts';
import type { Log } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { HoldLock } from '../queue/hold-lock.ts';
import type { AddJob, Payload } from '../queue/specs.ts';
import { TryLater } from '../queue/try-later.ts';
import { failReceipt, Receipt } from './receipt.ts';

/** Where a run writes down what it does; see `EraseRecord` in the room ingest. */
export interface EraseBook {
  readonly unfinished: ErasureBook['unfinished'];
  begin(step: ErasureBook['unfinished']): Promise<void>;
  keep(references: readonly string[]): Promise<void>;
}

/** Erases everything of a namespace; see `eraseNamespace` in the room ingest. */
export type Erase = (wanted: {
  readonly namespace: string;
  readonly patient: string | undefined;
  readonly connections: readonly { readonly consentId: string; readonly orgConnectionId: string }[];
  readonly record: EraseBook;
  readonly signal: AbortSignal;
}) => Promise<void>;

export interface EraseConnectionDeps {
  readonly medplum: MedplumClient;
  /** Whether there is a client that may expunge. */
  readonly outcome: ErasureOutcome;
  readonly erase: Erase;
  readonly holdLock: HoldLock;
  /** The lock that an import of the namespace holds. */
  readonly lockOf: (namespace: string) => string;
  readonly addJob: AddJob;
  readonly audit: Audit;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** What a killed import had under way comes to its end within minutes; then what it left goes too. */
const LOOK_AGAIN_MS = 10 * 60_000;

/**
 * Makes the job that erases a connection which has ended, alone in its namespace, and keeps the receipt. Killed anywhere, it
 * is gone on with. Some minutes later it looks once more, unless the patient has connected again by then.
 */
export function createEraseJob(deps: EraseConnectionDeps) {
  const { medplum, log, metrics } = deps;
  return {
    run: async (job: Payload<'erase'>, { signal }: { readonly signal: AbortSignal }): Promise<void> => {
      const consent: StoredConsent = await medplum.readResource('Consent', job.consentId);
      if (job.looksAgain && consent.status === 'active') return;
      const namespace = namespaceOf(consent);
      await deps.holdLock(deps.lockOf(namespace), signal, async (locked) => {
        const receipt = await Receipt.open(medplum, job.receiptId, deps.outcome);
        const lineage = await findLineage(medplum, namespace);
        const connections = lineage.map((one) => ({
          consentId: one.id,
          orgConnectionId: orgConnectionIdOf(one) ?? '',
        }));
        const patient = consent.patient?.reference;
        await giveWay(() => deps.erase({ namespace, patient, connections, record: receipt, signal: locked }));
        const done = await receipt.complete();
        if (!job.looksAgain) tell(deps, job, done, true);
        const { erased } = erasureFromTask(done);
        const count = Object.values(erased).reduce((sum, each) => sum + each, 0);
        log.info('erasure.done', { connectionId: consent.id, taskId: job.receiptId, code: deps.outcome, count });
      });
      if (job.looksAgain) return;
      const again = { ...job, looksAgain: true };
      await deps.addJob('erase', [job.receiptId, 'again'], again, { delayMs: LOOK_AGAIN_MS });
    },
    gaveUp: async (job: Payload<'erase'>, { code }: { readonly code: string }): Promise<void> => {
      tell(deps, job, await failReceipt(medplum, job.receiptId, code), false);
      metrics.alarms.inc({ alarm: 'erasure-failed' });
      log.error('erasure.gave-up', { taskId: job.receiptId, code });
    },
  };
}

function tell(
  { audit }: Pick<EraseConnectionDeps, 'audit'>,
  job: Payload<'erase'>,
  receipt: Task,
  isDone: boolean,
): void {
  const whose = { who: receipt.requester?.reference, patient: receipt.for?.reference };
  const what = { consent: `Consent/${job.consentId}`, task: `Task/${job.receiptId}`, isDone };
  audit({ what: 'erased', ...whose, ...what }, [job.receiptId, receipt.executionPeriod?.end ?? '']);
}

/** An import by hand, which knows no lock of ours, goes on beside it: one of the two has to wait. */
async function giveWay(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw error instanceof PermanentError && error.code === 'import-running' ? new TryLater(60_000, error.code) : error;
  }
}
