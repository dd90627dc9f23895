import express, { type Request, type Router } from 'express';
import { type DeadLetterPage, deadLetterQuerySchema, type QueueList } from '../contract/dead-letter.ts';
import { HttpError } from '../errors.ts';
import type { Caller } from '../medplum/callers.ts';
import type { Log } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { BoardSessions } from '../queue/board-sessions.ts';
import type { Queues } from '../queue/open-queues.ts';
import { QUEUES, type QueueName } from '../queue/specs.ts';
import { openBoard } from './board-routes.ts';
import { requireAdmin } from './require-admin.ts';

export interface OperateRoutesDeps {
  /** Who makes the request; the routes are reached by known callers only. */
  readonly callerOf: (req: Request) => Caller;
  readonly queues: Pick<Queues, 'countJobs' | 'listDead' | 'replayDead'>;
  readonly sessions: BoardSessions;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** For who runs the service: `GET queues`, `POST queues/board`, `GET queues/dead` and `POST queues/:queue/dead/:jobId/replay`. */
export function operateRoutes({ callerOf, queues, sessions, log, metrics }: OperateRoutesDeps): Router {
  const router = express.Router();
  const adminsOnly = requireAdmin(callerOf);
  router.get('/queues', adminsOnly, async (_req, res) => {
    const counts = Object.entries(await queues.countJobs());
    res.json({ queues: counts.map(([queue, states]) => ({ queue, ...states })) } satisfies QueueList);
  });
  router.post('/queues/board', adminsOnly, (req, res) => openBoard(sessions, req, res));
  router.get('/queues/dead', adminsOnly, async (req, res) => {
    const { queue, _count: count, cursor } = readQuery(req);
    // One more than is shown tells whether there are more.
    const found = await queues.listDead(queue === undefined ? undefined : queueNamed(queue), cursor, count + 1);
    const more = new URLSearchParams({ ...(req.query as Record<string, string>), cursor: `${cursor + count}` });
    const next = found.length > count ? { next: `${req.baseUrl}${req.path}?${more}` } : {};
    res.json({ deadLetters: found.slice(0, count), ...next } satisfies DeadLetterPage);
  });
  router.post('/queues/:queue/dead/:jobId/replay', adminsOnly, async (req, res) => {
    const { queue: name, jobId } = req.params as { queue: string; jobId: string };
    const queue = queueNamed(name);
    const outcome = await queues.replayDead(queue, jobId);
    if (outcome === 'gone') throw new HttpError(404, 'not-found', 'no job is kept under this id');
    if (outcome === 'known') throw new HttpError(409, 'conflict', 'this job is no dead letter (any more)');
    metrics.deadLetters.inc({ queue, event: 'replayed' });
    log.info('job.replayed', { queue, jobId });
    res.json({ outcome: 'replayed' });
  });
  return router;
}

function queueNamed(name: string): QueueName {
  if (!Object.hasOwn(QUEUES, name)) throw new HttpError(404, 'not-found', 'there is no such queue');
  return name as QueueName;
}

function readQuery({ query }: Request) {
  const parsed = deadLetterQuerySchema.safeParse(query);
  if (parsed.success) return parsed.data;
  throw new HttpError(400, 'invalid', 'the query knows queue, _count (1 to 200) and cursor');
}
