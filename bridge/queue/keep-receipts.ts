import type { Redis } from 'ioredis';
import { type WebhookReceipt, webhookReceiptSchema } from '../contract/operations.ts';

/** As long as Fasten's own delivery log goes back. */
const KEPT_MS = 15 * 24 * 3600 * 1000;
const MAX_KEPT = 20_000;
/** Anybody can send what is not signed: it must not push out what Fasten sent. */
const MAX_UNSIGNED = 1_000;

const UNSIGNED: readonly string[] = ['forged'];
const CODE_LIKE = /^[\w.:-]{1,128}$/;

export interface Receipts {
  /** Returns at once: nobody waits for a receipt, and one that cannot be kept is none. */
  keep(receipt: Omit<WebhookReceipt, 'receivedAt'>): void;
  /** The latest first, before the one with this id. */
  list(count: number, before?: string): Promise<{ readonly id: string; readonly receipt: WebhookReceipt }[]>;
}

/** Keeps what became of each webhook in two Redis streams, `<prefix>:webhooks` and `<prefix>:webhooks-unsigned`. */
export function openReceipts(redis: Redis, prefix: string): Receipts {
  const [signed, unsigned] = [`${prefix}:webhooks`, `${prefix}:webhooks-unsigned`];
  return {
    keep: (receipt) => {
      // Commands for a Redis that is away would pile up in memory.
      if (redis.status !== 'ready') return;
      const isUnsigned = UNSIGNED.includes(receipt.outcome);
      const key = isUnsigned ? unsigned : signed;
      const fields = Object.entries(receipt).flatMap(([name, value]) => {
        return value !== undefined && CODE_LIKE.test(value) ? [name, value] : [];
      });
      redis
        .multi()
        .xadd(key, 'MAXLEN', '~', isUnsigned ? MAX_UNSIGNED : MAX_KEPT, '*', ...fields)
        .xtrim(key, 'MINID', `${Date.now() - KEPT_MS}`)
        .pexpire(key, KEPT_MS)
        .exec()
        .catch(() => undefined);
    },
    list: async (count, before) => {
      const from = before === undefined ? '+' : `(${before}`;
      const found = await Promise.all([signed, unsigned].map((key) => redis.xrevrange(key, from, '-', 'COUNT', count)));
      return found
        .flat()
        .toSorted(([a], [b]) => compareIds(b, a))
        .slice(0, count)
        .flatMap(([id, fields]) => {
          const receipt = webhookReceiptSchema.safeParse({ receivedAt: timeOf(id), ...pairsOf(fields) }).data;
          return receipt ? [{ id, receipt }] : [];
        });
    },
  };
}

/** The id of an entry is when Redis took it, in milliseconds, and a number within these. */
function timeOf(id: string): string {
  return new Date(Number(id.split('-')[0])).toISOString();
}

function compareIds(a: string, b: string): number {
  const [aMs = 0, aNumber = 0] = a.split('-').map(Number);
  const [bMs = 0, bNumber = 0] = b.split('-').map(Number);
  return aMs - bMs || aNumber - bNumber;
}

function pairsOf(fields: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: fields.length / 2 }, (_, index) => [fields[2 * index] ?? '', fields[2 * index + 1] ?? '']),
  );
}
