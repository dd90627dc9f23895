import express, { type RequestHandler, Router } from 'express';
import type { FastenFault } from '../faults/fault-kinds.ts';
import type { Faults } from '../faults/faults.ts';
import { sendError } from './check-credentials.ts';
import type { KeptState } from './keep-state.ts';
import type { Clock } from './make-clock.ts';
import { type ExportRunner, RETENTION_MS } from './run-exports.ts';
import { SIGNED_URL_MS, signStoragePath } from './serve-storage.ts';
import { patientOfFixture } from './tefca-patients.ts';

export interface ExportsOptions {
  readonly basic: RequestHandler;
  readonly apiMode: 'live' | 'test';
  readonly kept: KeptState;
  readonly clock: Clock;
  readonly faults: Faults<FastenFault>;
  readonly exports: ExportRunner;
  /** Where downloads redirect to. */
  readonly storageOrigin: string;
}

/** Asking for an export, how far it is, and the way to its file, which is kept for a day behind a link of minutes. */
export function serveExports(options: ExportsOptions): Router {
  const { basic, apiMode, kept, clock, faults, exports, storageOrigin } = options;
  const { state } = kept;
  const router = Router();

  router.post('/bridge/fhir/ehi-export', basic, express.json(), async (req, res) => {
    const id: unknown = req.body?.org_connection_id;
    const connection = state.connections.find((candidate) => candidate.orgConnectionId === id);
    if (typeof id !== 'string' || connection === undefined) {
      return typeof id === 'string'
        ? sendError(res, 404, 'org connection not found')
        : sendError(res, 400, 'org_connection_id is required');
    }
    const fixture: unknown = req.body?.fixtures?.tefca_ccda;
    const isFixed = fixture === undefined || patientOfFixture(fixture) !== undefined;
    const mayBeFixed = apiMode === 'test' && connection.tefcaDirectoryId !== undefined;
    if (!isFixed || (fixture !== undefined && !mayBeFixed)) {
      return sendError(res, 400, 'fixtures.tefca_ccda is one of the published names, for TEFCA in test mode');
    }
    const { taskId, status } = await exports.request(connection, fixture === undefined ? undefined : `${fixture}`);
    return res.json({ success: true, data: { task_id: taskId, status } });
  });

  router.get('/bridge/fhir/ehi-export/:taskId', basic, (req, res) => {
    const task = state.tasks.find((candidate) => candidate.taskId === req.params.taskId);
    return task === undefined
      ? sendError(res, 404, 'export task not found')
      : res.json({ success: true, data: { task_id: task.taskId, status: task.status } });
  });

  router.get('/bridge/fhir/ehi-export/:taskId/download/:fileId', basic, (req, res) => {
    const file = state.tasks.find((candidate) => candidate.taskId === req.params.taskId)?.file;
    if (file === undefined || file.fileId !== req.params.fileId) {
      return sendError(res, 404, 'file not found');
    }
    if (clock.now() - file.readyAtMs >= RETENTION_MS) {
      return sendError(res, 410, 'file was deleted');
    }
    const signedAtMs = clock.now() - (faults.strike('expiredLink') ? SIGNED_URL_MS : 0);
    return res.redirect(302, storageOrigin + signStoragePath(state.signingKey, file.fileId, signedAtMs));
  });
  return router;
}
