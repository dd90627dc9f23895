import express, { type ErrorRequestHandler, type Express } from 'express';
import { z } from 'zod';
import { CHAOS_CHANGE } from './chaos.ts';
import { CONNECTION_SPEC, type FastenAdmin, WEBHOOK_CHANGE } from './make-admin.ts';

const EVENT = z.strictObject({ type: z.string().min(1), data: z.record(z.string(), z.unknown()).default({}) });
const ADVANCE = z.strictObject({ ms: z.number().int().positive() });

/**
 * The remote control of the simulator, to be mounted at `/admin`: what a patient, an EHR or Fasten's portal does in the
 * real world. Nothing like it exists at Fasten; it needs no key because the sandbox listens on 127.0.0.1 only.
 */
export function serveAdmin(admin: FastenAdmin): Express {
  const app = express().disable('x-powered-by').use(express.json());

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
  app.post('/clock', (req, res) => {
    res.json({ nowMs: admin.advanceClock(ADVANCE.parse(req.body).ms) });
  });
  app.put('/chaos', (req, res) => {
    res.json(admin.setChaos(CHAOS_CHANGE.parse(req.body)));
  });
  app.use(answerError);
  return app;
}

const answerError: ErrorRequestHandler = (error, _req, res, _next) => {
  if (error instanceof z.ZodError) {
    const faults = error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`);
    res.status(400).json({ error: faults.join('; ') });
  } else {
    res.status(400).json({ error: error instanceof Error ? error.message : 'failed' });
  }
};
