import { z } from 'zod';

const count = z.number().int();
const instant = z.string();

/** What became of a delivery of Fasten's webhook. Refused were `forged`, `unreadable` and `wrong-mode`. */
export const WEBHOOK_OUTCOMES = ['accepted', 'duplicate', 'ignored', 'forged', 'unreadable', 'wrong-mode'] as const;

export type WebhookOutcome = (typeof WEBHOOK_OUTCOMES)[number];

/** One delivery: ids and names that Fasten made up. One that was not signed by Fasten has neither. */
export const webhookReceiptSchema = z.object({
  receivedAt: instant,
  outcome: z.enum(WEBHOOK_OUTCOMES),
  eventId: z.string().optional(),
  eventType: z.string().optional(),
  fastenRequestId: z.string().optional(),
});

/** What `GET webhooks` may be asked. */
export const webhookQuerySchema = z.strictObject({
  _count: z.coerce.number().int().min(1).max(200).default(50),
  /** From the `next` of the page before. */
  cursor: z
    .string()
    .regex(/^\d{1,16}-\d{1,20}$/)
    .optional(),
});

/** The answer: the latest first. */
export const webhookPageSchema = z.object({
  receipts: z.array(webhookReceiptSchema),
  /** Address of the next page, from the root of this service; absent on the last. */
  next: z.string().optional(),
});

/** How a server that the bridge depends on has answered lately, all processes of the bridge together. */
const serverRepliesSchema = z.object({
  server: z.enum(['medplum', 'fasten']),
  replies: count,
  /** Requests that got none. */
  lost: count,
  /** Of the replies: that the server has a fault (5xx), and that it asks to wait (429). */
  faults: count,
  throttled: count,
  /** Half of the replies, and 95 of a hundred, began within this many milliseconds; absent without replies. */
  medianMs: z.number().optional(),
  ms95: z.number().optional(),
});

/** The answer of `GET servers`. */
export const serverListSchema = z.object({
  /** How far back it is counted. */
  minutes: count,
  servers: z.array(serverRepliesSchema),
  /** Units that Medplum's last reply left of the running minute, of the most that was seen; absent while none named a limit. */
  quota: z.object({ left: count, most: count, toldAt: instant }).optional(),
});

export type WebhookReceipt = z.infer<typeof webhookReceiptSchema>;
export type WebhookPage = z.infer<typeof webhookPageSchema>;
export type ServerReplies = z.infer<typeof serverRepliesSchema>;
export type ServerList = z.infer<typeof serverListSchema>;
