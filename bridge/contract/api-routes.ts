import { z } from 'zod';
import { botFeedPageSchema, botFeedQuerySchema, botRunPageSchema, botRunQuerySchema } from './bot-run.ts';
import { completeConnectionSchema, connectionListSchema, connectionSchema } from './connection.ts';
import { completeAttemptSchema, connectionAttemptSchema, initiateConnectionSchema } from './connection-attempt.ts';
import {
  boardSchema,
  deadLetterPageSchema,
  deadLetterQuerySchema,
  queueListSchema,
  replaySchema,
} from './dead-letter.ts';
import { endConnectionQuerySchema, endedConnectionsSchema, erasureSchema } from './erasure.ts';
import { importDecisionSchema, importRedriveSchema, importRetrySchema } from './import-decision.ts';
import { importPatientsSchema } from './import-patients.ts';
import { importStatusSchema } from './import-status.ts';
import {
  ledgerFindingsSchema,
  ledgerPageSchema,
  ledgerQuerySchema,
  ledgerSearchSchema,
  rawLineQuerySchema,
} from './ledger-page.ts';
import { serverListSchema, webhookPageSchema, webhookQuerySchema } from './operations.ts';
import { recordBundleSchema, recordCategorySchema, recordQuerySchema } from './record-category.ts';
import { changeConnectionSchema } from './resync.ts';
import { stitchReportSchema } from './stitch-report.ts';
import { syncAnswerSchema } from './sync.ts';

/** One call of the API, for its description and for whoever makes it. */
export interface ApiRoute {
  readonly method: 'get' | 'post' | 'patch' | 'delete';
  /** Below the prefix; `:name` stands for one segment. */
  readonly path: string;
  readonly summary: string;
  /** Who proves what: a Medplum token, Fasten's signature, or the secret of an attempt in the query. */
  readonly proof: 'token' | 'signature' | 'attempt';
  /** What segments of the path may be, where that is not any id. */
  readonly params?: Readonly<Record<string, z.ZodType>>;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  readonly status: 200 | 201 | 202 | 303;
  /** The body of the answer; none for a redirect. */
  readonly answer?: z.ZodType;
  /** The body of a 202 besides: the call may leave work that goes on behind it. */
  readonly accepted?: z.ZodType;
  /** Of the answer; JSON without it. */
  readonly mediaType?: string;
  /** Statuses of refusals besides those of every call. */
  readonly refusals?: readonly number[];
}

const empty = z.object({});

/**
 * Every call under the API's prefix. The server answers a method that stands here for no call of an address with 405;
 * `bridge/test/api-docs.test.ts` holds the table against what is served.
 */
