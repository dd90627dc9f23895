import { join } from 'node:path';
import type { Router } from 'express';
import { returnRoutes } from '../connect/return-routes.ts';
import { connectRoutes } from '../connect/routes.ts';
import type { HealthCheck } from '../contract/health.ts';
import { isRedriving } from '../contract/import-redrive.ts';
import { requestErasure } from '../erase/request-erasure.ts';
import { eraseRoutes } from '../erase/routes.ts';
import { askRedrive, redriveJobKey } from '../export/ask-redrive.ts';
import { decideImport } from '../export/decide-import.ts';
import { importJobKey } from '../export/import-job-key.ts';
import { listHeld } from '../export/list-imports.ts';
import { retryImport } from '../export/retry-import.ts';
import { exportRoutes } from '../export/routes.ts';
import { ledgerRoutes } from '../imports/ledger-routes.ts';
import { importRoutes } from '../imports/routes.ts';
import { createCallers } from '../medplum/callers.ts';
import { BOARD_PATH, boardRoutes } from '../operate/board-routes.ts';
import { botRoutes } from '../operate/bot-routes.ts';
import { operateRoutes } from '../operate/routes.ts';
import { stateRoutes } from '../operate/state-routes.ts';
import { type BoardSessions, createBoardSessions } from '../queue/board-sessions.ts';
import { createKeepReport } from '../queue/keep-reports.ts';
import { readReplies } from '../queue/share-replies.ts';
import { recordRoutes } from '../records/routes.ts';
import { createServer } from '../serve/create-server.ts';
import { listen } from '../serve/listen.ts';
import { callerOf } from '../serve/require-caller.ts';
import { type Check, createStateServer } from '../serve/state-routes.ts';
import { assertRoom } from '../spool/measure-room.ts';
import { webhookRoutes } from '../webhook/routes.ts';
import { createVerifier } from '../webhook/verify-signature.ts';
import { connectingParts, type Foundations, type Overrides } from './foundations.ts';

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
  } satisfies Partial<Record<HealthCheck, Check>>;
}

/** Gives the origin, when a port was named. */
export async function serveState(
  foundations: Foundations,
  stops: (() => Promise<unknown>)[],
): Promise<string | undefined> {
  const { host, statePort } = foundations.config.http;
  if (statePort === undefined) return undefined;
  const listening = await listen(createStateServer(checksOf(foundations), foundations.metrics), host, statePort);
  stops.push(() => listening.close());
  return listening.origin;
}

/** The API and the page. Gives the origin. */
export async function serveApi(
  foundations: Foundations,
  stops: (() => Promise<unknown>)[],
  { seeServer, pageFolder = join(import.meta.dirname, '../../ui/dist') }: Overrides,
): Promise<string> {
  const { config, log, metrics, redis, queues, receipts, medplum } = foundations;
  const callers = createCallers(config.medplum.baseUrl);
  const closing = new AbortController();
  const sessions = createBoardSessions(redis, config.redis.prefix);
  const app = createServer({
    apiPrefix: config.http.apiPrefix,
    medplumBaseUrl: config.medplum.baseUrl,
    medplumProjectId: medplum.client.getProject()?.id,
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
      mode: config.fasten.mode,
      keepReceipt: receipts.keep,
      log,
      metrics,
    }),
    landingRoutes: returnRoutes(connectingParts(foundations)),
    aside: [[BOARD_PATH, boardRoutes(sessions, await queues.openBoard(BOARD_PATH))]],
    callerRoutes: callerRoutes(foundations, sessions, closing.signal),
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

/**
 * What is answered to whoever has signed in, room by room.
 *
 * @param closing - Aborted when the API closes: what is still being streamed then ends.
 */
function callerRoutes(foundations: Foundations, sessions: BoardSessions, closing: AbortSignal): Router[] {
  const { config, log, metrics, redis, queues, receipts, auditor, medplum } = foundations;
  const { audit } = auditor;
  return [
    connectRoutes({
      ...connectingParts(foundations),
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
      closing,
      log,
    }),
    ledgerRoutes({ medplum: medplum.client, callerOf, audit }),
    recordRoutes({ callerOf, audit }),
    botRoutes({ callerOf, queues }),
    stateRoutes({ callerOf, receipts, readReplies: () => readReplies(redis, config.redis.prefix) }),
    operateRoutes({ callerOf, queues, sessions, log, metrics }),
    eraseRoutes({ callerOf }),
  ];
}
