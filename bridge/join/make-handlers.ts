import { createAuditJob } from '../audit/write-audit.job.ts';
import { createBindAnnouncedJob } from '../connect/bind-announced.job.ts';
import { createExpireJob } from '../connect/expire-connection.job.ts';
import { createRevokeJob } from '../connect/revoke-connection.job.ts';
import { createSweepJob } from '../connect/sweep-connections.job.ts';
import type { Spool } from '../download/spool.ts';
import { createEraseJob, type Erase } from '../erase/erase-connection.job.ts';
import { createCancelImportsJob } from '../export/cancel-imports.job.ts';
import { createFailExportJob } from '../export/fail-export.job.ts';
import { createImportJob, type LoadRequest } from '../export/import-export.job.ts';
import { importLock } from '../export/load-lineage.ts';
import { createReceiveExportJob } from '../export/receive-export.job.ts';
import { createRedriveJob, type RedriveWanted } from '../export/redrive-import.job.ts';
import { createRequestExportJob } from '../export/request-export.job.ts';
import { createResyncJob } from '../export/resync.job.ts';
import { createWarnDeadlineJob } from '../export/warn-deadline.job.ts';
import { createWatchExportJob } from '../export/watch-export.job.ts';
import { announceImport, announceLatest, createImportDoneJob } from '../feed/announce-import.ts';
import { createFeedBotJob } from '../feed/feed-bot.job.ts';
import { createRest } from '../feed/rest.ts';
import { eraseNamespace } from '../ingest/erase/erase-namespace.ts';
import { OtherSourcePatient } from '../ingest/guard/guard-lineage.ts';
import { HeldImport } from '../ingest/guard/held-import.ts';
import { importExport } from '../ingest/import-export.ts';
import { isNewestLedger, namespaceOfTask } from '../ingest/ledger/find-import.ts';
import { redriveImport } from '../ingest/redrive-import.ts';
import { withUnpacked } from '../ingest/scan/unpack-files.ts';
import { createLock } from '../queue/hold-lock.ts';
import { trimReports } from '../queue/keep-reports.ts';
import { rememberFeed } from '../queue/remember-feed.ts';
import { rememberUploads } from '../queue/remember-uploads.ts';
import type { JobHandlers } from '../queue/start-workers.ts';
import { createRetainJob } from '../retain/retain.job.ts';
import { connectingParts, type Foundations } from './foundations.ts';

type Disk = Pick<Parameters<typeof createImportJob>[0], 'withFolder' | 'fetchFile'> & Pick<Spool, 'sweep'>;

/** What is done with the jobs of each queue. */
export function makeHandlers(foundations: Foundations, disk: Disk): JobHandlers {
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
        rest: createRest(() => queues.isBusy('import')),
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
