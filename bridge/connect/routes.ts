import express, { type Request, type Router } from 'express';
import type { z } from 'zod';
import { type ConnectionList, completeConnectionSchema, connectionFromConsent } from '../contract/connection.ts';
import { completeAttemptSchema, initiateConnectionSchema } from '../contract/connection-attempt.ts';
import { type EndedConnections, endConnectionQuerySchema, erasureFromTask } from '../contract/erasure.ts';
import { changeConnectionSchema } from '../contract/resync.ts';
import { stitchReportSchema } from '../contract/stitch-report.ts';
import { HttpError } from '../errors.ts';
import type { Caller } from '../medplum/callers.ts';
import type { StoredConsent } from '../medplum/find-connection.ts';
import { type ChangeResyncDeps, changeResync } from './change-resync.ts';
import { completeAttempt } from './complete-attempt.ts';
import { type CompleteDeps, completeConnection } from './complete-connection.ts';
import { endConnections, eraseConnections, type RequestErasure } from './end-connections.ts';
import { type InitiateDeps, initiateConnection } from './initiate-connection.ts';
import { keepStitchReport, type ReportDeps } from './keep-stitch-report.ts';
import { type ListDeps, listConnections } from './list-connections.ts';

export interface ConnectRoutesDeps extends Omit<CompleteDeps, 'medplum'>, ReportDeps {
  readonly medplum: CompleteDeps['medplum'] & InitiateDeps['medplum'];
  /** Of our key pair; not a secret. */
  readonly publicId: string;
  readonly stitch: InitiateDeps['stitch'];
  readonly scheduleJob: ChangeResyncDeps['scheduleJob'];
  readonly readNextRun: ListDeps['readNextRun'];
  readonly listHeld: ListDeps['listHeld'];
  readonly requestErasure: RequestErasure;
  /** Who makes the request; the routes are reached by known callers only. */
  readonly callerOf: (req: Request) => Caller;
}

/**
 * `POST connections/initiate`, `POST connections/complete`, `POST connections/events`, `GET connections/:patientId`,
 * `PATCH connections/:patientId/:connectionId` and `DELETE connections/:patientId[/:connectionId]`.
 */
export function connectRoutes(deps: ConnectRoutesDeps): Router {
  const router = express.Router();
  router.post('/connections/initiate', async (req, res) => {
    const wanted = readBody(initiateConnectionSchema, req.body);
    res.status(201).json(await initiateConnection(deps, deps.callerOf(req), wanted));
  });
  router.post('/connections/complete', async (req, res) => {
    const caller = deps.callerOf(req);
    if (isOfAttempt(req.body)) {
      const completed = await completeAttempt(deps, caller, readBody(completeAttemptSchema, req.body));
      res.json(toList(completed));
    } else {
      const consent = await completeConnection(deps, caller, readBody(completeConnectionSchema, req.body));
      res.json(connectionFromConsent(consent));
    }
  });
  router.post('/connections/events', async (req, res) => {
    await keepStitchReport(deps, deps.callerOf(req), readBody(stitchReportSchema, req.body));
    res.status(202).json({});
  });
  router.get('/connections/:patientId', async (req, res) => {
    res.json(await listConnections(deps, deps.callerOf(req), req.params.patientId));
  });
  router.patch('/connections/:patientId/:connectionId', async (req, res) => {
    const { patientId, connectionId } = req.params;
    const { resync } = readBody(changeConnectionSchema, req.body);
    await changeResync(deps, deps.callerOf(req), patientId, connectionId, resync);
    res.json(await listConnections(deps, deps.callerOf(req), patientId));
  });
  router.delete('/connections/:patientId{/:connectionId}', async (req, res) => {
    const { patientId, connectionId } = req.params as { patientId: string; connectionId?: string };
    if (!wantsErasure(req)) {
      res.json(toList(await endConnections(deps, deps.callerOf(req), patientId, connectionId)));
      return;
    }
    const ended = await eraseConnections(deps, deps.callerOf(req), patientId, connectionId);
    const erasures = ended.receipts.map(erasureFromTask);
    const [only, more] = erasures;
    if (only && !more) res.location(`${req.baseUrl}/erasures/${only.erasureId}`);
    res.status(202).json({ ...toList(ended.consents), erasures } satisfies EndedConnections);
  });
  return router;
}

function wantsErasure({ query }: Request): boolean {
  const parsed = endConnectionQuerySchema.safeParse(query);
  if (!parsed.success) throw new HttpError(400, 'invalid', 'the query may have erase=true');
  return parsed.data.erase === 'true';
}

function isOfAttempt(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'external_state' in body;
}

function toList(consents: readonly StoredConsent[]): ConnectionList {
  return { connections: consents.map(connectionFromConsent) };
}

function readBody<T extends z.ZodType>(shape: T, body: unknown): z.output<T> {
  const parsed = shape.safeParse(body);
  if (!parsed.success) {
    const names = parsed.error.issues.map(({ path }) => path.join('.') || 'body');
    throw new HttpError(400, 'invalid', `missing or unusable: ${[...new Set(names)].join(', ')}`);
  }
  return parsed.data;
}
