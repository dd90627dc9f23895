import type { Job, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { type DeadLetter, type DeadLetterStep, deadLetterSchema } from '../contract/dead-letter.ts';

/** What BullMQ says of a job whose workers died too often; `start-workers.ts` says it by our own code. */
export const STALLED_TOO_OFTEN = 'stalled-too-often';

/**
 * Next steps of the faults for which replaying as it is would be vain. Of the others, those that we gave up at once
 * (PermanentError) go to support, and those that used up their attempts are replayed.
 */
const STEPS: Readonly<Record<string, DeadLetterStep>> = {
  'export-gone': 'new-export',
  'connection-gone': 'reconnect',
  'connection-revoked': 'reconnect',
  'no-room-to-unpack': 'replay',
  'storage-refused': 'support',
};

/**
 * The jobs of these queues that were given up, the one that failed last first. BullMQ's own failed set is the list: kept
 * as long as `specs.ts` says.
 *
 * @param from - How many to leave out.
 * @param count - How many to give at most.
 */
export async function listDead(queues: readonly Queue[], from: number, count: number): Promise<DeadLetter[]> {
  // Any of the wanted ones may be of any queue, so each has to give as many as there could be.
  const failed = await Promise.all(queues.map((queue) => queue.getFailed(0, from + count - 1)));
  return failed
    .flat()
    .filter((job: Job | undefined) => job !== undefined)
    .toSorted((a, b) => (b.finishedOn ?? 0) - (a.finishedOn ?? 0))
    .slice(from, from + count)
    .map(describe);
}

/** Only what the shape names goes out: nothing else of a payload, whatever it holds. */
function describe(job: Job): DeadLetter {
  const { code, nextStep } = readFault(job.failedReason);
  return deadLetterSchema.parse({
    queue: job.queueName,
    jobId: job.id,
    code,
    nextStep,
    attempts: job.attemptsMade,
    stalls: job.stalledCounter,
    addedAt: new Date(job.timestamp).toISOString(),
    failedAt: new Date(job.finishedOn ?? job.timestamp).toISOString(),
    about: job.data,
  });
}

/** `endAttempt` keeps `<code>`, and of a PermanentError `<code>: <sentence>`. */
function readFault(reason: string | undefined): Pick<DeadLetter, 'code' | 'nextStep'> {
  const code = readCode(reason) ?? 'unknown';
  if (code === STALLED_TOO_OFTEN) return { code, nextStep: 'replay' };
  return { code, nextStep: STEPS[code] ?? (reason?.startsWith(`${code}: `) ? 'support' : 'replay') };
}

/** The code of a job's last fault; undefined when it has had none. */
export function readCode(reason: string | undefined): string | undefined {
  if (!reason) return undefined;
  if (reason.startsWith('job stalled')) return STALLED_TOO_OFTEN;
  return /^([\w.-]{1,64})(: .+)?$/s.exec(reason)?.[1] ?? 'unknown';
}

/** A queue, and the connection to its Redis. */
export interface OpenQueue {
  readonly redis: Redis;
  readonly queue: Queue;
}

/**
 * Puts a job that was given up back on its queue, with all its attempts, and as if its workers had never died. BullMQ takes
 * it out of the failed set in one step, so of two who do it at once one wins.
 *
 * @param payload - Takes the place of what the job was given; without it that stays.
 * @returns `known` when the job is not among the failed ones (any more).
 */
export async function driveAgain(
  { redis, queue }: OpenQueue,
  job: Job,
  payload?: unknown,
): Promise<'retried' | 'known'> {
  try {
    if (payload !== undefined) await job.updateData(payload);
    // BullMQ begins to count its attempts anew, not its crashes: the next one would be one too many.
    await redis.hdel(queue.toKey(job.id ?? ''), 'stc');
    await job.retry('failed', { resetAttemptsMade: true });
    return 'retried';
  } catch (error) {
    // Two deliveries at once: the other one was quicker.
    if (await job.isFailed()) {
      throw error;
    }
    return 'known';
  }
}
