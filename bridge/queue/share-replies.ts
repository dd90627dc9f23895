import type { Redis } from 'ioredis';
import type { ServerList, ServerReplies } from '../contract/operations.ts';

const SERVERS = ['medplum', 'fasten'] as const;
type Server = (typeof SERVERS)[number];

/** Upper ends of the spans of time that replies are counted in, milliseconds; what is longer counts as the last. */
const SPANS_MS = [10, 25, 50, 100, 200, 400, 800, 1_500, 3_000, 6_000, 15_000, 60_000, 120_000];
const SHARE_EVERY_MS = 5_000;
const SHOWN_MINUTES = 15;
/** The minute under way counts too, and clocks differ. */
const KEPT_S = (SHOWN_MINUTES + 5) * 60;

/** What one process hears of the servers that it asks. */
export interface ReplyCounts {
  sawReply(server: Server, status: number | undefined, durationMs: number): void;
  sawQuota(unitsLeft: number): void;
  /** Counts since the last call, by `<server>:<field>`. */
  take(): Map<string, number>;
  /** Units left as the last reply had it, and when. */
  quota(): { readonly left: number; readonly at: number } | undefined;
}

/** Counts what this process hears, until `shareReplies` takes it to the others. */
export function countReplies(): ReplyCounts {
  let counts = new Map<string, number>();
  let quota: { left: number; at: number } | undefined;
  const count = (field: string) => counts.set(field, (counts.get(field) ?? 0) + 1);
  return {
    sawReply: (server, status, durationMs) => {
      if (status === undefined) {
        count(`${server}:lost`);
        return;
      }
      count(`${server}:${SPANS_MS.find((span) => durationMs <= span) ?? SPANS_MS.at(-1)}`);
      if (status === 429) count(`${server}:throttled`);
      if (status >= 500) count(`${server}:faults`);
    },
    sawQuota: (left) => {
      quota = { left, at: Date.now() };
    },
    take: () => {
      const taken = counts;
      counts = new Map();
      return taken;
    },
    quota: () => quota,
  };
}

/**
 * Brings what each process hears together in Redis, a hash a minute: numbers only, gone after twenty minutes. A Redis that is
 * away loses some.
 *
 * @returns Ends it; what was counted last is shared before.
 */
export function shareReplies(redis: Redis, prefix: string, counts: ReplyCounts): { close(): Promise<void> } {
  let told = 0;
  const share = async (): Promise<void> => {
    if (redis.status !== 'ready') return;
    const [taken, quota] = [counts.take(), counts.quota()];
    const key = minuteKey(prefix, minuteOf(Date.now()));
    const commands = redis.multi();
    for (const [field, count] of taken) commands.hincrby(key, field, count);
    if (taken.size > 0) commands.expire(key, KEPT_S);
    if (quota && quota.at > told) {
      told = quota.at;
      commands.hset(`${prefix}:quota`, { left: quota.left, at: quota.at });
      commands.eval(KEEP_MOST, 1, `${prefix}:quota`, quota.left);
      commands.expire(`${prefix}:quota`, KEPT_S);
    }
    await commands.exec();
  };
  const timer = setInterval(() => void share().catch(() => undefined), SHARE_EVERY_MS);
  timer.unref();
  return {
    close: async () => {
      clearInterval(timer);
      await share().catch(() => undefined);
    },
  };
}

const KEEP_MOST = `local most = tonumber(redis.call('hget', KEYS[1], 'most') or '0')
if tonumber(ARGV[1]) > most then redis.call('hset', KEYS[1], 'most', ARGV[1]) end`;

/** What all processes together have heard in the last quarter of an hour. */
export async function readReplies(redis: Redis, prefix: string): Promise<ServerList> {
  const now = minuteOf(Date.now());
  const keys = Array.from({ length: SHOWN_MINUTES }, (_, index) => minuteKey(prefix, now - index));
  const [quota, ...minutes] = await Promise.all([`${prefix}:quota`, ...keys].map((key) => redis.hgetall(key)));
  const sums = new Map<string, number>();
  for (const [field, count] of minutes.flatMap((minute) => Object.entries(minute))) {
    sums.set(field, (sums.get(field) ?? 0) + Number(count));
  }
  const [left, most, at] = [quota?.left, quota?.most, quota?.at].map(Number);
  return {
    minutes: SHOWN_MINUTES,
    servers: SERVERS.map((server) => repliesOf(server, sums)),
    ...(left !== undefined && most && at && { quota: { left, most, toldAt: new Date(at).toISOString() } }),
  };
}

function repliesOf(server: Server, sums: ReadonlyMap<string, number>): ServerReplies {
  const of = (field: string) => sums.get(`${server}:${field}`) ?? 0;
  const spans = SPANS_MS.map((span) => ({ span, count: of(`${span}`) }));
  const replies = spans.reduce((sum, { count }) => sum + count, 0);
  const within = (share: number): number => {
    let left = share * replies;
    for (const { span, count } of spans) {
      left -= count;
      if (left <= 0) return span;
    }
    return 0;
  };
  return {
    server,
    replies,
    lost: of('lost'),
    faults: of('faults'),
    throttled: of('throttled'),
    ...(replies > 0 && { medianMs: within(0.5), ms95: within(0.95) }),
  };
}

function minuteOf(ms: number): number {
  return Math.floor(ms / 60_000);
}

function minuteKey(prefix: string, minute: number): string {
  return `${prefix}:replies:${minute}`;
}
