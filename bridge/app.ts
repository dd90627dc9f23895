import { join } from 'node:path';
import type { Express } from 'express';
import type { Redis } from 'ioredis';
import type { DestinationStream } from 'pino';
import { type Auditor, createAuditor } from './audit/audit.ts';
import { createAuditJob } from './audit/write-audit.job.ts';
import type { Config } from './config.ts';
import { createBindAnnouncedJob } from './connect/bind-announced.job.ts';
import { createExpireJob } from './connect/expire-connection.job.ts';
import { returnRoutes } from './connect/return-routes.ts';
import { createRevokeJob } from './connect/revoke-connection.job.ts';
import { connectRoutes } from './connect/routes.ts';
import { createSweepJob } from './connect/sweep-connections.job.ts';
import { isRedriving } from './contract/import-redrive.ts';
import { fetchFile } from './download/fetch-file.ts';
import { openSpool, type Spool } from './download/spool.ts';
import { createStorageClient } from './download/storage-client.ts';
import { createEraseJob, type Erase } from './erase/erase-connection.job.ts';
import { requestErasure } from './erase/request-erasure.ts';
import { eraseRoutes } from './erase/routes.ts';
import { askRedrive, redriveJobKey } from './export/ask-redrive.ts';
import { createCancelImportsJob } from './export/cancel-imports.job.ts';
import { decideImport } from './export/decide-import.ts';
import { createFailExportJob } from './export/fail-export.job.ts';
import { createImportJob, type LoadRequest } from './export/import-export.job.ts';
import { importJobKey } from './export/import-job-key.ts';
import { listHeld } from './export/list-imports.ts';
import { importLock } from './export/load-lineage.ts';
import { createReceiveExportJob } from './export/receive-export.job.ts';
import { createRedriveJob, type RedriveWanted } from './export/redrive-import.job.ts';
import { createRequestExportJob } from './export/request-export.job.ts';
import { createResyncJob } from './export/resync.job.ts';
import { retryImport } from './export/retry-import.ts';
import { exportRoutes } from './export/routes.ts';
import { createWarnDeadlineJob } from './export/warn-deadline.job.ts';
import { createWatchExportJob } from './export/watch-export.job.ts';
import { createFasten, type FastenGateway } from './fasten/client.ts';
import { announceImport, announceLatest, createImportDoneJob } from './feed/announce-import.ts';
import { createFeedBotJob } from './feed/feed-bot.job.ts';
import { ledgerRoutes } from './imports/ledger-routes.ts';
import { importRoutes } from './imports/routes.ts';
import { eraseNamespace } from './ingest/erase/erase-namespace.ts';
import { OtherSourcePatient } from './ingest/guard/guard-lineage.ts';
import { HeldImport } from './ingest/guard/held-import.ts';
import { importExport } from './ingest/import-export.ts';
import { isNewestLedger, namespaceOfTask } from './ingest/ledger/find-import.ts';
import { redriveImport } from './ingest/redrive-import.ts';
import { withUnpacked } from './ingest/unpack-files.ts';
import { assertAdmin } from './medplum/assert-admin.ts';
import { createCallers } from './medplum/callers.ts';
import { createMedplum, type MedplumConnection } from './medplum/create-medplum.ts';
import { BinaryError, downloadBinary } from './medplum/download-binary.ts';
import type { Quota } from './medplum/quota-gate.ts';
import { setPatience } from './medplum/retry-read.ts';
import { createLog, type Log } from './observe/log.ts';
import { createMetrics, type Metrics } from './observe/metrics.ts';
import { startTracing } from './observe/trace.ts';
import { BOARD_PATH, boardRoutes } from './operate/board-routes.ts';
import { botRoutes } from './operate/bot-routes.ts';
import { operateRoutes } from './operate/routes.ts';
import { stateRoutes } from './operate/state-routes.ts';
import { createBoardSessions } from './queue/board-sessions.ts';
import { createLock } from './queue/hold-lock.ts';
import { openReceipts, type Receipts } from './queue/keep-receipts.ts';
import { createKeepReport, trimReports } from './queue/keep-reports.ts';
import { openQueues, type Queues } from './queue/open-queues.ts';
import { openRedis } from './queue/open-redis.ts';
import { rememberFeed } from './queue/remember-feed.ts';
import { rememberUploads } from './queue/remember-uploads.ts';
import { countReplies, type ReplyCounts, readReplies, shareReplies } from './queue/share-replies.ts';
import { openWorkerSigns, type WorkerSigns } from './queue/show-alive.ts';
import { type JobHandlers, startWorkers, type Workers } from './queue/start-workers.ts';
import { waitForLock } from './queue/wait-for-lock.ts';
import { watchStandstill } from './queue/watch-standstill.ts';
import { recordRoutes } from './records/routes.ts';
import { createRetainJob } from './retain/retain.job.ts';
import { createServer } from './serve/create-server.ts';
import { listen } from './serve/listen.ts';
import { callerOf } from './serve/require-caller.ts';
import { type Check, createStateServer } from './serve/state-routes.ts';
import { assertRoom, measureRoom } from './spool/measure-room.ts';
import { webhookRoutes } from './webhook/routes.ts';
import { createVerifier } from './webhook/verify-signature.ts';

