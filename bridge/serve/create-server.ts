import express, { type Express, type RequestHandler, type Router } from 'express';
import { rateLimit } from 'express-rate-limit';
import { HttpError } from '../errors.ts';
import type { Caller } from '../medplum/callers.ts';
import type { Log } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import { allowOrigins } from './allow-origins.ts';
import { answerErrors } from './answer-errors.ts';
import { docsRoutes } from './docs-routes.ts';
import { pageHeaders } from './page-headers.ts';
import { pageRoutes } from './page-routes.ts';
import { refuseMethods, refuseOtherBodies } from './refuse-requests.ts';
import { requireCaller } from './require-caller.ts';
import { type Check, stateRoutes } from './state-routes.ts';
import { traceRequests } from './trace-requests.ts';

export interface ServerParts {
  readonly apiPrefix: string;
  readonly medplumBaseUrl: string;
  /** The project that the page signs in to. */
  readonly medplumProjectId?: string | undefined;
  readonly fastenBaseUrl: string;
  /** Stitch's script. */
  readonly stitchUrl: string;
  /** Folder of the built ui. */
  readonly pageFolder: string;
  readonly trustedProxies: number;
  readonly requestsPerMinute: number;
  /** Origins whose pages may call the API besides our own. */
  readonly allowedOrigins: readonly string[];
  /** Routes that prove by signature who calls. */
  readonly signedRoutes: Router;
  /** Routes that a browser navigates to: no token, their query proves who calls. */
  readonly landingRoutes?: Router;
  /** What is served beside the API and proves by itself who calls: its path, and what serves it. */
  readonly aside?: readonly (readonly [path: string, Router])[];
  /** Routes that are reached with a Medplum token only. */
  readonly callerRoutes: readonly Router[];
  readonly identify: (token: string) => Promise<Caller>;
  readonly checks: Readonly<Record<string, Check>>;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Puts the HTTP side together; it listens nowhere yet. */
export function createServer(parts: ServerParts): Express {
  const app = express().disable('x-powered-by').set('trust proxy', parts.trustedProxies).set('query parser', 'simple');
  app.use(traceRequests(parts.log, parts.metrics));
  app.use(pageHeaders(parts));
  app.use(stateRoutes(parts.checks, parts.metrics));
  app.use(parts.apiPrefix, apiRoutes(parts));
  app.use(docsRoutes(parts.apiPrefix));
  for (const [path, router] of parts.aside ?? []) app.use(path, limit(parts.requestsPerMinute), router);
  const logosUrl = new URL('/logos/sources/', parts.stitchUrl).href;
  app.use(pageRoutes({ ...parts, logosUrl, folder: parts.pageFolder }));
  app.use((_req, _res, next) => next(new HttpError(404, 'not-found', 'there is nothing at this address')));
  app.use(answerErrors(parts.log));
  return app;
}

function apiRoutes(parts: ServerParts): Router {
  const router = express.Router();
  router.use(allowOrigins(parts.allowedOrigins));
  router.use((_req, res, next) => {
    res.set('cache-control', 'no-store');
    next();
  });
  // Before the limit: Fasten sends in bursts from few addresses, and what is not signed costs next to nothing.
  router.use(parts.signedRoutes);
  router.use(limit(parts.requestsPerMinute));
  if (parts.landingRoutes) router.use(parts.landingRoutes);
  router.use(refuseMethods, requireCaller(parts.identify), refuseOtherBodies);
  router.use(express.json({ limit: '100kb' }));
  router.use(...parts.callerRoutes);
  return router;
}

function limit(requestsPerMinute: number): RequestHandler {
  return rateLimit({
    windowMs: 60_000,
    limit: requestsPerMinute,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    handler: (_req, _res, next) => next(new HttpError(429, 'throttled', 'too many requests from this address')),
  });
}
