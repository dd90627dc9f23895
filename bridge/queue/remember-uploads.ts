import type { Redis } from 'ioredis';

/** How long an upload is remembered: longer than any import is retried. */
const REMEMBERED_S = 30 * 24 * 3600;

/**
 * Remembers, by the SHA-256 of their bytes, which documents of a namespace are in Medplum already: a run that was killed
 * between an upload and what carries it would otherwise upload again, since Medplum cannot search Binary. Hashes and
 * Binary ids only.
 */
export function rememberUploads(redis: Redis, prefix: string, namespace: string) {
  const key = `${prefix}:uploads:${namespace}`;
  return {
    find: async (sha256: string): Promise<string | undefined> => (await redis.hget(key, sha256)) ?? undefined,
    add: async (sha256: string, binaryId: string): Promise<void> => {
      await redis.multi().hset(key, sha256, binaryId).expire(key, REMEMBERED_S).exec();
    },
    /** The ids of all Binaries that are remembered. */
    list: (): Promise<string[]> => redis.hvals(key),
    forget: async (): Promise<void> => {
      await redis.del(key);
    },
  };
}
