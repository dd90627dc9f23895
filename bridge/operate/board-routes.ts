import express, { type Request, type RequestHandler, type Response, type Router } from 'express';
import { HttpError } from '../errors.ts';
import type { BoardSessions } from '../queue/board-sessions.ts';

/** Where the board is served, beside the API: a browser opens it. */
export const BOARD_PATH = '/board';

const COOKIE = 'bridge-board';

/** The board, for looking, for those who have a session. */
export function boardRoutes(sessions: BoardSessions, board: RequestHandler): Router {
  const router = express.Router();
  router.use(async (req, res, next) => {
    res.set('cache-control', 'no-store');
    if (req.method !== 'GET') throw new HttpError(405, 'not-supported', 'the board only shows');
    const session = readCookie(req);
    if (session === undefined || !(await sessions.isOpen(session))) {
      throw new HttpError(401, 'login', 'open the board from the operations page, or by POST queues/board');
    }
    next();
  }, board);
  return router;
}

/** Lets the browser of an administrator open the board. */
export async function openBoard(sessions: BoardSessions, req: Request, res: Response): Promise<void> {
  const settings = { httpOnly: true, sameSite: 'strict', path: BOARD_PATH, secure: req.secure } as const;
  res.cookie(COOKIE, await sessions.open(), { ...settings, maxAge: sessions.seconds * 1000 });
  res.json({ url: `${BOARD_PATH}/` });
}

function readCookie(req: Request): string | undefined {
  return new RegExp(`(?:^|; )${COOKIE}=([\\w-]{43})(?:;|$)`).exec(req.get('cookie') ?? '')?.[1];
}
