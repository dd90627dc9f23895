import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { boundLabel } from './bound-label.ts';
import { createStateGauges, type Watched } from './watch-state.ts';

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
  let watched: Partial<Watched> = {};
  createStateGauges(registry, () => watched);
  const outgoing = new Histogram({
    name: 'bridge_outgoing_request_seconds',
    help: 'Time until the reply of Medplum or Fasten began, by its status class; lost: there was none',
    labelNames: ['target', 'status'],
    buckets: [0.01, 0.05, 0.2, 1, 5, 20, 60, 120],
    registers,
  });
  const faults = new Counter({
    name: 'bridge_job_faults_total',
    help: 'Attempts of jobs that ended in a fault, by its code',
    labelNames: ['queue', 'code'],
    registers,
  });
  const alarms = new Counter({
    name: 'bridge_alarms_total',
    help: 'What somebody should look at before it is too late, by kind',
    labelNames: ['alarm'],
    registers,
  });
  // A counter that appears with its first event has risen by nothing, to whoever watches the rise.
  for (const alarm of ALARMS) alarms.inc({ alarm }, 0);
  const boundCode = boundLabel(MOST_CODES);
  return {
    registry,
    /** Says where what is looked up at each scrape comes from; said again it adds to what was said before. */
    watch: (more: Partial<Watched>) => {
      watched = { ...watched, ...more };
    },
    /** A request of ours was answered with this status after this long; without one it was lost. */
    sawReply: (target: 'medplum' | 'fasten', status: number | undefined, durationMs: number) => {
      outgoing.observe({ target, status: classOf(status) }, durationMs / 1000);
    },
    /** An attempt of a job ended in a fault. */
    sawFault: (queue: string, code: string) => faults.inc({ queue, code: boundCode(code) }),
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
    alarms,
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
    written: new Counter({
      name: 'bridge_import_written_total',
      help: 'Resources created or updated, counted while imports run',
      registers,
    }),
    repairs: new Counter({
      name: 'bridge_import_repairs_total',
      help: 'Repairs made in lines of completed imports, by rule',
      labelNames: ['rule'],
      registers,
    }),
    problems: new Counter({
      name: 'bridge_import_problems_total',
      help: 'Lines of completed imports that could not be mapped, by why',
      labelNames: ['code'],
      registers,
    }),
    exportFailures: new Counter({
      name: 'bridge_export_failures_total',
      help: 'Exports that failed at Fasten, by its reason and what follows',
      labelNames: ['reason', 'next'],
      registers,
    }),
    removed: new Counter({
      name: 'bridge_retention_removed_total',
      help: 'What retention has removed, by kind',
      labelNames: ['kind'],
      registers,
    }),
    quotaLeft: new Gauge({
      name: 'bridge_medplum_quota_left',
      help: 'Units of Medplum that are left in the running minute, as its last reply had it',
      registers,
    }),
    quotaWaitSeconds: new Counter({
      name: 'bridge_medplum_quota_wait_seconds_total',
      help: 'Time that was waited for the quota of Medplum',
      registers,
    }),
  };
}

const ALARMS = [
  'erasure-failed',
  'export-deadline',
  'export-slow',
  'export-stranded',
  'link-deadline',
  'queue-stands-still',
];

/** Codes of ours and of Node are a few dozen. */
const MOST_CODES = 100;

/** 429 is the server asking to wait, the only status that is told by itself. */
function classOf(status: number | undefined): string {
  if (status === undefined) return 'lost';
  return status === 429 ? '429' : `${Math.floor(status / 100)}xx`;
}
