import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import type { FastenFault } from '../faults/fault-kinds.ts';
import type { Faults } from '../faults/faults.ts';
import type { Chaos } from './chaos.ts';
import { type ApiKeys, requireBasic, sendError } from './check-credentials.ts';
import type { WebhookSender } from './deliver-webhooks.ts';
import type { KeptState } from './keep-state.ts';
import type { Clock } from './make-clock.ts';
import type { ExportRunner } from './run-exports.ts';
import { serveCatalog } from './serve-catalog.ts';
import { serveConnect } from './serve-connect.ts';
import { serveExports } from './serve-exports.ts';
import { serveSupport } from './serve-support.ts';
import type { OrgConnection } from './state.ts';
import { SANDBOX_ORG_ID } from './webhook-events.ts';

export interface ApiOptions {
  readonly keys: ApiKeys;
  readonly kept: KeptState;
  readonly clock: Clock;
  readonly chaos: Chaos;
  readonly faults: Faults<FastenFault>;
  readonly exports: ExportRunner;
  readonly sender: WebhookSender;
  /** Whether the organisation may use TEFCA mode. */
  readonly tefca: boolean;
  /** Where downloads redirect to, known once that server listens. */
  readonly storageOrigin: string;
}

/** Fasten Connect's REST API, to be mounted at `/v1`: every answer in its `{success, data | error}` envelope. */
export function serveApi(options: ApiOptions): Express {
  const { keys, kept, clock, chaos, faults, exports, sender, tefca, storageOrigin } = options;
  const { state } = kept;
  const app = express().disable('x-powered-by');
  const basic = requireBasic(keys);
  const apiMode = apiModeOf(keys.publicId);

  app.use((req, res, next) => {
    if (faults.strike('apiUnavailable')) return sendError(res, 503, 'unavailable');
    const { answerNext } = chaos;
    if (!answerNext || (answerNext.method ?? req.method) !== req.method) return next();
    answerNext.times--;
    if (answerNext.times <= 0) chaos.answerNext = undefined;
    return sendError(res, answerNext.status, 'as asked for');
  });

  app.get('/bridge/org', (req, res) => {
    if (req.query.public_id !== keys.publicId) {
      return sendError(res, 404, 'organization not found');
    }
    const urls = { logo_uri: '', privacy_policy_uri: '', website_uri: 'http://127.0.0.1/' };
    const org = { id: SANDBOX_ORG_ID, name: 'Sandbox Clinic', plan: 'free', status: 'active', ...urls };
    return res.json({ success: true, data: { ...org, feature_flags: tefca ? [`${apiMode}.tefca.enable`] : [] } });
  });

  const { publicId } = keys;
  app.use(serveCatalog({ publicId, basic, clock, signingKey: state.signingKey, storageOrigin }));
  app.use(serveConnect(publicId, kept));
  app.use(serveSupport({ publicId, apiMode, basic, kept, sender }));

  // The widget asks with the public id alone, which is documented nowhere.
  const known: RequestHandler = (req, res, next) => (req.query.public_id === publicId ? next() : basic(req, res, next));
  app.get('/bridge/org_connection/:id', known, (req, res) => {
    const connection = state.connections.find((candidate) => candidate.orgConnectionId === req.params.id);
    if (connection === undefined) {
      return sendError(res, 404, 'org connection not found');
    }
    return res.json({ success: true, data: { ...connectionRecord(connection), api_mode: apiMode } });
  });

  app.use(serveExports({ basic, apiMode, kept, clock, faults, exports, storageOrigin }));

  app.use((req, res) => {
    sendError(res, req.headers.authorization === undefined ? 403 : 404, 'not found');
  });
  app.use(answerError);
  return app;
}

/** `live` only when the second part of the public id says so, as the widget decides it. */
export function apiModeOf(publicId: string): 'live' | 'test' {
  return publicId.split('_')[1] === 'live' ? 'live' : 'test';
}

/** An `org_connection` as the API tells it: catalog ids carry a prefix here that they lack in events. */
function connectionRecord(connection: OrgConnection): Record<string, unknown> {
  return {
    org_connection_id: connection.orgConnectionId,
    org_id: SANDBOX_ORG_ID,
    catalog_brand_id: connection.brandId,
    catalog_portal_id: connection.portalId,
    catalog_endpoint_id: connection.endpointId,
    tefca_directory_id: connection.tefcaDirectoryId,
    platform_type: connection.platformType,
    status: connection.status,
    scope: connection.scope,
    consent_expires_at: connection.consentExpiresAt,
  };
}

const answerError: ErrorRequestHandler = (error, _req, res, _next) => {
  const status: unknown = error?.status;
  const isClientFault = typeof status === 'number' && status >= 400 && status < 500;
  sendError(res, isClientFault ? status : 500, isClientFault ? 'bad request' : 'internal server error');
};
