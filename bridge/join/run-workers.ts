import { fetchFile } from '../download/fetch-file.ts';
import { openSpool } from '../download/spool.ts';
import { createStorageClient } from '../download/storage-client.ts';
import { BinaryError, downloadBinary } from '../medplum/binaries/download-binary.ts';
import type { Queues } from '../queue/open-queues.ts';
import { startWorkers, type Workers } from '../queue/start-workers.ts';
import { watchStandstill } from '../queue/watch-standstill.ts';
import { measureRoom } from '../spool/measure-room.ts';
import type { Foundations, Overrides } from './foundations.ts';
import { makeHandlers } from './make-handlers.ts';

/** Starts what runs jobs. Gives how to end it. */
export async function runWorkers(
  foundations: Foundations,
  { onStandstill }: Overrides,
): Promise<() => Promise<unknown>> {
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
