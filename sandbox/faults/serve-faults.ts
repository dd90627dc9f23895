import { type ErrorRequestHandler, json, Router as makeRouter, type Router } from 'express';
import { z } from 'zod';
import type { Faults } from './faults.ts';

/**
 * The faults of a server over HTTP: GET lists them as they stand, PUT switches some on or off (`{"late": {"rate": 0.2, "seed":
 * 7}, "replayed": null}`), DELETE all of them off. Each answers with the list; 400 says what is wrong with a change.
 */
export function serveFaults<N extends string>(faults: Faults<N>): Router {
  const router = makeRouter();
  router.get('/', (_req, res) => {
    res.json(faults.state());
  });
  router.put('/', json(), (req, res) => {
    res.json(faults.change(req.body ?? {}));
  });
  router.delete('/', (_req, res) => {
    faults.reset();
    res.json(faults.state());
  });
  router.use(answerError);
  return router;
}

/** What is wrong with a request, in one line each. */
export function describeFaults(error: unknown): string {
  if (!(error instanceof z.ZodError)) return error instanceof Error ? error.message : 'failed';
  return error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`).join('; ');
}

const answerError: ErrorRequestHandler = (error, _req, res, _next) => {
  res.status(400).json({ error: describeFaults(error) });
};
