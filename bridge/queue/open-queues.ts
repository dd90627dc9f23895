import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { type Job, Queue } from 'bullmq';
import type { RequestHandler } from 'express';
import type { Redis } from 'ioredis';
import type { DeadLetter } from '../contract/dead-letter.ts';
import { HttpError } from '../errors.ts';
import { traceparent } from '../observe/trace.ts';
import { driveAgain, listDead, type OpenQueue } from './dead-letters.ts';
import { type KnownFeed, listFeeds } from './list-feeds.ts';
import { nextDeadlineSeconds, oldestWaitSeconds } from './measure-queues.ts';
import { createBoard } from './show-board.ts';
import {
  type AddJob,
  type JobProgress,
  jobProgress,
  type Payload,
  QUEUES,
  type QueueName,
  type ReadNextRun,
  type RetryJob,
  type ScheduleJob,
} from './specs.ts';

export interface Queues {
  /**
   * Puts a job on a queue and returns when Redis has it. `key` names its cause: the same key again does nothing while the
   * first job is kept, unless that one failed for good; then it runs again with the new payload.
   */
  readonly add: AddJob;
  /** Runs a job that failed for good once more, as it was; `gone` when none is kept. Others are left alone: `known`. */
  readonly retry: RetryJob;
  readonly schedule: ScheduleJob;
  readonly readNextRun: ReadNextRun;
  /** What the job with this key last reported, if it is still kept and reported anything. */
  readProgress(queue: QueueName, key: readonly string[]): Promise<JobProgress | undefined>;
  /** Jobs by queue and state. */
  countJobs(): Promise<Record<QueueName, JobCounts>>;
  /** Whether a worker of the installation runs a job of a queue just now. */
  isBusy(queue: QueueName): Promise<boolean>;
  /** Seconds for which the first job of each queue has been ready to run; see `oldestWaitSeconds`. */
  readWaits(): Promise<Record<QueueName, number>>;
  /** Seconds until Fasten deletes the first export that nobody has fetched; see `nextDeadlineSeconds`. */
  readDeadline(): Promise<number | undefined>;
  /** Jobs that were given up, of one queue or of all; see `listDead`. */
  listDead(queue: QueueName | undefined, from: number, count: number): Promise<DeadLetter[]>;
  /** Feeds of bots that are kept, whatever became of them; see `listFeeds`. */
  listFeeds(from: number, count: number): Promise<KnownFeed[]>;
  /** Runs one of them again; `gone` when none is kept under this id, `known` when it is not given up (any more). */
  replayDead(queue: QueueName, jobId: string): Promise<'retried' | 'known' | 'gone'>;
  /** A page that shows every queue; see `createBoard`. */
  openBoard(basePath: string): Promise<RequestHandler>;
  close(): Promise<void>;
}

const ADD_TIMEOUT_MS = 10_000;

const STATES = ['waiting', 'active', 'delayed', 'failed'] as const;

/** How many jobs of a queue are in which state. */
export type JobCounts = Readonly<Record<(typeof STATES)[number], number>>;

/**
 * Opens every queue for adding.
 *
 * @param redis - An open connection; it stays the caller's to close.
 * @param prefix - First part of every key in Redis.
 * @returns The queues; close them before the connection.
 */
