import express, { type Request, type Router } from 'express';
import type { ImportRedriveAnswer, ImportRetry } from '../contract/import-decision.ts';
import type { Caller } from '../medplum/callers.ts';
import type { StoredTask } from '../medplum/change-task.ts';
import type { Log } from '../observe/log.ts';
import { assertMayDecide } from './assert-may-decide.ts';
import { type Decide, decideAs, refusing } from './decide.ts';
import { type FollowDeps, followImport } from './follow-import.ts';
import { followImports } from './follow-imports.ts';
import { readImport } from './read-import.ts';
import { showImport } from './show-import.ts';

export interface ImportRoutesDeps extends FollowDeps {
  /** Who makes the request; the routes are reached by known callers only. */
  readonly callerOf: (req: Request) => Caller;
  readonly decide: Decide;
  readonly retry: (task: StoredTask) => Promise<ImportRetry['outcome']>;
  /** Tries the quarantined lines of a completed import again, with the asker's own client; see `askRedrive` in the room export. */
  readonly redrive: (asker: Caller, taskId: string) => Promise<ImportRedriveAnswer['outcome']>;
  readonly log: Log;
}

/** `GET imports/events`, and everything below `imports/:taskId`: watch an import, decide about it, try it or its quarantined lines again. */
export function importRoutes(deps: ImportRoutesDeps): Router {
  const router = express.Router();
  // Before what takes any word for an id.
  router.get('/imports/events', async (req, res) => {
    await followImports(deps, deps.callerOf(req), res);
  });
  router.get('/imports/:taskId', async (req, res) => {
    res.json(await showImport(await readImport(deps.callerOf(req), req.params.taskId), deps.readProgress));
  });
  router.get('/imports/:taskId/events', async (req, res) => {
    const caller = deps.callerOf(req);
    await followImport(deps, () => readImport(caller, req.params.taskId), res);
  });
  const decisions = { accept: 'accepted', reject: 'rejected' } as const;
  for (const [name, decision] of Object.entries(decisions)) {
    router.post(`/imports/:taskId/${name}`, async (req, res) => {
      const { taskId } = req.params;
      res.json(await decideAs(deps.decide, deps.callerOf(req), taskId, decision));
      deps.log.info('import.decided', { taskId, code: decision });
    });
  }
  router.post('/imports/:taskId/retry', async (req, res) => {
    const task = await readImport(deps.callerOf(req), req.params.taskId);
    const outcome = await refusing(() => deps.retry(task));
    deps.log.info('import.retried', { taskId: task.id, code: outcome });
    res.json({ outcome } satisfies ImportRetry);
  });
  router.post('/imports/:taskId/redrive', async (req, res) => {
    const caller = deps.callerOf(req);
    assertMayDecide(caller);
    const { id: taskId } = await readImport(caller, req.params.taskId);
    const outcome = await refusing(() => deps.redrive(caller, taskId));
    deps.log.info('import.redrive-asked', { taskId, code: outcome });
    res.json({ outcome } satisfies ImportRedriveAnswer);
  });
  return router;
}
