import express, { type Request, type Router } from 'express';
import { BRIDGE_CODE_SYSTEM, IMPORT_TASK_CODE } from '../contract/identifiers.ts';
import { type ImportStatus, importStatusFromTask } from '../contract/import-status.ts';
import { HttpError } from '../errors.ts';
import type { Caller } from '../medplum/callers.ts';
import type { AddJob, JobProgress } from '../queue/specs.ts';
import { importJobKey } from './import-job-key.ts';
import { syncPatient } from './sync-patient.ts';

export interface ImportRoutesDeps {
  /** Who makes the request; the routes are reached by known callers only. */
  readonly callerOf: (req: Request) => Caller;
  readonly addJob: AddJob;
  /** What the running job of an import last said. */
  readonly readProgress: (jobKey: readonly string[]) => Promise<JobProgress | undefined>;
}

/** `POST sync/:patientId`, and `GET imports/:taskId`: the Task decides who may see it, so it is read with the caller's token before anything else. */
export function importRoutes(deps: ImportRoutesDeps): Router {
  const router = express.Router();
  router.get('/imports/:taskId', async (req, res) => {
    res.json(await showImport(deps, deps.callerOf(req), req.params.taskId));
  });
  router.post('/sync/:patientId', async (req, res) => {
    res.json(await syncPatient(deps, deps.callerOf(req), req.params.patientId));
  });
  return router;
}

async function showImport(deps: ImportRoutesDeps, caller: Caller, taskId: string): Promise<ImportStatus> {
  const task = await caller.read('Task', taskId);
  if (!task.code?.coding?.some(({ system, code }) => system === BRIDGE_CODE_SYSTEM && code === IMPORT_TASK_CODE)) {
    throw new HttpError(404, 'not-found', 'this Task is not an import');
  }
  const status = importStatusFromTask(task);
  const progress = status.status === 'in-progress' ? await deps.readProgress(importJobKey(task)) : undefined;
  return { ...status, ...(progress && { progress }) };
}
