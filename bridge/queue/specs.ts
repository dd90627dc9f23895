import { z } from 'zod';

const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;

/** Ids only, of ours or of Fasten: whatever stands in a payload can be read by everyone who can read Redis. */
const id = z.string().min(1).max(512);

const fromEvent = { eventId: id, orgConnectionId: id };

const file = z.object({ exportId: id, fileId: id, format: z.enum(['ndjson', 'bundle', 'other']) });
const announced = z.object({
  total: z.number().optional(),
  byType: z.record(z.string(), z.number()).optional(),
});

const at = z.iso.datetime();
const oneOf = { at, requestId: id.optional(), patient: id.optional() };
const ofConsent = { ...oneOf, who: id.optional(), consent: id };

/** What somebody did that is recorded as an AuditEvent: references to Medplum's resources, and names of ours. */
const auditedAct = z.discriminatedUnion('what', [
  z.object({ what: z.literal('consent-given'), ...ofConsent }),
  z.object({ what: z.literal('consent-revoked'), ...ofConsent }),
  z.object({ what: z.literal('erased'), ...ofConsent, task: id, isDone: z.boolean() }),
  z.object({ what: z.literal('record-read'), ...oneOf, who: id, category: id }),
  z.object({ what: z.literal('record-opened'), ...oneOf, who: id }),
  z.object({
    what: z.literal('removed'),
    ...oneOf,
    who: z.undefined().optional(),
    kind: z.enum(['raw-export', 'ledger', 'audit-events']),
    task: id.optional(),
    count: z.number().int().positive(),
  }),
  z.object({ what: z.literal('ledger-read'), ...oneOf, who: id, task: id }),
]);

export type AuditedAct = z.output<typeof auditedAct>;

/** Tried again after seconds at first and hours at last, since Medplum and Fasten may be away that long. */
const USUAL = {
  attempts: 14,
  backoff: { type: 'exponential', delay: 2_000, jitter: 0.5 },
  keepCompletedS: 2 * DAY_S,
  keepFailedS: 30 * DAY_S,
  concurrency: 4,
  lockDurationMs: 30_000,
} as const;

/**
 * Every queue. How long a completed job is kept is how long a second delivery of its cause is recognised: Fasten retries
 * for about a day, so two. Failed ones are kept for people to look at and to drive again.
 */
