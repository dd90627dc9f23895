import express, { type Express, type Router } from 'express';
import type { Metrics } from '../observe/metrics.ts';

/** One thing the service cannot work without: resolves when it answers, rejects or hangs when it does not. */
export type Check = () => Promise<unknown>;

/** Less than the metrics wait for it. */
const PATIENCE_MS = 2_500;

/**
 * For whoever watches the process: `/healthz` says that it runs, `/readyz` that what the service needs answers too, `/metrics`
 * what it has done (Prometheus text). None of them names a patient or an id. The metrics tell of the same checks.
 */
export function stateRoutes(checks: Readonly<Record<string, Check>>, metrics: Metrics): Router {
  const router = express.Router();
  const readiness = () => askAll(checks);
  metrics.watch({ readiness });
  router.get('/healthz', (_req, res) => {
    res.json({ status: 'ok' });
  });
  router.get('/readyz', async (_req, res) => {
    const answers = Object.entries(await readiness());
    const states = Object.fromEntries(answers.map(([name, isReady]) => [name, isReady ? 'ok' : 'down']));
    res.status(answers.every(([, isReady]) => isReady) ? 200 : 503).json(states);
  });
  router.get('/metrics', async (_req, res) => {
    res.type(metrics.registry.contentType).send(await metrics.registry.metrics());
  });
  return router;
}

/** A process that only runs jobs has nothing else to serve. */
export function createStateServer(checks: Readonly<Record<string, Check>>, metrics: Metrics): Express {
  return express().disable('x-powered-by').use(stateRoutes(checks, metrics));
}

async function askAll(checks: Readonly<Record<string, Check>>): Promise<Record<string, boolean>> {
  const asked = Object.entries(checks).map(async ([name, check]) => [name, await answersInTime(check)] as const);
  return Object.fromEntries(await Promise.all(asked));
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
