import express, { type Request, type Router } from 'express';
import { type ServerList, type WebhookPage, webhookQuerySchema } from '../contract/operations.ts';
import { HttpError } from '../errors.ts';
import type { Caller } from '../medplum/callers.ts';
import type { Receipts } from '../queue/keep-receipts.ts';
import { requireAdmin } from './require-admin.ts';

export interface StateRoutesDeps {
  /** Who makes the request; the routes are reached by known callers only. */
  readonly callerOf: (req: Request) => Caller;
  readonly receipts: Pick<Receipts, 'list'>;
  readonly readReplies: () => Promise<ServerList>;
}

/** For who runs the service: `GET webhooks`, what Fasten delivered, and `GET servers`, how Medplum and Fasten answer. */
export function stateRoutes({ callerOf, receipts, readReplies }: StateRoutesDeps): Router {
  const router = express.Router();
  const adminsOnly = requireAdmin(callerOf);
  router.get('/webhooks', adminsOnly, async (req, res) => {
    const { _count: count, cursor } = readQuery(req);
    // One more than is shown tells whether there are more.
    const found = await receipts.list(count + 1, cursor);
    const shown = found.slice(0, count);
    const more = new URLSearchParams({ _count: `${count}`, cursor: shown.at(-1)?.id ?? '' });
    const next = found.length > count ? { next: `${req.baseUrl}${req.path}?${more}` } : {};
    res.json({ receipts: shown.map(({ receipt }) => receipt), ...next } satisfies WebhookPage);
  });
  router.get('/servers', adminsOnly, async (_req, res) => {
    res.json(await readReplies());
  });
  return router;
}

function readQuery({ query }: Request) {
  const parsed = webhookQuerySchema.safeParse(query);
  if (parsed.success) return parsed.data;
  throw new HttpError(400, 'invalid', 'the query knows _count (1 to 200) and cursor');
}
