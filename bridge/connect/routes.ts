import express, { type Request, type Router } from 'express';
import { type CompleteConnection, completeConnectionSchema, connectionFromConsent } from '../contract/connection.ts';
import { HttpError } from '../errors.ts';
import type { Caller } from '../medplum/callers.ts';
import { type CompleteDeps, completeConnection } from './complete-connection.ts';
import { listConnections } from './list-connections.ts';

export interface ConnectRoutesDeps extends CompleteDeps {
  /** Who makes the request; the routes are reached by known callers only. */
  readonly callerOf: (req: Request) => Caller;
}

/** `POST connections/complete` and `GET connections/:patientId`. */
export function connectRoutes(deps: ConnectRoutesDeps): Router {
  const router = express.Router();
  router.post('/connections/complete', async (req, res) => {
    const consent = await completeConnection(deps, deps.callerOf(req), readBody(req.body));
    res.json(connectionFromConsent(consent));
  });
  router.get('/connections/:patientId', async (req, res) => {
    res.json(await listConnections(deps.callerOf(req), req.params.patientId));
  });
  return router;
}

function readBody(body: unknown): CompleteConnection {
  const parsed = completeConnectionSchema.safeParse(body);
  if (!parsed.success) {
    const names = parsed.error.issues.map(({ path }) => path.join('.') || 'body');
    throw new HttpError(400, 'invalid', `missing or unusable: ${[...new Set(names)].join(', ')}`);
  }
  return parsed.data;
}
