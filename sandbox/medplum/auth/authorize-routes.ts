import type { ClientApplication } from '@medplum/fhirtypes';
import { type Request, type Response, Router } from 'express';
import type { ResourceStore } from '../repository/resource-store.ts';

type Params = Record<string, string | undefined>;

/**
 * `/oauth2/authorize`: checks what an app asks for and sends the browser to the sign-in page, as
 * packages/server/src/oauth/authorize.ts does. No sign-in is remembered by a cookie: `prompt=none` always needs one.
 */
export function authorizeRoutes(store: ResourceStore, baseUrl: string): Router {
  const router = Router();
  const authorize = (params: Params, res: Response): void => {
    const client = clientOf(store, params.client_id ?? '');
    const refusal = refusalOf(client, params.redirect_uri);
    if (refusal) {
      res.status(400).send(refusal);
      return;
    }
    const fault = faultOf({ scope: client?.defaultScope?.join(' '), ...params }, baseUrl);
    const target = new URL(fault ? (params.redirect_uri ?? '') : `${baseUrl}oauth`);
    const query = fault ? { ...fault, state: params.state ?? '' } : params;
    for (const [name, value] of Object.entries(query)) target.searchParams.set(name, value ?? '');
    res.redirect(target.href);
  };
  router.get('/', (req: Request, res) => authorize(req.query as Params, res));
  router.post('/', (req, res) => authorize(req.body as Params, res));
  return router;
}

/** A ClientApplication as it is stored. */
export function clientOf(store: ResourceStore, id: string): ClientApplication | undefined {
  const content = store.find('ClientApplication', id)?.content;
  return content ? JSON.parse(content) : undefined;
}

/** Why a browser may not be sent back to an address, in words for the person; undefined: it is one of the client's. */
export function refusalOf(client: ClientApplication | undefined, redirectUri: string | undefined): string | undefined {
  if (!client) return 'Client not found';
  if (!redirectUri) return 'Missing redirect URI';
  const known = [client.redirectUri, ...(client.redirectUris ?? [])];
  return known.includes(redirectUri) && URL.canParse(redirectUri) ? undefined : 'Invalid redirect URI';
}

/** Told to the app. */
function faultOf(params: Params, baseUrl: string): Params | undefined {
  const faults: readonly (readonly [boolean, string, string])[] = [
    [!params.scope, 'invalid_request', 'Missing scope'],
    [params.response_type !== 'code', 'unsupported_response_type', 'Invalid response type'],
    [Boolean(params.request), 'request_not_supported', 'Unsupported request parameter'],
    [!isOurs(params.aud, baseUrl), 'invalid_request', 'Invalid audience'],
    [
      Boolean(params.code_challenge) && !params.code_challenge_method,
      'invalid_request',
      'Missing code challenge method',
    ],
    [Boolean(params.launch), 'invalid_request', 'Invalid launch'],
    [params.prompt === 'none', 'login_required', 'Login required'],
  ];
  const [, error, error_description] = faults.find(([isFault]) => isFault) ?? [];
  return error ? { error, error_description } : undefined;
}

function isOurs(audience: string | undefined, baseUrl: string): boolean {
  if (!audience) return true;
  return URL.canParse(audience) && new URL(audience).origin === new URL(baseUrl).origin;
}
