import { z } from 'zod';

const id = z.string();
const count = z.number().int();
/** A FHIR instant. */
const at = z.string();

/** How far a bot was fed with what an import brought, or with what changed in a span of time (a replay). */
export const botFeedSchema = z.object({
  botId: id,
  /** Absent for a bot that is gone. */
  bot: z.string().optional(),
  /** The import's Task; absent for a replay. */
  taskId: id.optional(),
  /** The span of a replay. */
  since: at.optional(),
  until: at.optional(),
  state: z.enum(['waiting', 'running', 'done', 'given-up']),
  /** Resources that it was run with, and those at which it failed. */
  run: count,
  failed: count,
  /** Why it was given up, or why its last attempt failed: a short code. */
  code: z.string().optional(),
  addedAt: at,
  startedAt: at.optional(),
  endedAt: at.optional(),
});

/** One run of a bot, as the server recorded it. What the bot logged is not here: it may quote the record. */
export const botRunSchema = z.object({
  /** Of the AuditEvent. */
  id,
  botId: id,
  bot: z.string().optional(),
  /** What it was run with, such as `Observation/<id>`; absent for what is stored nowhere. */
  resource: z.string().optional(),
  /** A Subscription (`event`), or somebody who called it: a feed does. */
  startedBy: z.enum(['event', 'call']),
  outcome: z.enum(['done', 'failed']),
  at,
  durationMs: z.number().optional(),
});

const page = {
  _count: z.coerce.number().int().min(1).max(100).default(20),
  /** From the `next` of the page before. */
  cursor: z.coerce.number().int().min(0).max(10_000).default(0),
};

/** What `GET bots/feeds` may be asked. */
export const botFeedQuerySchema = z.strictObject(page);

/** What `GET bots/runs` may be asked. */
export const botRunQuerySchema = z.strictObject({
  /** Id of a Bot. */
  bot: z
    .string()
    .regex(/^[\w-]{1,64}$/)
    .optional(),
  outcome: z.enum(['done', 'failed']).optional(),
  ...page,
});

/** Address of the next page, from the root of this service; absent on the last. */
const next = z.string().optional();

/** The answer of `GET bots/feeds`: the latest first, as long as the queue keeps them. */
export const botFeedPageSchema = z.object({ feeds: z.array(botFeedSchema), next });

/** The answer of `GET bots/runs`: the latest first. */
export const botRunPageSchema = z.object({ runs: z.array(botRunSchema), next });

export type BotFeed = z.infer<typeof botFeedSchema>;
export type BotRun = z.infer<typeof botRunSchema>;
export type BotFeedPage = z.infer<typeof botFeedPageSchema>;
export type BotRunPage = z.infer<typeof botRunPageSchema>;
