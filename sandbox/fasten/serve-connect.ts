import { type Response, Router } from 'express';
import { sendError } from './check-credentials.ts';
import type { KeptState } from './keep-state.ts';
import { PORTALS } from './portals.ts';

/**
 * Connecting without the widget: the browser is sent to the health system's sign-in, and from there back to `redirect_uri`,
 * with `org_connection_id` and `endpoint_id`, or with `error` and `error_description`.
 */
export function serveConnect(publicId: string, { state }: KeptState): Router {
  const router = Router();

  router.get('/bridge/connect', (req, res) => {
    const { public_id, portal_id, brand_id, endpoint_id } = req.query;
    const back = readAddress(req.query.redirect_uri);
    if (public_id !== publicId) return sendError(res, 404, 'organization not found');
    if (back === undefined) return sendError(res, 400, 'redirect_uri is required');
    const portal = PORTALS.find(
      ({ portalId, brandId, endpointId }) =>
        portalId === portal_id && brandId === brand_id && endpointId === endpoint_id,
    );
    if (portal === undefined) return fail(res, back, 'invalid_request', 'no such portal in the catalog');
    return signIn(res, back, { portal: portal.portalId, ...namesIn(req.query) });
  });

  router.get('/bridge/reconnect', (req, res) => {
    const { public_id, reconnect_org_connection_id: id } = req.query;
    const back = readAddress(req.query.redirect_uri);
    if (public_id !== publicId) return sendError(res, 404, 'organization not found');
    if (back === undefined) return sendError(res, 400, 'redirect_uri is required');
    const connection = state.connections.find(({ orgConnectionId }) => orgConnectionId === id);
    if (connection === undefined) return fail(res, back, 'invalid_request', 'no such connection');
    if (connection.tefcaDirectoryId !== undefined)
      return fail(res, back, 'invalid_request', 'a connection made through TEFCA is reconnected by Stitch');
    return signIn(res, back, { reconnect: connection.orgConnectionId, ...namesIn(req.query) });
  });
  return router;
}

function signIn(res: Response, back: URL, query: Readonly<Record<string, string>>): void {
  res.redirect(302, `/stitch/portal?${new URLSearchParams({ ...query, redirect_uri: back.href })}`);
}

function fail(res: Response, back: URL, error: string, description: string): void {
  back.searchParams.set('error', error);
  back.searchParams.set('error_description', description);
  res.redirect(302, back.href);
}

function namesIn({ external_id, external_state }: Readonly<Record<string, unknown>>): Record<string, string> {
  return {
    ...(typeof external_id === 'string' && { external_id }),
    ...(typeof external_state === 'string' && { external_state }),
  };
}

/** An address that a browser may be sent to; undefined for anything else. */
function readAddress(text: unknown): URL | undefined {
  const address = typeof text === 'string' ? URL.parse(text) : null;
  return address && /^https?:$/.test(address.protocol) ? address : undefined;
}
