import { allOk, badRequest, isResource, normalizeOperationOutcome, type OperationOutcomeError } from '@medplum/core';
import type { OperationOutcome } from '@medplum/fhirtypes';
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import { onlyFromHere } from '../faults/only-from-here.ts';
import { serveFaults } from '../faults/serve-faults.ts';
import { adminRoutes } from './admin-routes.ts';
import { authRoutes } from './auth/auth-routes.ts';
import { type AuthWorld, requireCaller } from './auth/authenticate.ts';
import { oauthRoutes } from './auth/oauth-routes.ts';
import { rotateSecretRoute } from './auth/rotate-secret.ts';
import { signInPage } from './auth/sign-in-page.ts';
import { smartRoutes, wellKnownRoutes } from './auth/well-known-routes.ts';
import { binaryRoutes, storageRoutes } from './binary-routes.ts';
import { asyncBatchRoute, fhirRoutes } from './fhir-routes.ts';
import type { RepositoryWorld } from './repository/repository-world.ts';
import { sendOutcome } from './send-fhir.ts';
import { sendRateLimit } from './send-rate-limit.ts';
import { strikeRequest } from './strike-request.ts';
import { botRoutes } from './subscriptions/bot-routes.ts';
import { bindingTokenRoute } from './subscriptions/get-binding-token.ts';
import type { Switches } from './switches.ts';

/** Below `/fhir/R4`, without a token. */
const PUBLIC_PATHS = new Set(['/metadata', '/$versions']);

const JSON_TYPES = ['application/json', 'application/*+json'];
const EXPOSED_HEADERS = 'Content-Location, ETag, Last-Modified, Location, RateLimit';

/** The whole HTTP surface, without a port. Order as on the real server: raw Binaries come before the body parsers. */
export function buildApp(auth: AuthWorld, world: RepositoryWorld): Express {
  const { switches } = world;
  const authenticated = requireCaller(auth);
  const baseUrl = new URL('../../', world.urls.fhirBase).href;
  const app = express();
  app.disable('etag');
  app.disable('x-powered-by');
  app.use(allowAnyOrigin);
  app.use('/sandbox/faults', onlyFromHere(), serveFaults(world.faults));
  app.use(strikeRequest(world.faults));
  app.use(sendRateLimit(auth.quotas, switches));
  app.use('/fhir/R4/Binary', (req, res, next) => (req.method === 'GET' ? next() : authenticated(req, res, next)));
  app.use('/fhir/R4/Binary', binaryRoutes(world));
  app.post('/fhir/R4', authenticated, asyncBatchRoute(world, auth.quotas));
  app.use(express.urlencoded({ extended: false }));
  app.use(jsonBody(switches));
  app.get('/', (_req, res) => {
    res.type('text').send('Sandbox Medplum: FHIR at /fhir/R4, tokens at /oauth2/token\n');
  });
  app.get('/healthcheck', (_req, res) => {
    res.json({ ok: true, version: 'sandbox' });
  });
  app.use('/auth', authRoutes(auth, world.store));
  app.use('/admin', authenticated, adminRoutes(world, auth));
  app.use('/oauth2', oauthRoutes(auth, world.store, baseUrl));
  app.use('/oauth', signInPage(auth, world.store));
  app.use('/.well-known', wellKnownRoutes(baseUrl, auth.tokens));
  app.use('/fhir/R4/.well-known', smartRoutes(baseUrl));
  app.use('/storage', storageRoutes(world));
  app.use('/fhir/R4', (req, res, next) => (PUBLIC_PATHS.has(req.path) ? next() : authenticated(req, res, next)));
  app.use('/fhir/R4/Bot', botRoutes(world, auth));
  app.use('/fhir/R4/ClientApplication', rotateSecretRoute(world, auth.quotas));
  app.use('/fhir/R4/Subscription', bindingTokenRoute(world, auth));
  app.use('/fhir/R4', fhirRoutes(world, auth.quotas));
  app.use((_req, res) => {
    res.sendStatus(404);
  });
  app.use(answerErrors);
  return app;
}

/** It is a sandbox on loopback: any page may call it. Credentials need the origin by name, not a star. */
const allowAnyOrigin: RequestHandler = (req, res, next) => {
  const origin = req.get('Origin');
  if (origin) {
    res.set('Access-Control-Allow-Origin', origin);
    res.set('Access-Control-Allow-Credentials', 'true');
    res.set('Access-Control-Expose-Headers', EXPOSED_HEADERS);
    res.vary('Origin');
  }
  if (req.method !== 'OPTIONS') {
    next();
    return;
  }
  res.set('Access-Control-Allow-Methods', 'GET,HEAD,PUT,PATCH,POST,DELETE');
  res.set('Access-Control-Allow-Headers', req.get('Access-Control-Request-Headers') ?? '');
  res.sendStatus(204);
};

/** The limit is read at each request: tests change it on the running server. */
function jsonBody(switches: Switches): RequestHandler {
  return (req, res, next) => express.json({ type: JSON_TYPES, limit: switches.maxJsonBytes })(req, res, next);
}

/** Every failure is an OperationOutcome. Four parameters are how Express knows an error handler. */
const answerErrors: ErrorRequestHandler = (error, _req, res, next) => {
  if (res.headersSent) next(error);
  else sendOutcome(res, outcomeOf(error));
};

function outcomeOf(error: Partial<OperationOutcomeError> & { type?: string }): OperationOutcome {
  if (isResource<OperationOutcome>(error.outcome, 'OperationOutcome')) return error.outcome;
  switch (error.type) {
    case 'entity.parse.failed':
      return badRequest('Content could not be parsed');
    case 'entity.too.large':
      return badRequest('File too large');
    case 'request.aborted':
      return allOk;
    default:
      return normalizeOperationOutcome(error);
  }
}