export function openQueues(redis: Redis, prefix: string): Queues {
  const queues = new Map(queueNames().map((name) => [name, openQueue(name, redis, prefix)]));
  const queueOf = (name: QueueName): Queue => {
    const queue = queues.get(name);
    if (queue === undefined) {
      throw new Error(`there is no queue ${name}`);
    }
    return queue;
  };
  return {
    add: async (name, key, payload, { delayMs: delay = 0 } = {}) =>
      inTime(addJob({ redis, queue: queueOf(name) }, { jobId: jobIdOf(key), delay }, checkPayload(name, payload))),
    retry: (name, key) => inTime(retryJob({ redis, queue: queueOf(name) }, jobIdOf(key))),
    schedule: async (name, key, payload, everyMs) => {
      await inTime(scheduleJob(queueOf(name), jobIdOf(key), checkPayload(name, payload), everyMs));
    },
    readNextRun: async (name, key) => (await inTime(queueOf(name).getJobScheduler(jobIdOf(key))))?.next,
    readProgress: async (name, key) => {
      const job: Job | undefined = await queueOf(name).getJob(jobIdOf(key));
      return jobProgress.safeParse(job?.progress).data;
    },
    countJobs: async () => {
      const counts = [...queues].map(async ([name, queue]) => [name, await queue.getJobCounts(...STATES)] as const);
      return Object.fromEntries(await Promise.all(counts)) as Record<QueueName, JobCounts>;
    },
    isBusy: async (name) => (await queueOf(name).getActiveCount()) > 0,
    readWaits: async () => {
      const waits = [...queues].map(
        async ([name, queue]) => [name, await oldestWaitSeconds(queue, Date.now())] as const,
      );
      return Object.fromEntries(await Promise.all(waits)) as Record<QueueName, number>;
    },
    readDeadline: () => nextDeadlineSeconds(queueOf('import'), Date.now()),
    listDead: (name, from, count) => inTime(listDead(name ? [queueOf(name)] : [...queues.values()], from, count)),
    listFeeds: (from, count) => inTime(listFeeds(queueOf('bot-feed'), from, count)),
    replayDead: (name, jobId) => inTime(retryJob({ redis, queue: queueOf(name) }, jobId)),
    openBoard: (basePath) => createBoard(queues, basePath),
    close: async () => {
      await Promise.all([...queues.values()].map((queue) => queue.close()));
    },
  };
}

async function scheduleJob(queue: Queue, id: string, data: unknown, everyMs: number | undefined): Promise<void> {
  // The new interval counts from now, whatever was left of the old one.
  await queue.removeJobScheduler(id);
  if (everyMs === undefined) return;
  const repeat = { every: everyMs, startDate: Date.now() + everyMs };
  await queue.upsertJobScheduler(id, repeat, { name: queue.name, data });
}

type Placed = { readonly jobId: string; readonly delay: number };

async function addJob(open: OpenQueue, placed: Placed, payload: unknown): ReturnType<AddJob> {
  const known: Job | undefined = await open.queue.getJob(placed.jobId);
  if (known === undefined) {
    const metadata = traceparent();
    await open.queue.add(open.queue.name, payload, { ...placed, ...(metadata && { telemetry: { metadata } }) });
    return 'added';
  }
  return (await known.isFailed()) ? driveAgain(open, known, payload) : 'known';
}

async function retryJob(open: OpenQueue, jobId: string): ReturnType<RetryJob> {
  const job: Job | undefined = await open.queue.getJob(jobId);
  if (job === undefined) return 'gone';
  return (await job.isFailed()) ? driveAgain(open, job) : 'known';
}

/**
 * Commands wait for a lost Redis for ever, as BullMQ needs it; whoever waits for our answer does not. The job may be
 * added after all, which the key makes harmless.
 */
async function inTime<T>(work: Promise<T>): Promise<T> {
  const late = new AbortController();
  const tooLate = wait(ADD_TIMEOUT_MS, undefined, { signal: late.signal }).then(() => {
    throw new HttpError(503, 'transient', 'the queue does not answer; send this again later');
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    late.abort();
  }
}

/** BullMQ refuses `:` in ids, and a key may hold a foreign id of any length: the hash is neither. */
export function jobIdOf(key: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(key)).digest('hex');
}

/** The names of every queue. */
export function queueNames(): QueueName[] {
  return Object.keys(QUEUES) as QueueName[];
}

/** @throws ZodError when the payload is not what the queue's spec says: a fault of ours, found before Redis holds it. */
export function checkPayload<N extends QueueName>(name: N, payload: unknown): Payload<N> {
  return QUEUES[name].payload.parse(payload) as Payload<N>;
}

function openQueue(name: QueueName, connection: Redis, prefix: string): Queue {
  const spec = QUEUES[name];
  const queue = new Queue(name, {
    connection,
    prefix,
    defaultJobOptions: {
      attempts: spec.attempts,
      backoff: spec.backoff,
      removeOnComplete: { age: spec.keepCompletedS },
      removeOnFail: { age: spec.keepFailedS },
      // Our faults carry a code, not a stack; one line each is enough to see a poison job's history.
      stackTraceLimit: 5,
    },
  });
  // An `error` event that nobody hears ends the process; ioredis reconnects by itself, and calls report their own.
  queue.on('error', () => undefined);
  return queue;
}
