import { randomUUID } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import { runInContext } from '../observe/job-context.ts';
import type { Log } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';

const ids = new WeakMap<Request, string>();

/** The id that the caller sent as X-Request-Id, or one of our own. */
export function requestIdOf(req: Request): string {
  return ids.get(req) ?? 'unknown';
}

/**
 * First handler of all: gives each request an id (in its log lines and in its answer) and counts it by route pattern,
 * never by URL.
 */
export function traceRequests(log: Log, metrics: Metrics): RequestHandler {
  return (req, res, next) => {
    const given = req.get('x-request-id');
    const requestId = given !== undefined && /^[\w.-]{1,128}$/.test(given) ? given : randomUUID();
    ids.set(req, requestId);
    res.set('x-request-id', requestId);
    const startedAt = performance.now();
    runInContext({ requestId }, () => {
      res.once('finish', () => {
        const labels = { method: req.method, route: routeOf(req), status: res.statusCode };
        const durationMs = performance.now() - startedAt;
        metrics.requests.observe(labels, durationMs / 1000);
        runInContext({ requestId }, () => log.debug('request.done', { ...labels, durationMs: Math.round(durationMs) }));
      });
      next();
    });
  };
}

/** Without the prefix, which Express has already taken off `baseUrl` again when a handler has thrown. */
function routeOf(req: Request): string {
  const path: unknown = req.route?.path;
  return typeof path === 'string' ? path : 'unmatched';
}
