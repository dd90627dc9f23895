import express, { type Request, type Router } from 'express';
import { erasureFromTask, isErasure } from '../contract/erasure.ts';
import { HttpError } from '../errors.ts';
import type { Caller } from '../medplum/callers.ts';

export interface EraseRoutesDeps {
  /** Who makes the request; the routes are reached by known callers only. */
  readonly callerOf: (req: Request) => Caller;
}

/** `GET erasures/:erasureId`: the receipt, read with the caller's own token. */
export function eraseRoutes({ callerOf }: EraseRoutesDeps): Router {
  const router = express.Router();
  router.get('/erasures/:erasureId', async (req, res) => {
    const task = await callerOf(req).read('Task', req.params.erasureId);
    if (!isErasure(task)) throw new HttpError(404, 'not-found', 'this Task is not the receipt of an erasure');
    res.json(erasureFromTask(task));
  });
  return router;
}
