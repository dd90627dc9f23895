import { randomUUID } from 'node:crypto';
import express, { type RequestHandler, Router } from 'express';
import { z } from 'zod';
import { sendError } from './check-credentials.ts';
import type { WebhookSender } from './deliver-webhooks.ts';
import type { KeptState } from './keep-state.ts';
import { TEFCA_PATIENTS } from './tefca-patients.ts';
import { healthSystemRequested, supportRequested } from './webhook-events.ts';

const SUPPORT = z.object({ email: z.email(), name: z.string().optional(), subject: z.string(), body: z.string() });
const HEALTH_SYSTEM = z.object({
  email: z.email(),
  name: z.string(),
  website: z.string().optional(),
  street_address: z.string().optional(),
});
const PERSON = z.object({ email: z.email() });

export interface SupportOptions {
  readonly publicId: string;
  readonly apiMode: 'live' | 'test';
  readonly basic: RequestHandler;
  readonly kept: KeptState;
  readonly sender: WebhookSender;
}

/** What people ask for out of the widget, and how a synthetic TEFCA patient is taken back to the beginning. */
export function serveSupport({ publicId, apiMode, basic, kept, sender }: SupportOptions): Router {
  const router = Router();
  const known: RequestHandler = (req, res, next) =>
    req.query.public_id === publicId ? next() : sendError(res, 404, 'organization not found');

  router.post('/support/request', known, express.json(), async (req, res) => {
    const { email, name, body } = SUPPORT.safeParse(req.body).data ?? {};
    if (email === undefined || body === undefined) return sendError(res, 400, 'email, subject and body are required');
    await sender.send(supportRequested({ email, name, body }));
    return res.json({ success: true, data: { request_id: randomUUID() } });
  });

  router.post('/support/healthsystem', known, express.json(), async (req, res) => {
    const wanted = HEALTH_SYSTEM.safeParse(req.body).data;
    if (wanted === undefined) return sendError(res, 400, 'email and name are required');
    await sender.send(healthSystemRequested(wanted));
    return res.json({ success: true, data: { request_id: randomUUID() } });
  });

  router.post('/bridge/vault_connection/revoke', basic, express.json(), async (req, res) => {
    if (apiMode === 'live') return sendError(res, 403, 'test keys only');
    const email = PERSON.safeParse(req.body).data?.email;
    if (!TEFCA_PATIENTS.some((patient) => patient.email === email))
      return sendError(res, 400, 'not a synthetic TEFCA patient');
    const theirs = kept.state.connections.filter(
      ({ vaultEmail, status }) => vaultEmail === email && status === 'authorized',
    );
    for (const connection of theirs) connection.status = 'revoked';
    await kept.save();
    const revoked = theirs.map(({ orgConnectionId }) => orgConnectionId);
    return res.json({ success: true, data: { request_id: randomUUID(), revoked } });
  });
  return router;
}
