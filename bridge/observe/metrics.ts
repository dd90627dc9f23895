import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** How many jobs wait, run, are delayed or have failed, by queue. */
export type QueueDepths = Readonly<Record<string, Readonly<Record<string, number>>>>;

export type Metrics = ReturnType<typeof createMetrics>;

/**
 * Every metric of the service. Labels are route patterns, queue names and codes: never an id, or the series would grow
 * with the patients.
 *
 * @returns The metrics, and the registry that `/metrics` prints.
 */
export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  let readDepths: () => Promise<QueueDepths> = async () => ({});
  new Gauge({
    name: 'bridge_queue_jobs',
    help: 'Jobs in each queue by state',
    labelNames: ['queue', 'state'],
    registers,
    async collect() {
      for (const [queue, states] of Object.entries(await readDepths())) {
        for (const [state, count] of Object.entries(states)) {
          this.set({ queue, state }, count);
        }
      }
    },
  });
  return {
    registry,
    /** Says where the queue depths are read from when the metrics are scraped. */
    watchQueues: (read: () => Promise<QueueDepths>) => {
      readDepths = read;
    },
    requests: new Histogram({
      name: 'bridge_http_request_seconds',
      help: 'Time to answer, by route pattern and status',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.005, 0.02, 0.05, 0.1, 0.5, 2, 10, 60],
      registers,
    }),
    webhooks: new Counter({
      name: 'bridge_webhooks_total',
      help: 'Webhooks by what became of them',
      labelNames: ['outcome'],
      registers,
    }),
    jobs: new Histogram({
      name: 'bridge_job_seconds',
      help: 'Time a job ran, by queue and how the attempt ended',
      labelNames: ['queue', 'outcome'],
      buckets: [0.1, 1, 10, 60, 600, 3600, 21_600],
      registers,
    }),
    alarms: new Counter({
      name: 'bridge_alarms_total',
      help: 'What somebody should look at before it is too late, by kind',
      labelNames: ['alarm'],
      registers,
    }),
    deadLetters: new Counter({
      name: 'bridge_dead_letters_total',
      help: 'Jobs that were given up, and dead letters that somebody replayed, by queue',
      labelNames: ['queue', 'event'],
      registers,
    }),
    auditsLost: new Counter({
      name: 'bridge_audits_lost_total',
      help: 'Acts that could not be recorded as AuditEvents, by what they were',
      labelNames: ['what'],
      registers,
    }),
    botRuns: new Counter({
      name: 'bridge_bot_runs_total',
      help: 'Runs of bots that were fed by us, by how they ended',
      labelNames: ['outcome'],
      registers,
    }),
    downloadedBytes: new Counter({ name: 'bridge_download_bytes_total', help: 'Bytes of exports fetched', registers }),
    lines: new Counter({
      name: 'bridge_import_lines_total',
      help: 'Lines of exports by disposition',
      labelNames: ['disposition'],
      registers,
    }),
  };
}
