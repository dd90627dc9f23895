import express, { type Request, type Router } from 'express';
import type { Caller } from '../medplum/callers.ts';
import type { AddJob } from '../queue/specs.ts';
import { syncPatient } from './sync-patient.ts';

export interface ExportRoutesDeps {
  /** Who makes the request; the routes are reached by known callers only. */
  readonly callerOf: (req: Request) => Caller;
  readonly addJob: AddJob;
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
