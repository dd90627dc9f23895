import { join } from 'node:path';
import express, { type ErrorRequestHandler, type Express } from 'express';
import { z } from 'zod';
import { onlyFromHere } from '../faults/only-from-here.ts';
import { describeFaults, serveFaults } from '../faults/serve-faults.ts';
import { CHAOS_CHANGE } from './chaos.ts';
import { type FastenAdmin, WEBHOOK_CHANGE } from './make-admin.ts';
import { CONNECTION_SPEC, RECORD_SPEC } from './make-connection.ts';
import { passToStore } from './pass-to-store.ts';
import { PERSONA_SIGN_INS } from './personas.ts';

const EVENT = z.strictObject({ type: z.string().min(1), data: z.record(z.string(), z.unknown()).default({}) });
const ADVANCE = z.strictObject({ ms: z.number().int().positive() });
const PAGE = join(import.meta.dirname, 'admin');

export interface AdminSurroundings {
  /** Where the sandbox Medplum is whose faults the page switches too, if there is one. */
  readonly storeUrl?: string | undefined;
  /** Where a proxy serves this, if one does. */
  readonly origin?: string | undefined;
}

/**
 * The remote control of the simulator, to be mounted at `/admin`: what a patient, an EHR or Fasten's portal does in the
 * real world, and a page with all of it. Nothing like it exists at Fasten; it needs no key because the sandbox listens on
 * 127.0.0.1 only.
 */
export function serveAdmin(admin: FastenAdmin, { storeUrl, origin }: AdminSurroundings = {}): Express {
  const app = express().disable('x-powered-by').use(onlyFromHere(origin), express.json());

  app.use((_req, res, next) => {
    res.set({ 'cache-control': 'no-store', 'content-security-policy': "default-src 'self'; img-src data:" });
    next();
  });
  app.get('/', (_req, res) => res.sendFile('index.html', { root: PAGE }));
  app.use('/page', express.static(PAGE, { index: false }));
  app.use('/faults', serveFaults(admin.faults));
  app.use('/store-faults', passToStore(storeUrl));
  app.get('/personas', (_req, res) => {
    res.json(PERSONA_SIGN_INS);
  });
  app.get('/connections', (_req, res) => {
    res.json(admin.connections());
  });
  app.post('/connections', async (req, res) => {
    res.status(201).json(await admin.createConnection(CONNECTION_SPEC.parse(req.body)));
  });
  app.post('/connections/:id/revoke', async (req, res) => {
    const connection = await admin.revokeConnection(req.params.id);
    res.status(connection ? 200 : 404).json(connection ?? { error: 'no such connection' });
  });
  app.put('/connections/:id/record', async (req, res) => {
    const connection = await admin.changeRecord(req.params.id, RECORD_SPEC.parse(req.body));
    res.status(connection ? 200 : 404).json(connection ?? { error: 'no such connection' });
  });
  app.get('/tasks', (_req, res) => {
    res.json(admin.tasks());
  });
  app.get('/webhook', (_req, res) => {
    res.json(admin.webhook());
  });
  app.put('/webhook', async (req, res) => {
    res.json(await admin.setWebhook(WEBHOOK_CHANGE.parse(req.body)));
  });
  app.post('/webhook/test', async (_req, res) => {
    res.status(202).json(await admin.sendTest());
  });
  app.get('/deliveries', (_req, res) => {
    res.json(admin.deliveries());
  });
  app.post('/deliveries/:eventId/redeliver', (req, res) => {
    const isKnown = admin.redeliver(req.params.eventId);
    res.status(isKnown ? 202 : 404).json(isKnown ? { eventId: req.params.eventId } : { error: 'no such event' });
  });
  app.post('/events', async (req, res) => {
    res.status(202).json(await admin.sendEvent(EVENT.parse(req.body)));
  });
  app.get('/clock', (_req, res) => {
    res.json({ nowMs: admin.nowMs() });
  });
  app.post('/clock', (req, res) => {
    res.json({ nowMs: admin.advanceClock(ADVANCE.parse(req.body).ms) });
  });
  app.get('/chaos', (_req, res) => {
    res.json(admin.chaos());
  });
  app.delete('/chaos', (_req, res) => {
    res.json(admin.resetChaos());
  });
  app.put('/chaos', (req, res) => {
    res.json(admin.setChaos(CHAOS_CHANGE.parse(req.body)));
  });
  app.use(answerError);
  return app;
}

const answerError: ErrorRequestHandler = (error, _req, res, _next) => {
  res.status(400).json({ error: describeFaults(error) });
};
