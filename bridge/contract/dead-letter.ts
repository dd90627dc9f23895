import { z } from 'zod';

/**
 * What helps a job that was given up: `replay` it, once what was in its way is cured; ask for a `new-export`, since this one
 * is gone; the patient has to `reconnect`; or `support`, since the same would happen again.
 */
export const DEAD_LETTER_STEPS = ['replay', 'new-export', 'reconnect', 'support'] as const;

export type DeadLetterStep = (typeof DEAD_LETTER_STEPS)[number];

const count = z.number().int();
const id = z.string();

/** A job that nobody tries again by itself: its attempts are used up, trying again is vain, or its workers kept dying. */
export const deadLetterSchema = z.object({
  queue: z.string(),
  jobId: id,
  /** Why the last attempt failed: a short code. */
  code: z.string(),
  nextStep: z.enum(DEAD_LETTER_STEPS),
  /** Runs that ended in a fault; a crash of the worker is none. */
  attempts: count,
  /** How often its worker died or lost it. */
  stalls: count,
  /** FHIR instants. */
  addedAt: z.string(),
  failedAt: z.string(),
  /** What the job is about, as far as its queue knows: ids that we or Fasten made up. */
  about: z.object({
    taskId: id.optional(),
    consentId: id.optional(),
    exportId: id.optional(),
    orgConnectionId: id.optional(),
    eventId: id.optional(),
    botId: id.optional(),
  }),
});

/** Further back than this, ask for one queue. */
const MAX_CURSOR = 10_000;

/** What `GET queues/dead` may be asked. */
export const deadLetterQuerySchema = z.strictObject({
  queue: z
    .string()
    .regex(/^[a-z-]{1,64}$/)
    .optional(),
  _count: z.coerce.number().int().min(1).max(200).default(50),
  /** From the `next` of the page before. */
  cursor: z.coerce.number().int().min(0).max(MAX_CURSOR).default(0),
});

/** The answer: the one that failed last first. */
export const deadLetterPageSchema = z.object({
  deadLetters: z.array(deadLetterSchema),
  /** Address of the next page, from the root of this service; absent on the last. */
  next: z.string().optional(),
});

/** The answer of `GET queues`: how many jobs there are. Those that `failed` are the dead letters. */
export const queueListSchema = z.object({
  queues: z.array(z.object({ queue: z.string(), waiting: count, active: count, delayed: count, failed: count })),
});

/** The answer of `POST queues/board`: where the board may be opened for a while, in the browser that asked. */
export const boardSchema = z.object({ url: z.string() });

/** The answer of `POST queues/:queue/dead/:jobId/replay`. */
export const replaySchema = z.object({ outcome: z.literal('replayed') });

export type DeadLetter = z.infer<typeof deadLetterSchema>;
export type DeadLetterQuery = z.infer<typeof deadLetterQuerySchema>;
export type DeadLetterPage = z.infer<typeof deadLetterPageSchema>;
export type QueueList = z.infer<typeof queueListSchema>;
