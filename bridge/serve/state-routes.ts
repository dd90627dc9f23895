import express, { type Router } from 'express';
import type { Metrics } from '../observe/metrics.ts';

/** One thing the service cannot work without: resolves when it answers, rejects or hangs when it does not. */
export type Check = () => Promise<unknown>;

const PATIENCE_MS = 3_000;

/**
 * For whoever watches the process: `/healthz` says that it runs, `/readyz` that what it needs answers too, `/metrics`
 * what it has done (Prometheus text). None of them names a patient or an id.
 */
export function stateRoutes(checks: Readonly<Record<string, Check>>, metrics: Metrics): Router {
  const router = express.Router();
  router.get('/healthz', (_req, res) => {
    res.json({ status: 'ok' });
  });
  router.get('/readyz', async (_req, res) => {
    const names = Object.keys(checks);
    const answers = await Promise.all(Object.values(checks).map(answersInTime));
    const states = Object.fromEntries(names.map((name, index) => [name, answers[index] ? 'ok' : 'down']));
    res.status(answers.every(Boolean) ? 200 : 503).json(states);
  });
  router.get('/metrics', async (_req, res) => {
    res.type(metrics.registry.contentType).send(await metrics.registry.metrics());
  });
  return router;
}

async function answersInTime(check: Check): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), PATIENCE_MS);
  const answered = check().then(
    () => true,
    () => false,
  );
  try {
    return await Promise.race([answered, late]);
  } finally {
    clearTimeout(timer);
  }
}
