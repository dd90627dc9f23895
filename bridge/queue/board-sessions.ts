import { createHash, randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';

/** A browser that opens a page sends no token, so an administrator gets one of these for a while. */
export interface BoardSessions {
  readonly seconds: number;
  /** A new session; only its hash is kept. */
  open(): Promise<string>;
  isOpen(session: string): Promise<boolean>;
}

/** Nobody looks again who is still an administrator: so long at most does one who no longer is see the board. */
const SESSION_S = 15 * 60;

export function createBoardSessions(redis: Redis, prefix: string): BoardSessions {
  const keyOf = (session: string) => `${prefix}:board:${createHash('sha256').update(session).digest('hex')}`;
  return {
    seconds: SESSION_S,
    open: async () => {
      const session = randomBytes(32).toString('base64url');
      await redis.set(keyOf(session), '1', 'EX', SESSION_S);
      return session;
    },
    isOpen: async (session) => (await redis.exists(keyOf(session))) === 1,
  };
}
