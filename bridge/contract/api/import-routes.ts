import { z } from 'zod';
import { importDecisionSchema, importRedriveSchema, importRetrySchema } from '../import-decision.ts';
import { importPatientsSchema } from '../import-patients.ts';
import { importStatusSchema } from '../import-status.ts';
import {
  ledgerFindingsSchema,
  ledgerPageSchema,
  ledgerQuerySchema,
  ledgerSearchSchema,
  rawLineQuerySchema,
} from '../ledger-page.ts';
import type { ApiRoute } from './api-route.ts';

/** What goes on in imports, and what people decide and read about them. */
export const IMPORT_ROUTES: readonly ApiRoute[] = [
  {
    method: 'get',
    path: '/imports/events',
    summary:
      'What goes on in all imports that the caller may see, as server-sent events `import` (its data is an ImportStatus).',
    proof: 'token',
    status: 200,
    answer: z.string(),
    mediaType: 'text/event-stream',
  },
  {
    method: 'get',
    path: '/imports/:taskId',
    summary: 'How an import stands.',
    proof: 'token',
    status: 200,
    answer: importStatusSchema,
  },
  {
    method: 'get',
    path: '/imports/:taskId/events',
    summary:
      'The same whenever it changes, as server-sent events `status` (its data is an ImportStatus) and at last `end`.',
    proof: 'token',
    status: 200,
    answer: z.string(),
    mediaType: 'text/event-stream',
  },
  {
    method: 'post',
    path: '/imports/:taskId/accept',
    summary: 'Decides that the records of an import on hold belong to the chart. Not for patients and relatives.',
    proof: 'token',
    status: 200,
    answer: importDecisionSchema,
    refusals: [403, 409],
  },
  {
    method: 'post',
    path: '/imports/:taskId/reject',
    summary: 'Decides that they do not: nothing of it is loaded. Not for patients and relatives.',
    proof: 'token',
    status: 200,
    answer: importDecisionSchema,
    refusals: [403, 409],
  },
  {
    method: 'post',
    path: '/imports/:taskId/retry',
    summary: 'Queues an import that failed once more.',
    proof: 'token',
    status: 200,
    answer: importRetrySchema,
    refusals: [409],
  },
  {
    method: 'post',
    path: '/imports/:taskId/redrive',
    summary:
      'Queues another try of the lines that a completed import quarantined, from its raw export. Not for patients and relatives.',
    proof: 'token',
    status: 200,
    answer: importRedriveSchema,
    refusals: [403, 409],
  },
  {
    method: 'get',
    path: '/imports/:taskId/patients',
    summary:
      'Whom the records of an import are about, beside the Patient of the chart. Not for patients and relatives. That it was read is recorded.',
    proof: 'token',
    status: 200,
    answer: importPatientsSchema,
    refusals: [403],
  },
  {
    method: 'get',
    path: '/imports/:taskId/ledger',
    summary: 'What became of each line of the export.',
    proof: 'token',
    query: ledgerQuerySchema,
    status: 200,
    answer: ledgerPageSchema,
  },
  {
    method: 'post',
    path: '/imports/:taskId/ledger/search',
    summary: 'The lines of it that say something: a part of a key, a code, a target, a path.',
    proof: 'token',
    body: ledgerSearchSchema,
    status: 200,
    answer: ledgerFindingsSchema,
  },
  {
    method: 'get',
    path: '/imports/:taskId/lines/:n',
    summary: 'One line of the export as it came. That it was read is recorded.',
    proof: 'token',
    params: { n: z.int().positive() },
    query: rawLineQuerySchema,
    status: 200,
    answer: z.string(),
    mediaType: 'application/octet-stream',
    refusals: [422],
  },
];
