import type { Redis } from 'ioredis';
import { z } from 'zod';
import { jobIdOf } from './open-queues.ts';

/** As long as somebody may still run an import again from its raw export and expect no bot to see a resource twice. */
const REMEMBERED_S = 90 * 24 * 3600;

const feedMemory = z.object({
  /** The last instant (`meta.lastUpdated`) that was come to. */
  at: z.string(),
  /** `<id>/<version>` of what is done with of that very instant. */
  done: z.array(z.string()),
  /** Resources that the bot was run with up to here, and those at which it failed. */
  run: z.number().default(0),
  failed: z.number().default(0),
});

const begunRun = z.object({ version: z.string(), at: z.number() });

/** How far a bot was fed. */
export type FeedPosition = z.infer<typeof feedMemory>;

/** A run that was begun: `<id>/<version>`, and when, in milliseconds since 1970. */
export type BegunRun = z.infer<typeof begunRun>;

export interface FeedMemory {
  /** `begun` is there when the process was killed between the beginning of a run and its end. */
  read(): Promise<{ readonly position: FeedPosition | undefined; readonly begun: BegunRun | undefined }>;
  /** In one step with how far the feed has come; that ends what was begun before. */
  begin(run: BegunRun, position: FeedPosition | undefined): Promise<void>;
  /** Also ends what was begun. */
  pass(position: FeedPosition): Promise<void>;
}

/** Keeps how far a bot was fed with one import or replay: ids of Medplum's only. `key` names both, as that of a job. */
export function rememberFeed(redis: Redis, prefix: string, key: readonly string[]): FeedMemory {
  const name = `${prefix}:feed:${jobIdOf(key)}`;
  return {
    read: async () => {
      const [position, begun] = await redis.hmget(name, 'position', 'begun');
      return {
        position: position ? feedMemory.parse(JSON.parse(position)) : undefined,
        begun: begun ? begunRun.parse(JSON.parse(begun)) : undefined,
      };
    },
    begin: async (run, position) => {
      const kept = { begun: JSON.stringify(run), ...(position && { position: JSON.stringify(position) }) };
      await redis.multi().hset(name, kept).expire(name, REMEMBERED_S).exec();
    },
    pass: async (position) => {
      await redis
        .multi()
        .hset(name, 'position', JSON.stringify(position))
        .hdel(name, 'begun')
        .expire(name, REMEMBERED_S)
        .exec();
    },
  };
}