/** What whoever runs the service is told, and what a test may put in place of the real thing. */
export interface Overrides {
  /** Where log lines go instead of standard output. */
  readonly logTo?: DestinationStream;
  /** Sees the HTTP side before it listens. */
  readonly seeServer?: (server: Express) => void;
  /** The built ui; that of this clone without it. */
  readonly pageFolder?: string;
  /** Called once when a queue stands still in this process, which only another process cures. */
  readonly onStandstill?: () => void;
  /** What retention takes for the time; milliseconds since 1970. */
  readonly now?: () => number;
}

/** The whole service, without a process around it. */
export interface App {
  readonly log: Log;
  /** Serves HTTP and starts the workers, as far as the role asks for them. Gives the API's origin, if there is one. */
  listen(): Promise<string | undefined>;
  /** Ends in order: no new requests, no new jobs, running jobs handed back, then the connections. Safe to call twice. */
  close(): Promise<void>;
}

interface Foundations {
  readonly config: Config;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly redis: Redis;
  readonly queues: Queues;
  readonly workerSigns: WorkerSigns;
  readonly auditor: Auditor;
  readonly medplum: MedplumConnection;
  /** A client that may `$expunge`, when there is one. */
  readonly eraser: MedplumConnection | undefined;
  readonly receipts: Receipts;
  readonly fasten: FastenGateway;
  readonly now: () => number;
}

/**
 * Makes every part of the service and joins the rooms; the only place that knows more than one of them.
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
    listen: async () => {
      const origin =
        config.role === 'worker' ? await serveState(foundations, stops) : await serve(foundations, stops, overrides);
      if (config.role !== 'api') {
        stops.push(await work(foundations, overrides));
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

/** What binds a connection, for whoever tells of it first: the browser or Fasten's event. */
function connectingParts({ config, log, redis, queues, auditor, medplum, fasten }: Foundations) {
  const runAlone = waitForLock(createLock(redis, { prefix: config.redis.prefix }));
  const { readConnection, readSourceName } = fasten;
  const { audit } = auditor;
  return {
    medplum: medplum.client,
    readConnection,
    readSourceName,
    addJob: queues.add,
    audit,
    runAlone,
    mode: config.fasten.mode,
    log,
  };
}

/** What `/readyz` asks. Nothing that was accepted is done while nobody runs jobs, so the API tells of that as well. */
function checksOf({ config, redis, medplum, workerSigns }: Foundations): Readonly<Record<string, Check>> {
  const { dir, leastBytes } = config.spool;
  return {
    redis: () => redis.ping(),
    medplum: () => medplum.client.get('healthcheck'),
    worker: async () => {
      if ((await workerSigns.count()) === 0) throw new Error('no process runs jobs');
    },
    ...(config.role !== 'api' && { disk: () => assertRoom(dir, leastBytes) }),
  };
}

