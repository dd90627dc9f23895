import express, { type Request, type Router } from 'express';
import type { z } from 'zod';
import { type BotFeedPage, type BotRunPage, botFeedQuerySchema, botRunQuerySchema } from '../contract/bot-run.ts';
import { HttpError } from '../errors.ts';
import type { Caller } from '../medplum/callers.ts';
import type { Queues } from '../queue/open-queues.ts';
import { listRuns, readBotNames } from './list-runs.ts';
import { requireAdmin } from './require-admin.ts';

export interface BotRoutesDeps {
  /** Who makes the request; the routes are reached by known callers only. */
  readonly callerOf: (req: Request) => Caller;
  readonly queues: Pick<Queues, 'listFeeds'>;
}

/** For who runs the service: `GET bots/feeds` and `GET bots/runs`. Runs are read with the caller's own token. */
export function botRoutes({ callerOf, queues }: BotRoutesDeps): Router {
  const router = express.Router();
  const adminsOnly = requireAdmin(callerOf);
  router.get('/bots/feeds', adminsOnly, async (req, res) => {
    const { _count: count, cursor } = readQuery(botFeedQuerySchema, req);
    const names = await readBotNames(callerOf(req));
    const found = await queues.listFeeds(cursor, count + 1);
    const feeds = found.slice(0, count).map((feed) => {
      const bot = names.get(feed.botId);
      return { ...feed, ...(bot && { bot }) };
    });
    res.json({ feeds, ...nextPage(req, cursor + count, found.length > count) } satisfies BotFeedPage);
  });
  router.get('/bots/runs', adminsOnly, async (req, res) => {
    const query = readQuery(botRunQuerySchema, req);
    const { runs, hasMore } = await listRuns(callerOf(req), query);
    res.json({ runs: [...runs], ...nextPage(req, query.cursor + query._count, hasMore) } satisfies BotRunPage);
  });
  return router;
}

function nextPage(req: Request, cursor: number, hasMore: boolean): { next?: string } {
  if (!hasMore) return {};
  const query = new URLSearchParams({ ...(req.query as Record<string, string>), cursor: `${cursor}` });
  return { next: `${req.baseUrl}${req.path}?${query}` };
}

function readQuery<T extends z.ZodObject>(shape: T, { query }: Request): z.output<T> {
  const parsed = shape.safeParse(query);
  if (parsed.success) return parsed.data;
  throw new HttpError(400, 'invalid', `the query knows ${Object.keys(shape.shape).join(', ')}`);
}
