import { DelayedError, type Job, UnrecoverableError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { runInContext } from '../observe/job-context.ts';
import type { Log } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import { inStep } from '../observe/trace.ts';
import { STALLED_TOO_OFTEN } from './dead-letters.ts';
import { describeFault, type Fault } from './describe-fault.ts';
import { checkPayload, queueNames } from './open-queues.ts';
import { type JobProgress, type Payload, QUEUES, type QueueName } from './specs.ts';
import { TryLater } from './try-later.ts';

export interface JobContext {
  readonly jobId: string;
  /** Aborted when the process stops or another worker has taken the job over: stop writing. */
  readonly signal: AbortSignal;
  /** Keeps counts where `GET imports/:taskId` finds them. No ids of the source, no text. */
  report(progress: JobProgress): Promise<void>;
}

/** What is done with the jobs of one queue. */
export interface JobHandler<N extends QueueName> {
  /** Throws TryLater to be called again without using up an attempt, PermanentError to give up, anything else to retry. */
  run(payload: Payload<N>, context: JobContext): Promise<void>;
  /**
   * Called when the job is given up: nobody will try it again by itself. Throws TryLater when it cannot be told where it
   * must be: the job is not given up then, but called again.
   */
  gaveUp?(payload: Payload<N>, fault: Fault): Promise<void>;
}

export type JobHandlers = { readonly [N in QueueName]: JobHandler<N> };

/** What the workers of one queue have done in this process. */
export interface Activity {
  readonly queue: QueueName;
  /** Jobs that run now, and how many may. */
  readonly running: number;
  readonly most: number;
  /** Goes up with every job taken and everything that one reports. */
  readonly signs: number;
}

export interface Workers {
  /** Of each queue. */
  activity(): Activity[];
  /** Whether each queue's worker takes jobs: not before it has started, nor once it was told to stop. */
  isRunning(): boolean;
  /** Stops taking jobs, asks the running ones to hand themselves back, and waits for them. */
  close(): Promise<void>;
}

interface WorkerDeps {
  readonly redis: Redis;
  readonly prefix: string;
  readonly handlers: JobHandlers;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Other times than those of production, for tests that kill workers. */
  readonly timing?: Timing;
}

interface Timing {
  readonly lockMs: number;
  readonly stalledCheckMs: number;
  readonly maxStalls?: number;
}

/** A worker that is killed leaves its job stalled; three crashes in a row must not be the end of an import. */
const MAX_STALLED_COUNT = 10;

/** How often jobs are looked for whose worker gave no sign of life for a whole lock's time. */
const STALLED_CHECK_MS = 15_000;

/** Starts one worker a queue. The only place where a BullMQ Worker is made. */
export function startWorkers(deps: WorkerDeps): Workers {
  const started = queueNames().map((name) => {
    deps.metrics.deadLetters.inc({ queue: name, event: 'given-up' }, 0);
    return startWorker(name, deps);
  });
  return {
    activity: () => started.map(({ activity }) => activity()),
    isRunning: () => started.every(({ worker }) => worker.isRunning() && !worker.closing),
    close: async () => {
      const closing = started.map(({ worker }) => worker.close());
      for (const { worker } of started) {
        worker.cancelAllJobs('shutdown');
      }
      await Promise.all(closing);
      await Promise.all(started.map(({ settled }) => settled()));
    },
  };
}

interface Started {
  readonly worker: Worker;
  readonly activity: () => Activity;
  /** Resolves when what follows a job that BullMQ itself gave up is done. */
  readonly settled: () => Promise<unknown>;
}

function startWorker<N extends QueueName>(name: N, deps: WorkerDeps): Started {
  const spec = QUEUES[name];
  let [running, signs] = [0, 0];
  const endings: Promise<void>[] = [];
  const sign = () => {
    signs++;
  };
  const run = async (job: Job, token?: string, signal?: AbortSignal): Promise<void> => {
    running++;
    sign();
    await runJob(name, { ...deps, sign }, job, token, signal).finally(() => {
      running--;
    });
  };
  const worker: Worker = new Worker(name, (job, token, signal) => run(job, token, signal), {
    connection: deps.redis,
    prefix: deps.prefix,
    concurrency: spec.concurrency,
    lockDuration: deps.timing?.lockMs ?? spec.lockDurationMs,
    maxStalledCount: deps.timing?.maxStalls ?? MAX_STALLED_COUNT,
    stalledInterval: deps.timing?.stalledCheckMs ?? STALLED_CHECK_MS,
  });
  worker.on('error', (error) => deps.log.error('queue.error', { queue: name, code: describeFault(error).code }));
  worker.on('stalled', (jobId) => deps.log.warn('job.stalled', { queue: name, jobId }));
  // Without its lock the job is somebody else's already: two must not write.
  worker.on('lockRenewalFailed', (jobIds) => {
    for (const jobId of jobIds) {
      worker.cancelJob(jobId, 'lock-lost');
    }
  });
  // Whoever killed its workers that often is given up by BullMQ, which asks no handler.
  worker.on('failed', (job, error) => {
    if (job?.deferredFailure && error.message === job.deferredFailure) endings.push(buryStalled(name, deps, job));
  });
  const activity = () => ({ queue: name, running, most: spec.concurrency, signs });
  return { worker, activity, settled: () => Promise.all(endings) };
}

/** A job that is not even begun any more, since it took too many workers with it. */
async function buryStalled<N extends QueueName>(name: N, deps: WorkerDeps, job: Job): Promise<void> {
  const message = 'the worker died of it, or lost it, too often; somebody has to look before it is tried again';
  await runInContext({ queue: name, jobId: job.id ?? '', attempt: job.attemptsMade }, async () => {
    deps.log.error('job.failed', { code: STALLED_TOO_OFTEN });
    deps.metrics.deadLetters.inc({ queue: name, event: 'given-up' });
    const untold = await giveUp(name, deps, job, { code: STALLED_TOO_OFTEN, message, permanent: true });
    // BullMQ has ended it, so it cannot wait.
    if (untold) deps.log.error('queue.error', { code: untold.reason, reason: 'gave-up-failed' });
  });
}

async function runJob<N extends QueueName>(
  name: N,
  deps: WorkerDeps & { readonly sign: () => void },
  job: Job,
  token: string | undefined,
  signal = new AbortController().signal,
): Promise<void> {
  const jobId = job.id ?? '';
  const startedAt = performance.now();
  const ended = (outcome: string) => {
    deps.metrics.jobs.observe({ queue: name, outcome }, (performance.now() - startedAt) / 1000);
  };
  const named = { queue: name, jobId, attempt: job.attemptsMade + 1 };
  const step = { kind: 'consumer', parent: job.opts.telemetry?.metadata, ...named } as const;
  await runInContext(named, async () => {
    try {
      const report = (progress: JobProgress) => {
        deps.sign();
        return job.updateProgress(progress);
      };
      const payload = checkPayload(name, job.data);
      await inStep(`job ${name}`, step, () => handlerOf(name, deps.handlers).run(payload, { jobId, signal, report }));
      ended('done');
      deps.log.info('job.done', { durationMs: Math.round(performance.now() - startedAt) });
    } catch (error) {
      if (signal.aborted) throw await handBack(deps, job, token, 0, 'aborted', ended);
      const outcome =
        error instanceof TryLater ? error : await endAttempt(name, deps, job, describeFault(error), ended);
      if (!(outcome instanceof TryLater)) throw outcome;
      throw await handBack(deps, job, token, outcome.delayMs, outcome.reason, ended);
    }
  });
}

/** The job waits again and has used up no attempt. */
async function handBack(
  deps: WorkerDeps,
  job: Job,
  token: string | undefined,
  delayMs: number,
  reason: string,
  ended: (outcome: string) => void,
): Promise<DelayedError> {
  ended('handed-back');
  deps.log.info('job.handed-back', { delayMs, reason });
  await job.moveToDelayed(Date.now() + delayMs, token);
  return new DelayedError();
}

/**
 * Decides whether the job is tried again, and gives BullMQ an error that holds a code and nothing else; TryLater when
 * nobody could be told yet that it is given up.
 */
async function endAttempt<N extends QueueName>(
  name: N,
  deps: WorkerDeps,
  job: Job,
  fault: Fault,
  ended: (outcome: string) => void,
): Promise<Error | TryLater> {
  const isLast = fault.permanent || job.attemptsMade + 1 >= QUEUES[name].attempts;
  const later = isLast ? await giveUp(name, deps, job, fault) : undefined;
  if (later) return later;
  deps.metrics.sawFault(name, fault.code);
  if (isLast) deps.metrics.deadLetters.inc({ queue: name, event: 'given-up' });
  ended(isLast ? 'failed' : 'retried');
  deps.log[isLast ? 'error' : 'warn'](isLast ? 'job.failed' : 'job.retried', { code: fault.code });
  const Kind = isLast ? UnrecoverableError : Error;
  const error = new Kind(fault.permanent ? `${fault.code}: ${fault.message}` : fault.code);
  error.stack = error.message;
  return error;
}

async function giveUp<N extends QueueName>(
  name: N,
  deps: WorkerDeps,
  job: Job,
  fault: Fault,
): Promise<TryLater | undefined> {
  try {
    await handlerOf(name, deps.handlers).gaveUp?.(checkPayload(name, job.data), fault);
  } catch (error) {
    if (error instanceof TryLater) return error;
    deps.log.error('queue.error', { code: describeFault(error).code, reason: 'gave-up-failed' });
  }
  return undefined;
}

function handlerOf<N extends QueueName>(name: N, handlers: JobHandlers): JobHandler<N> {
  return handlers[name];
}
