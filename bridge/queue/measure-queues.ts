import type { Job, Queue } from 'bullmq';

/** Fasten deletes the file of an export this long after its event, which is when its import is queued. */
const KEPT_AT_FASTEN_MS = 24 * 3_600_000;

/** More imports than this that wait at once are an alarm by their number already. */
const MOST_LOOKED_AT = 500;

/**
 * How long the first job of a queue has been ready to run, in seconds; 0 when none waits. A job that was put off counts
 * from its time, one that is tried again from its last attempt.
 */
export async function oldestWaitSeconds(queue: Queue, now: number): Promise<number> {
  const [job]: (Job | undefined)[] = await queue.getJobs(['waiting'], 0, 0, true);
  if (!job) return 0;
  const readyAt = Math.max(job.timestamp + (job.opts.delay ?? 0), job.processedOn ?? 0);
  return Math.max(0, (now - readyAt) / 1000);
}

/**
 * How long the export is still to be had that Fasten deletes first, of those that no worker has fetched, in seconds;
 * negative when it is gone. Undefined when there is none.
 */
export async function nextDeadlineSeconds(imports: Queue, now: number): Promise<number | undefined> {
  const jobs: (Job | undefined)[] = await imports.getJobs(
    ['waiting', 'delayed', 'active'],
    0,
    MOST_LOOKED_AT - 1,
    true,
  );
  const deadlines = jobs.filter((job) => job !== undefined && !wasFetched(job)).map((job) => deadlineOf(job as Job));
  return deadlines.length === 0 ? undefined : (Math.min(...deadlines) - now) / 1000;
}

function deadlineOf({ timestamp }: Job): number {
  return timestamp + KEPT_AT_FASTEN_MS;
}

/** Its last report is of a later phase than the download; one that was killed since finds the copy kept in Medplum. */
function wasFetched({ progress }: Job): boolean {
  return typeof progress === 'object' && 'phase' in progress && progress.phase !== 'downloading';
}
