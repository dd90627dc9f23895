import { type DestinationStream, pino } from 'pino';
import { currentContext } from './job-context.ts';
import { traceparent } from './trace.ts';

/** Every event that the service logs; docs/log-events.md says when. A line is one of these names with fields; there is no free text. */
export const LOG_EVENTS = [
  'service.listening',
  'service.stopping',
  'service.stopped',
  'service.stop-cut-short',
  'service.failed',
  'request.done',
  'request.failed',
  'audit.lost',
  'webhook.accepted',
  'webhook.duplicate',
  'webhook.forged',
  'webhook.ignored',
  'webhook.link-refused',
  'webhook.unreadable',
  'webhook.wrong-mode',
  'connection.abandoned',
  'connection.completed',
  'connection.expired',
  'connection.refused',
  'connection.reported',
  'connection.returned',
  'connection.resync-set',
  'connection.revoked',
  'connection.revoke-outdated',
  'erasure.requested',
  'erasure.done',
  'erasure.gave-up',
  'export.not-needed',
  'export.requested',
  'export.failed',
  'export.refused',
  'export.deadline-near',
  'export.resync',
  'export.slow',
  'export.stranded',
  'export.given-up',
  'download.done',
  'download.link-deadline-near',
  'import.started',
  'import.done',
  'import.fewer-than-announced',
  'import.already-done',
  'import.gave-up',
  'import.cancelled',
  'import.held',
  'import.decided',
  'import.redrive-asked',
  'import.redriven',
  'import.retried',
  'patient.not-told',
  'bot.fed',
  'bot.failed',
  'job.done',
  'job.retried',
  'job.failed',
  'job.handed-back',
  'job.stalled',
  'job.replayed',
  'queue.error',
  'queue.stands-still',
  'retention.done',
  'retention.removed',
  'spool.swept',
] as const;

export type LogEvent = (typeof LOG_EVENTS)[number];

/**
 * The only fields a line may carry: ids that we or Fasten made up, codes, counts, sizes and times. No field exists for
 * a message, a name, a body or a source id, so none can be logged by accident; unknown ones are dropped at run time too.
 */
const FIELDS = {
  attempt: true,
  botId: true,
  bytes: true,
  code: true,
  connectionId: true,
  count: true,
  created: true,
  delayMs: true,
  durationMs: true,
  eventId: true,
  eventType: true,
  exportId: true,
  failed: true,
  fastenRequestId: true,
  files: true,
  host: true,
  jobId: true,
  lines: true,
  method: true,
  mode: true,
  phase: true,
  port: true,
  quarantined: true,
  queue: true,
  reason: true,
  reasons: true,
  requestId: true,
  role: true,
  route: true,
  skipped: true,
  status: true,
  taskId: true,
  traceId: true,
  unchanged: true,
  updated: true,
  version: true,
} as const;

export type LogFields = { readonly [name in keyof typeof FIELDS]?: Value | readonly Value[] | undefined };

type Value = string | number | boolean;

type Level = 'debug' | 'info' | 'warn' | 'error';

/** Writes one line: an event of the list, and allow-listed fields. */
export type Log = Readonly<Record<Level, (event: LogEvent, fields?: LogFields) => void>>;

/** Ids, codes, hosts and route patterns; a sentence, a line of a record or a long blob never matches. */
const CODE_LIKE = /^[\w/:.@+=,*{}-]{1,512}$/;

/**
 * Opens the log: JSON lines.
 *
 * @param level - Least level written; `silent` writes nothing.
 * @param destination - Where to; standard output when absent.
 * @returns The log; context of the running request or job is added to each line.
 */
export function createLog(level: Level | 'silent', destination?: DestinationStream): Log {
  const options = { level, base: null, formatters: { level: (label: string) => ({ level: label }) } };
  const logger = destination ? pino(options, destination) : pino(options);
  const at =
    (name: Level) =>
    (event: LogEvent, fields: LogFields = {}) => {
      logger[name]({ event, ...keepAllowed({ ...currentContext(), traceId: traceId(), ...fields }) });
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** Where traces are kept, a line leads to its own. */
function traceId(): string | undefined {
  return traceparent()?.split('-')[1];
}

function keepAllowed(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const kept = Object.entries(fields).filter(([name, value]) => name in FIELDS && value !== undefined);
  return Object.fromEntries(kept.map(([name, value]) => [name, clean(value)]));
}

function clean(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(clean);
  if (typeof value === 'number' || typeof value === 'boolean') {
    return value;
  }
  return typeof value === 'string' && CODE_LIKE.test(value) ? value : '[left out]';
}
