import type { MedplumClient } from '@medplum/core';
import express, { type Request, type Router } from 'express';
import type { z } from 'zod';
import { type Audit, withinMinute } from '../audit/audit.ts';
import {
  type LedgerFindings,
  type LedgerPage,
  ledgerQuerySchema,
  ledgerSearchSchema,
  rawLineQuerySchema,
} from '../contract/ledger-page.ts';
import { HttpError } from '../errors.ts';
import type { Caller } from '../medplum/callers.ts';
import type { StoredTask } from '../medplum/change-task.ts';
import { assertMayDecide } from './assert-may-decide.ts';
import { auditLine } from './audit-line.ts';
import { readImport } from './read-import.ts';
import { findEntries, searchEntries } from './read-ledger.ts';
import { readPatients } from './read-patients.ts';
import { readRawLine } from './read-raw-line.ts';

export interface LedgerRoutesDeps {
  /** The bridge's own client: ids of Binaries are named by the Task alone, and whoever may read it may see these. */
  readonly medplum: MedplumClient;
  readonly callerOf: (req: Request) => Caller;
  readonly audit: Audit;
}

/**
 * `GET imports/:taskId/ledger`, a search in it: `POST imports/:taskId/ledger/search`, one line of the export as it came:
 * `GET imports/:taskId/lines/:n`, and whom it is about: `GET imports/:taskId/patients`.
 */
export function ledgerRoutes({ medplum, callerOf, audit }: LedgerRoutesDeps): Router {
  const router = express.Router();
  const auditRead = ({ profile: who }: Caller, { id, for: patient }: StoredTask): void => {
    const read = { who, patient: patient?.reference, task: `Task/${id}` };
    audit({ what: 'ledger-read', ...read }, withinMinute(read.who, read.task));
  };
  router.get('/imports/:taskId/ledger', async (req, res) => {
    const caller = callerOf(req);
    const task = await readImport(caller, req.params.taskId);
    const query = readAsked(ledgerQuerySchema, req.query, 'query');
    const { entries, cursor } = await findEntries(medplum, task, query);
    const more = new URLSearchParams({ ...(req.query as Record<string, string>), cursor: `${cursor}` });
    const next = cursor === undefined ? {} : { next: `${req.baseUrl}${req.path}?${more}` };
    auditRead(caller, task);
    res.json({ entries: [...entries], ...next } satisfies LedgerPage);
  });
  router.post('/imports/:taskId/ledger/search', async (req, res) => {
    const caller = callerOf(req);
    const search = readAsked(ledgerSearchSchema, req.body, 'body');
    const task = await readImport(caller, req.params.taskId);
    const gone = new AbortController();
    res.once('close', () => gone.abort());
    const { entries, cursor } = await searchEntries(medplum, task, search, gone.signal);
    auditRead(caller, task);
    res.json({ entries: [...entries], ...(cursor !== undefined && { cursor }) } satisfies LedgerFindings);
  });
  router.get('/imports/:taskId/patients', async (req, res) => {
    const caller = callerOf(req);
    assertMayDecide(caller);
    const task = await readImport(caller, req.params.taskId);
    const { answer, lines } = await readPatients(medplum, caller, task);
    for (const line of lines) await auditLine(medplum, task, caller.profile, line);
    res.json(answer);
  });
  router.get('/imports/:taskId/lines/:n', async (req, res) => {
    const caller = callerOf(req);
    const task = await readImport(caller, req.params.taskId);
    const line = Number(req.params.n);
    if (!Number.isSafeInteger(line)) throw new HttpError(404, 'not-found', 'the number of a line is needed');
    const bytes = await readRawLine(medplum, task, line, readAsked(rawLineQuerySchema, req.query, 'query'));
    // First the record of it: a line that cannot be recorded is not shown.
    await auditLine(medplum, task, caller.profile, line);
    // Whatever it holds, a browser is to do nothing with it.
    res.set({ 'content-type': 'application/octet-stream', 'content-disposition': 'attachment' }).send(bytes);
  });
  return router;
}

function readAsked<T extends z.ZodType>(shape: T, asked: unknown, where: 'query' | 'body'): z.output<T> {
  const parsed = shape.safeParse(asked);
  if (parsed.success) return parsed.data;
  const names = parsed.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? issue.keys : [issue.path.join('.')],
  );
  throw new HttpError(
    400,
    'invalid',
    `unusable in the ${where}: ${[...new Set(names)].filter((name) => /^\w{1,32}$/.test(name)).join(', ')}`,
  );
}