/** Gives the origin, when a port was named. */
async function serveState(foundations: Foundations, stops: (() => Promise<unknown>)[]): Promise<string | undefined> {
  const { host, statePort } = foundations.config.http;
  if (statePort === undefined) return undefined;
  const listening = await listen(createStateServer(checksOf(foundations), foundations.metrics), host, statePort);
  stops.push(() => listening.close());
  return listening.origin;
}

async function serve(
  foundations: Foundations,
  stops: (() => Promise<unknown>)[],
  { seeServer, pageFolder = join(import.meta.dirname, '../ui/dist') }: Overrides,
): Promise<string> {
  const { config, log, metrics, redis, queues, receipts, auditor, medplum } = foundations;
  const callers = createCallers(config.medplum.baseUrl);
  const { mode } = config.fasten;
  const { audit } = auditor;
  const closing = new AbortController();
  const connecting = connectingParts(foundations);
  const sessions = createBoardSessions(redis, config.redis.prefix);
  const app = createServer({
    apiPrefix: config.http.apiPrefix,
    medplumBaseUrl: config.medplum.baseUrl,
    fastenBaseUrl: config.fasten.baseUrl,
    stitchUrl: config.fasten.stitch.scriptUrl,
    pageFolder,
    trustedProxies: config.http.trustedProxies,
    requestsPerMinute: config.http.requestsPerMinute,
    allowedOrigins: config.http.allowedOrigins,
    signedRoutes: webhookRoutes({
      verify: createVerifier(config.fasten.webhookSecrets),
      addJob: queues.add,
      fastenBaseUrl: config.fasten.baseUrl,
      mode,
      keepReceipt: receipts.keep,
      log,
      metrics,
    }),
    landingRoutes: returnRoutes(connecting),
    aside: [[BOARD_PATH, boardRoutes(sessions, await queues.openBoard(BOARD_PATH))]],
    callerRoutes: [
      connectRoutes({
        ...connecting,
        publicId: config.fasten.publicId,
        stitch: config.fasten.stitch,
        scheduleJob: queues.schedule,
        readNextRun: queues.readNextRun,
        listHeld: (connections) => listHeld(medplum.client, connections),
        requestErasure: (ended, profile) =>
          requestErasure({ medplum: medplum.client, addJob: queues.add, log }, ended, profile),
        keepReport: createKeepReport(redis, config.redis.prefix, Date.now, config.ages.supportEventMs),
        callerOf,
      }),
      exportRoutes({ callerOf, medplum: medplum.client, addJob: queues.add }),
      importRoutes({
        callerOf,
        readProgress: (task) =>
          isRedriving(task)
            ? queues.readProgress('redrive', redriveJobKey(task))
            : queues.readProgress('import', importJobKey(task)),
        decide: (decider, taskId, decision) =>
          decideImport({ medplum: medplum.client, decider, addJob: queues.add }, taskId, decision),
        retry: (task) => retryImport({ medplum: medplum.client, retryJob: queues.retry }, task),
        redrive: (asker, taskId) => askRedrive(asker.client(), queues.add, taskId, asker.profile),
        closing: closing.signal,
        log,
      }),
      ledgerRoutes({ medplum: medplum.client, callerOf, audit }),
      recordRoutes({ callerOf, audit }),
      botRoutes({ callerOf, queues }),
      stateRoutes({ callerOf, receipts, readReplies: () => readReplies(redis, config.redis.prefix) }),
      operateRoutes({ callerOf, queues, sessions, log, metrics }),
      eraseRoutes({ callerOf }),
    ],
    identify: callers.identify,
    checks: checksOf(foundations),
    log,
    metrics,
  });
  seeServer?.(app);
  const listening = await listen(app, config.http.host, config.http.port);
  stops.push(
    () => callers.close(),
    () => listening.close(),
    async () => closing.abort(),
  );
  return listening.origin;
}

