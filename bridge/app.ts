import type { Redis } from 'ioredis';
import { createAuditor } from './audit/audit.ts';
import type { Config } from './config.ts';
import { createFasten } from './fasten/client.ts';
import type { Foundations, Overrides } from './join/foundations.ts';
import { runWorkers } from './join/run-workers.ts';
import { serveApi, serveState } from './join/serve-api.ts';
import { assertAdmin } from './medplum/assert-admin.ts';
import { createMedplum, type MedplumConnection } from './medplum/client/create-medplum.ts';
import type { Quota } from './medplum/client/quota-gate.ts';
import { setPatience } from './medplum/client/retry-read.ts';
import { createLog, type Log } from './observe/log.ts';
import { createMetrics, type Metrics } from './observe/metrics.ts';
import { startTracing } from './observe/trace.ts';
import { openReceipts } from './queue/keep-receipts.ts';
import { openQueues } from './queue/open-queues.ts';
import { openRedis } from './queue/open-redis.ts';
import { countReplies, type ReplyCounts, shareReplies } from './queue/share-replies.ts';
import { openWorkerSigns } from './queue/show-alive.ts';

/** The whole service, without a process around it. */
export interface App {
  readonly log: Log;
  /** How long whoever stops the process may wait for `close`. */
  readonly stopWithinMs: number;
  /** Serves HTTP and starts the workers, as far as the role asks for them. Gives the API's origin, if there is one. */
  listen(): Promise<string | undefined>;
  /** Ends in order: no new requests, no new jobs, running jobs handed back, then the connections. Safe to call twice. */
  close(): Promise<void>;
}

/**
 * Makes what the service stands on; `join/` puts the rooms on it, and nobody else knows more than one of them.
 *
 * @param config - See `readConfig`.
 * @param overrides - For tests.
 * @returns The service, not yet listening.
 * @throws PermanentError `medplum-credentials` or `medplum-unreachable`.
 */
export async function buildApp(config: Config, overrides: Overrides = {}): Promise<App> {
  const log = createLog(config.logLevel, overrides.logTo);
  const stopTracing = config.tracesTo ? await startTracing(config.tracesTo) : undefined;
  setPatience(config.medplum.patienceMs);
  const metrics = createMetrics();
  const replies = countReplies();
  const medplum = await createMedplum({ ...config.medplum, ...listenToMedplum(metrics, replies) });
  const eraser = await openEraser(config);
  const redis = openLoggedRedis(config, log);
  const queues = openQueues(redis, config.redis.prefix);
  const workerSigns = openWorkerSigns(redis, config.redis.prefix);
  metrics.watch({
    depths: queues.countJobs,
    waits: queues.readWaits,
    deadline: queues.readDeadline,
    workers: workerSigns.count,
    retained: async () => Number((await redis.get(`${config.redis.prefix}:retention`)) ?? Number.NaN) || undefined,
  });
  const sharing = shareReplies(redis, config.redis.prefix, replies);
  const auditor = createAuditor({ addJob: queues.add, log, metrics });
  const foundations = {
    config,
    log,
    metrics,
    redis,
    queues,
    workerSigns,
    auditor,
    medplum,
    eraser,
    now: overrides.now ?? Date.now,
    receipts: openReceipts(redis, config.redis.prefix),
    fasten: createFasten({
      ...config.fasten,
      onReply: (...reply) => {
        metrics.sawReply('fasten', ...reply);
        replies.sawReply('fasten', ...reply);
      },
    }),
  };
  const stops: (() => Promise<unknown>)[] = [() => sharing.close()];
  let closing: Promise<void> | undefined;
  return {
    log,
    stopWithinMs: config.stopWithinMs,
    listen: async () => {
      const origin =
        config.role === 'worker' ? await serveState(foundations, stops) : await serveApi(foundations, stops, overrides);
      if (config.role !== 'api') {
        stops.push(await runWorkers(foundations, overrides));
      }
      log.info('service.listening', { role: config.role, ...(origin && { port: Number(new URL(origin).port) }) });
      return origin;
    },
    close: () => {
      closing ??= closeAll(foundations, stops).then(stopTracing);
      return closing;
    },
  };
}

function listenToMedplum(metrics: Metrics, replies: ReplyCounts) {
  return {
    onReply: (status: number | undefined, durationMs: number) => {
      metrics.sawReply('medplum', status, durationMs);
      replies.sawReply('medplum', status, durationMs);
    },
    onQuota: ({ unitsLeft }: Quota) => {
      metrics.quotaLeft.set(unitsLeft);
      replies.sawQuota(unitsLeft);
    },
    onWait: (waitMs: number) => metrics.quotaWaitSeconds.inc(waitMs / 1000),
  };
}

/** Only a worker erases. What it may not do it is to say now, not when somebody wants a record erased. */
async function openEraser({ role, eraser }: Config): Promise<MedplumConnection | undefined> {
  if (role === 'api' || eraser === undefined) return undefined;
  const opened = await createMedplum(eraser);
  await assertAdmin(opened.client);
  return opened;
}

function openLoggedRedis(config: Config, log: Log): Redis {
  const redis = openRedis(config.redis);
  redis.on('error', (error) => log.error('queue.error', { code: 'code' in error ? String(error.code) : error.name }));
  return redis;
}

async function closeAll(foundations: Foundations, stops: readonly (() => Promise<unknown>)[]): Promise<void> {
  const { log, queues, auditor, redis, medplum, eraser, fasten } = foundations;
  log.info('service.stopping');
  for (const stop of stops.toReversed()) {
    await stop();
  }
  await auditor.settled();
  await queues.close();
  await Promise.all([fasten.close(), medplum.close(), eraser?.close()]);
  redis.disconnect();
  log.info('service.stopped');
}
