import type { Log } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { JobCounts, Queues } from './open-queues.ts';
import type { QueueName } from './specs.ts';
import type { Activity, Workers } from './start-workers.ts';

export interface StandstillDeps {
  readonly countJobs: Queues['countJobs'];
  readonly workers: Pick<Workers, 'activity'>;
  /** Called once; whoever runs the process ends it. */
  readonly onStandstill: () => void;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly everyMs?: number;
  readonly patienceMs?: Patience;
}

interface Patience {
  /** With a hand free: BullMQ looks for jobs every few seconds at the latest. */
  readonly free: number;
  /** With every hand busy: longer than the longest step of an import that reports nothing, an upload of gigabytes. */
  readonly busy: number;
}

const EVERY_MS = 30_000;
const PATIENCE_MS: Patience = { free: 5 * 60_000, busy: 2 * 3_600_000 };

/**
 * Watches whether the workers of this process take the jobs that wait for them. One whose connection hangs half open, or
 * whose jobs all hang, looks healthy from outside and does nothing for ever; its jobs are taken up by others once it is gone.
 * A Redis that does not answer says nothing: `/readyz` tells of it, and another process would be no better off.
 */
export function watchStandstill(deps: StandstillDeps): { close(): void } {
  const { everyMs = EVERY_MS, patienceMs = PATIENCE_MS } = deps;
  const idleSince = new Map<QueueName, { readonly signs: number; readonly at: number }>();
  const look = (activity: Activity, counts: JobCounts): boolean => {
    const { queue, running, most, signs } = activity;
    const idle = idleSince.get(queue);
    if (counts.waiting === 0 || idle?.signs !== signs) {
      idleSince.set(queue, { signs, at: performance.now() });
      return false;
    }
    return performance.now() - idle.at >= (running < most ? patienceMs.free : patienceMs.busy);
  };
  const timer = setInterval(async () => {
    const counts = await deps.countJobs().catch(() => undefined);
    const still = counts && deps.workers.activity().find((activity) => look(activity, counts[activity.queue]));
    if (!still || idleSince.size === 0) return;
    close();
    deps.metrics.alarms.inc({ alarm: 'queue-stands-still' });
    deps.log.error('queue.stands-still', { queue: still.queue, count: still.running });
    deps.onStandstill();
  }, everyMs);
  timer.unref();

  function close(): void {
    clearInterval(timer);
    idleSince.clear();
  }
  return { close };
}
