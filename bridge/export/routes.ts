import express, { type Request, type Router } from 'express';
import type { Caller } from '../medplum/callers.ts';
import { type SyncDeps, syncPatient } from './sync-patient.ts';

export interface ExportRoutesDeps extends SyncDeps {
  /** Who makes the request; the routes are reached by known callers only. */
  readonly callerOf: (req: Request) => Caller;
}

/** `POST sync/:patientId`, and `POST bulk-export/:patientId`, which is another name for it: every export of Fasten is a full one. */
export function exportRoutes(deps: ExportRoutesDeps): Router {
  const router = express.Router();
  for (const name of ['sync', 'bulk-export'] as const) {
    router.post(`/${name}/:patientId`, async (req, res) => {
      res.json(await syncPatient(deps, deps.callerOf(req), req.params.patientId));
    });
  }
  return router;
}