async function work(foundations: Foundations, { onStandstill }: Overrides): Promise<() => Promise<unknown>> {
  const { config, log, metrics, redis, workerSigns } = foundations;
  const { spool, swept } = await openSpool(config.spool.dir);
  metrics.watch({ spoolFree: () => measureRoom(config.spool.dir) });
  if (swept > 0) {
    log.warn('spool.swept', { count: swept });
  }
  const storage = createStorageClient({ allowedOrigins: config.fasten.storageOrigins });
  const handlers = makeHandlers(foundations, {
    withFolder: spool.withFolder,
    sweep: spool.sweep,
    fetchFile: async (file, path, signal, kept) => {
      const onAgingLink = () => {
        metrics.alarms.inc({ alarm: 'link-deadline' });
        log.warn('download.link-deadline-near', { exportId: file.exportId });
      };
      const fetchAnew = () => fetchFile({ fasten: foundations.fasten, storage, onAgingLink }, file, path, signal);
      if (!kept) return fetchAnew();
      return downloadBinary(foundations.medplum.client, kept, path, signal).catch((error: unknown) => {
        if (error instanceof BinaryError) return fetchAnew();
        throw error;
      });
    },
  });
  await planSweeps(foundations.queues);
  const workers: Workers = startWorkers({ redis, prefix: config.redis.prefix, handlers, log, metrics });
  const signs = await workerSigns.show(workers.isRunning);
  const { countJobs } = foundations.queues;
  const watch = watchStandstill({ countJobs, workers, log, metrics, onStandstill: onStandstill ?? (() => undefined) });
  return async () => {
    watch.close();
    await signs.close();
    await workers.close();
    await storage.close();
  };
}

const SWEEP_EVERY_MS = 6 * 60 * 60 * 1000;
const DAY_MS = 24 * 60 * 60 * 1000;

/** Now, since Redis may have been lost while nothing ran, and every so often. */
async function planSweeps({ add, schedule, readNextRun }: Queues): Promise<void> {
  await add('sweep', ['start', new Date().toISOString()], {});
  await schedule('sweep', ['every'], {}, SWEEP_EVERY_MS);
  if ((await readNextRun('retention', ['every'])) === undefined) await schedule('retention', ['every'], {}, DAY_MS);
}

type Disk = Pick<Parameters<typeof createImportJob>[0], 'withFolder' | 'fetchFile'> & Pick<Spool, 'sweep'>;

function makeHandlers(foundations: Foundations, disk: Disk): JobHandlers {
  const { config, log, metrics, redis, queues, auditor, medplum, eraser, fasten } = foundations;
  const { client } = medplum;
  return {
    'export-request': { run: createRequestExportJob({ medplum: client, fasten, addJob: queues.add, log }) },
    're-sync': {
      run: createResyncJob({ medplum: client, addJob: queues.add, scheduleJob: queues.schedule, log }),
    },
    'export-watch': { run: createWatchExportJob({ medplum: client, fasten, addJob: queues.add, log, metrics }) },
    'export-ready': { run: createReceiveExportJob({ medplum: client, addJob: queues.add, log }) },
    'export-deadline': { run: createWarnDeadlineJob({ medplum: client, log, metrics }) },
    'export-failed': { run: createFailExportJob({ medplum: client, addJob: queues.add, log, metrics }) },
    'connection-made': { run: createBindAnnouncedJob(connectingParts(foundations)) },
    'connection-expiry': { run: createExpireJob(connectingParts(foundations)) },
    sweep: { run: createSweep(foundations) },
    retention: { run: createRetain(foundations, disk.sweep) },
    'import-done': { run: createImportDoneJob({ medplum: client, addJob: queues.add }) },
    'bot-feed': {
      run: createFeedBotJob({
        medplum: client,
        ownReference: `ClientApplication/${config.medplum.clientId}`,
        remember: (key) => rememberFeed(redis, config.redis.prefix, key),
        holdLock: createLock(redis, { prefix: config.redis.prefix }),
        log,
        metrics,
      }),
    },
    'connection-revoked': { run: createRevokeJob(connectingParts(foundations)) },
    'connection-ended': { run: createCancelImportsJob({ medplum: client, log }) },
    audit: createAuditJob({ medplum: client, log, metrics }),
    erase: createEraseJob({
      medplum: client,
      outcome: eraser ? 'expunged' : 'history-kept',
      erase: (wanted) => erase(foundations, wanted),
      holdLock: createLock(redis, { prefix: config.redis.prefix }),
      lockOf: importLock,
      addJob: queues.add,
      audit: auditor.audit,
      log,
      metrics,
    }),
    redrive: createRedriveJob({
      medplum: client,
      withFolder: disk.withFolder,
      holdLock: createLock(redis, { prefix: config.redis.prefix }),
      redrive: (wanted) => redrive(foundations, wanted),
      announceImport: (task) => announceImport(queues.add, task),
      log,
    }),
    import: createImportJob({
      ...disk,
      medplum: client,
      holdLock: createLock(redis, { prefix: config.redis.prefix }),
      load: (request) => load(foundations, request),
      announceImport: (task) => announceImport(queues.add, task),
      log,
      metrics,
    }),
  };
}