export const API_ROUTES: readonly ApiRoute[] = [
  {
    method: 'post',
    path: '/webhook',
    summary: "Fasten's events, signed by Standard Webhooks; durable before the answer.",
    proof: 'signature',
    body: z.looseObject({ type: z.string() }),
    status: 200,
    answer: z.looseObject({}),
    refusals: [503],
  },
  {
    method: 'get',
    path: '/connections/return',
    summary: 'Where Fasten sends the browser back to after a connection without the widget; goes on to the page.',
    proof: 'attempt',
    query: z.object({
      external_state: z.string().optional(),
      org_connection_id: z.string().optional(),
      error: z.string().optional(),
    }),
    status: 303,
  },
  {
    method: 'post',
    path: '/connections/initiate',
    summary: 'Begins to connect a health system, or one of the connections again.',
    proof: 'token',
    body: initiateConnectionSchema,
    status: 201,
    answer: connectionAttemptSchema,
  },
  {
    method: 'post',
    path: '/connections/complete',
    summary:
      "Completes an attempt with Stitch's event, or binds one connection that Fasten knows; its export is asked for.",
    proof: 'token',
    body: z.union([completeAttemptSchema, completeConnectionSchema]),
    status: 200,
    answer: z.union([connectionListSchema, connectionSchema]),
    refusals: [403, 409],
  },
  {
    method: 'post',
    path: '/connections/events',
    summary: 'Any other event of Stitch, kept for support for 15 days.',
    proof: 'token',
    body: stitchReportSchema,
    status: 202,
    answer: empty,
  },
  {
    method: 'get',
    path: '/connections/:patientId',
    summary: "A Patient's connections.",
    proof: 'token',
    status: 200,
    answer: connectionListSchema,
  },
  {
    method: 'patch',
    path: '/connections/:patientId/:connectionId',
    summary: 'Changes how often a connection, by its consentId, is exported again by itself.',
    proof: 'token',
    body: changeConnectionSchema,
    status: 200,
    answer: connectionListSchema,
  },
  {
    method: 'delete',
    path: '/connections/:patientId',
    summary: 'Ends every connection of a Patient; with erase=true what came in through them is erased too.',
    proof: 'token',
    query: endConnectionQuerySchema,
    status: 200,
    answer: connectionListSchema,
    accepted: endedConnectionsSchema,
    refusals: [403, 409],
  },
  {
    method: 'delete',
    path: '/connections/:patientId/:connectionId',
    summary:
      'Ends one connection, by its consentId; with erase=true what came in through it is erased too, and what bots made of it.',
    proof: 'token',
    query: endConnectionQuerySchema,
    status: 200,
    answer: connectionListSchema,
    accepted: endedConnectionsSchema,
    refusals: [403, 409],
  },
  {
    method: 'get',
    path: '/erasures/:erasureId',
    summary: 'The receipt of an erasure: what is gone, by type, and whether its history is too.',
    proof: 'token',
    status: 200,
    answer: erasureSchema,
  },
  {
    method: 'post',
    path: '/sync/:patientId',
    summary: 'Asks for a new export of each connection for which it would bring anything new.',
    proof: 'token',
    status: 200,
    answer: syncAnswerSchema,
  },
  {
    method: 'post',
    path: '/bulk-export/:patientId',
    summary:
      'Another name for POST /sync: asks for a new export of each connection for which it would bring anything new.',
    proof: 'token',
    status: 200,
    answer: syncAnswerSchema,
  },
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
  {
    method: 'get',
    path: '/data/:patientId',
    summary: 'The whole record of a Patient, page by page.',
    proof: 'token',
    query: recordQuerySchema,
    status: 200,
    answer: recordBundleSchema,
    mediaType: 'application/fhir+json',
  },
  {
    method: 'post',
    path: '/data/:patientId/views',
    summary: 'Says that the caller opened the record in a page that reads it from Medplum; leaves an AuditEvent.',
    proof: 'token',
    status: 202,
    answer: empty,
  },
  {
    method: 'get',
    path: '/data/:patientId/:dataType',
    summary: 'One category of the record.',
    proof: 'token',
    params: { dataType: recordCategorySchema },
    query: recordQuerySchema,
    status: 200,
    answer: recordBundleSchema,
    mediaType: 'application/fhir+json',
  },
  {
    method: 'get',
    path: '/webhooks',
    summary: "What became of Fasten's deliveries in the last 15 days, the latest first. For administrators.",
    proof: 'token',
    query: webhookQuerySchema,
    status: 200,
    answer: webhookPageSchema,
    refusals: [403],
  },
  {
    method: 'get',
    path: '/servers',
    summary: 'How Medplum and Fasten have answered lately, and what is left of the quota. For administrators.',
    proof: 'token',
    status: 200,
    answer: serverListSchema,
    refusals: [403],
  },
  {
    method: 'get',
    path: '/queues',
    summary: 'How many jobs each queue holds. For administrators of the Medplum project.',
    proof: 'token',
    status: 200,
    answer: queueListSchema,
    refusals: [403, 503],
  },
  {
    method: 'get',
    path: '/bots/feeds',
    summary: 'How far bots were fed with what imports brought, and with replays. For administrators.',
    proof: 'token',
    query: botFeedQuerySchema,
    status: 200,
    answer: botFeedPageSchema,
    refusals: [403, 503],
  },
  {
    method: 'get',
    path: '/bots/runs',
    summary: 'Runs of bots, from the AuditEvents that the server wrote of them. For administrators.',
    proof: 'token',
    query: botRunQuerySchema,
    status: 200,
    answer: botRunPageSchema,
    refusals: [403],
  },
  {
    method: 'get',
    path: '/queues/dead',
    summary: 'Jobs that were given up, with the reason and what would help. For administrators.',
    proof: 'token',
    query: deadLetterQuerySchema,
    status: 200,
    answer: deadLetterPageSchema,
    refusals: [403, 503],
  },
  {
    method: 'post',
    path: '/queues/board',
    summary: 'Lets the browser that asks open the board of all queues for a while. For administrators.',
    proof: 'token',
    status: 200,
    answer: boardSchema,
    refusals: [403, 503],
  },
  {
    method: 'post',
    path: '/queues/:queue/dead/:jobId/replay',
    summary: 'Puts one of them back on its queue, once. For administrators.',
    proof: 'token',
    status: 200,
    answer: replaySchema,
    refusals: [403, 409, 503],
  },
];