export const QUEUES = {
  /** Ask Fasten for an export of a connection. Key: connection and its version. Just after connecting Fasten may say 500. */
  'export-request': {
    ...USUAL,
    payload: z.object({ consentId: id, orgConnectionId: id, after: id.optional(), wantedAt: at.optional() }),
    attempts: 12,
  },
  /** Look after an export that was asked for, until Fasten has told of it. Key: the import's Task. */
  'export-watch': {
    ...USUAL,
    payload: z.object({ taskId: id, consentId: id, orgConnectionId: id, exportId: id }),
  },
  /** An export can be fetched. Key: event. Retried for hours, since it may come before its connection was completed. */
  'export-ready': {
    ...USUAL,
    payload: z.object({
      ...fromEvent,
      exportId: id,
      files: z.array(file),
      refusedLinks: z.number().int(),
      announced,
    }),
    concurrency: 8,
  },
  /** Look, before Fasten deletes it, whether an export was fetched. Key: the import's Task. */
  'export-deadline': {
    ...USUAL,
    payload: z.object({ taskId: id, exportId: id }),
  },
  /** An export failed at Fasten. Key: event. */
  'export-failed': {
    ...USUAL,
    payload: z.object({ ...fromEvent, exportId: id, reason: id }),
  },
  /** A patient connected a health system; the browser may never tell. Key: event. */
  'connection-made': {
    ...USUAL,
    payload: z.object({ ...fromEvent, stateDigest: id.optional(), attemptId: id.optional() }),
  },
  /** A connection was revoked at Fasten, or its authorization there ran out. Key: event. */
  'connection-revoked': {
    ...USUAL,
    payload: z.object(fromEvent),
  },
  /** A connection's schedule has come round. Made by its scheduler, one each. */
  're-sync': {
    ...USUAL,
    payload: z.object({ consentId: id }),
  },
  /** A connection's consent runs out. Key: connection and the end that was told. */
  'connection-expiry': {
    ...USUAL,
    payload: z.object({ consentId: id, orgConnectionId: id }),
  },
  /** Close abandoned attempts and plan again what Redis has lost. One schedule for the installation, and at each start. */
  sweep: {
    ...USUAL,
    payload: z.object({}),
    attempts: 5,
    backoff: { type: 'exponential', delay: 10_000, jitter: 0.5 },
    keepCompletedS: DAY_S,
    concurrency: 1,
  },
  /** Remove what has the age until which it is kept. One schedule for the installation. */
  retention: {
    ...USUAL,
    payload: z.object({}),
    attempts: 8,
    backoff: { type: 'exponential', delay: 60_000, jitter: 0.5 },
    concurrency: 1,
  },
  /** A connection has ended here, whoever ended it: what is under way for it ends too. Key: connection and its version. */
  'connection-ended': {
    ...USUAL,
    payload: z.object({ consentId: id }),
  },
  /** Record as an AuditEvent what somebody did. Key: the act and its cause. One at a time: conditional creates collide. */
  audit: {
    ...USUAL,
    payload: auditedAct,
    concurrency: 1,
  },
  /** Erase what was loaded through a connection that has ended. Key: the receipt; a second look has one of its own. */
  erase: {
    ...USUAL,
    payload: z.object({ receiptId: id, consentId: id, looksAgain: z.boolean().optional() }),
    backoff: { type: 'exponential', delay: 10_000, jitter: 0.5 },
    concurrency: 1,
  },
  /** An import is done: the bots that want what it brought are fed. Key: the import's Task and what it ended with. */
  'import-done': {
    ...USUAL,
    payload: z.object({ taskId: id, end: id }),
    concurrency: 1,
  },
  /** Feed a bot with what an import wrote (`taskId`), or with what changed in a span of time. Key: the bot and which. */
  'bot-feed': {
    ...USUAL,
    payload: z.object({ botId: id, taskId: id.optional(), since: at.optional(), until: at.optional() }),
    backoff: { type: 'exponential', delay: 5_000, jitter: 0.5 },
  },
  /** Try the quarantined lines of a completed import again. Key: the import's Task and when somebody asked. */
  redrive: {
    ...USUAL,
    payload: z.object({ taskId: id }),
    attempts: 5,
    backoff: { type: 'exponential', delay: 30_000, jitter: 0.25 },
    concurrency: 1,
  },
  /** Fetch an export and load it. Key: the import's Task. Links live for a day, so the attempts span most of one. */
  import: {
    ...USUAL,
    payload: z.object({
      taskId: id,
      consentId: id,
      exportId: id,
      files: z.array(file),
    }),
    attempts: 10,
    backoff: { type: 'exponential', delay: 60_000, jitter: 0.25 },
    concurrency: 2,
  },
} as const satisfies Record<string, QueueSpec>;

interface QueueSpec {
  readonly payload: z.ZodType;
  /** Runs until the job is given up; handing a job back and a crash of the worker use up none. */
  readonly attempts: number;
  /** First wait in milliseconds, doubled each time; `jitter` is the share of it that is random. */
  readonly backoff: { readonly type: 'exponential'; readonly delay: number; readonly jitter: number };
  readonly keepCompletedS: number;
  readonly keepFailedS: number;
  /** Jobs at a time in one process. */
  readonly concurrency: number;
  /** After this long without a sign of life another worker takes the job; renewed at half of it. */
  readonly lockDurationMs: number;
}

export type QueueName = keyof typeof QUEUES;

export type Payload<N extends QueueName> = z.output<(typeof QUEUES)[N]['payload']>;

/** What a queue counts on its way through an import; shown by `GET imports/:taskId`. */
export const jobProgress = z.object({ phase: z.string() }).catchall(z.union([z.number(), z.string(), z.undefined()]));

export type JobProgress = z.infer<typeof jobProgress>;

/** Drives a failed job again; see `openQueues`. */
export type RetryJob = (queue: QueueName, key: readonly string[]) => Promise<'retried' | 'known' | 'gone'>;

/** Puts a job on a queue; see `openQueues`. */
export type AddJob = <N extends QueueName>(
  queue: N,
  key: readonly string[],
  payload: Payload<N>,
  options?: JobOptions,
) => Promise<'added' | 'known' | 'retried'>;

/**
 * Adds a job every so often, for the first time after one interval; undefined ends that. The same key again puts the new
 * interval in place of the old one.
 */
export type ScheduleJob = <N extends QueueName>(
  queue: N,
  key: readonly string[],
  payload: Payload<N>,
  everyMs: number | undefined,
) => Promise<void>;

/** When the schedule with this key adds its next job, in milliseconds since 1970; undefined when there is none. */
export type ReadNextRun = (queue: QueueName, key: readonly string[]) => Promise<number | undefined>;

export interface JobOptions {
  /** How long the job waits before it runs for the first time. */
  readonly delayMs?: number;
}
