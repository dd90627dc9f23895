import { z } from 'zod';
import { completeConnectionSchema, connectionListSchema, connectionSchema } from '../connection.ts';
import { completeAttemptSchema, connectionAttemptSchema, initiateConnectionSchema } from '../connection-attempt.ts';
import { endConnectionQuerySchema, endedConnectionsSchema, erasureSchema } from '../erasure.ts';
import { changeConnectionSchema } from '../resync.ts';
import { stitchReportSchema } from '../stitch-report.ts';
import { syncAnswerSchema } from '../sync.ts';
import type { ApiRoute } from './api-route.ts';

/** How a health system is connected, what comes of it by webhook, and how it ends. */
export const CONNECTION_ROUTES: readonly ApiRoute[] = [
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
    answer: z.object({}),
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
];