/** Brings Redis and Medplum together again: connections and their plans, and imports that no bot was told of. */
function createSweep(foundations: Foundations): () => Promise<void> {
  const { queues, medplum } = foundations;
  const sweepConnections = createSweepJob({
    ...connectingParts(foundations),
    scheduleJob: queues.schedule,
    readNextRun: queues.readNextRun,
  });
  return async () => {
    await sweepConnections();
    await announceLatest({ medplum: medplum.client, addJob: queues.add });
  };
}

function createRetain(foundations: Foundations, sweepSpool: Spool['sweep']) {
  const { config, log, metrics, redis, auditor, medplum, eraser, now } = foundations;
  const { prefix } = config.redis;
  return createRetainJob({
    medplum: medplum.client,
    admin: eraser?.client,
    ownReference: `ClientApplication/${config.medplum.clientId}`,
    ages: config.ages,
    isNewestLedger: (task) => isNewestLedger(medplum.client, task),
    holdLock: createLock(redis, { prefix }),
    lockOf: async (task) => importLock((await namespaceOfTask(medplum.client, task)) ?? task.id),
    audit: auditor.audit,
    sweepLocal: async ({ supportEventMs, spoolMs }) => ({
      'support-event': await trimReports(redis, prefix, now() - supportEventMs),
      spool: await sweepSpool(spoolMs),
    }),
    keepDone: async (seconds) => {
      await redis.set(`${prefix}:retention`, seconds);
    },
    now,
    log,
    metrics,
  });
}

async function load({ config, medplum, redis }: Foundations, { patient, ...request }: LoadRequest) {
  const journal = rememberUploads(redis, config.redis.prefix, request.namespace);
  try {
    const about = { patient: patient.reference, journal };
    const loaded = await withUnpacked(
      request.files,
      (files) => importExport(medplum.client, { ...request, ...about, files }),
      { signal: request.signal },
    );
    return loaded.report;
  } catch (error) {
    if (error instanceof HeldImport) return { held: error.reasons };
    if (error instanceof OtherSourcePatient) return 'other-source-patient';
    throw error;
  }
}

async function redrive({ config, medplum, redis }: Foundations, wanted: RedriveWanted): Promise<void> {
  const journal = rememberUploads(redis, config.redis.prefix, wanted.namespace);
  await redriveImport(medplum.client, { ...wanted, journal });
}

async function erase({ config, medplum, eraser, redis }: Foundations, wanted: Parameters<Erase>[0]): Promise<void> {
  const journal = rememberUploads(redis, config.redis.prefix, wanted.namespace);
  const uploads = await journal.list();
  await eraseNamespace(medplum.client, { ...wanted, uploads, admin: eraser?.client });
  await journal.forget();
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
