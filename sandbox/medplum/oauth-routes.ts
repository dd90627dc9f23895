import { createHash } from 'node:crypto';
import { type Request, type Response, Router } from 'express';
import { type AuthWorld, basicCredentials, callerOf, findClient, requireCaller } from './authenticate.ts';
import { type Login, type Member, randomSecret } from './logins.ts';
import { sameSecret } from './tokens.ts';

/** A refusal of the token endpoint, in OAuth's own shape. */
class TokenError extends Error {
  readonly code: 'invalid_request' | 'invalid_grant';

  constructor(code: 'invalid_request' | 'invalid_grant', description: string) {
    super(description);
    this.code = code;
  }
}

/** `/oauth2`: token (client credentials, authorization code with PKCE, refresh), logout, userinfo. */
export function oauthRoutes(world: AuthWorld): Router {
  const router = Router();
  router.post('/token', async (req, res) => {
    try {
      res.json(await grant(world, req));
    } catch (error) {
      if (!(error instanceof TokenError)) throw error;
      res.status(400).json({ error: error.code, error_description: error.message });
    }
  });
  router.all('/logout', requireCaller(world), (req, res) => {
    const { login } = callerOf(req);
    if (login) world.logins.save({ ...login, revoked: true });
    res.json({ resourceType: 'OperationOutcome', id: 'ok', issue: [] });
  });
  router.all('/userinfo', requireCaller(world), (req: Request, res: Response) => {
    const { member } = callerOf(req);
    const sub = member.user?.id ?? member.client?.id;
    res.json({ sub, profile: member.profile, name: member.display, email: member.user?.email });
  });
  return router;
}

async function grant(world: AuthWorld, req: Request): Promise<unknown> {
  if (!req.is('application/x-www-form-urlencoded')) throw new TokenError('invalid_request', 'Unsupported content type');
  const body = req.body as Record<string, string | undefined>;
  switch (body.grant_type) {
    case 'client_credentials':
      return clientCredentials(world, req, body);
    case 'authorization_code':
      return authorizationCode(world, body);
    case 'refresh_token':
      return refresh(world, body.refresh_token ?? '');
    case undefined:
    case '':
      throw new TokenError('invalid_request', 'Missing grant_type');
    default:
      throw new TokenError('invalid_request', 'Unsupported grant_type');
  }
}

function clientCredentials(world: AuthWorld, req: Request, body: Record<string, string | undefined>): Promise<unknown> {
  const [scheme, value = ''] = req.headers.authorization?.split(' ') ?? [];
  const basic = scheme === 'Basic' ? basicCredentials(value) : undefined;
  const id = basic?.id ?? body.client_id;
  const secret = basic?.secret ?? body.client_secret;
  if (!id) throw new TokenError('invalid_request', 'Missing client_id');
  if (!secret) throw new TokenError('invalid_request', 'Missing client_secret');
  const member = findClient(world, id);
  if (!member?.client) throw new TokenError('invalid_request', 'Invalid client');
  const taken = [member.client.secret, member.client.retiringSecret ?? member.client.secret];
  if (!taken.some((one) => sameSecret(one, secret))) throw new TokenError('invalid_request', 'Invalid secret');
  const { membershipId } = member;
  const login = world.logins.create({
    membershipId,
    method: 'client',
    clientId: id,
    granted: true,
    scope: body.scope || 'openid',
  });
  return world.tokens.issue(login, member);
}

async function authorizationCode(world: AuthWorld, body: Record<string, string | undefined>): Promise<unknown> {
  if (!body.code) throw new TokenError('invalid_request', 'Missing code');
  const login = world.logins.findByCode(body.code);
  if (!login) throw new TokenError('invalid_request', 'Invalid code');
  if (body.client_id && body.client_id !== login.clientId) throw new TokenError('invalid_request', 'Invalid client');
  if (login.granted) {
    // A code that comes twice has leaked: whoever holds its tokens loses them.
    world.logins.save({ ...login, revoked: true });
    throw new TokenError('invalid_grant', 'Token already granted');
  }
  checkVerifier(login, body.code_verifier);
  return issueTo(world, { ...login, granted: true });
}

function checkVerifier(login: Login, verifier: string | undefined): void {
  if (!login.codeChallenge) throw new TokenError('invalid_request', 'Missing verification context');
  if (!verifier) throw new TokenError('invalid_request', 'Missing code verifier');
  const hashed = createHash('sha256').update(verifier).digest('base64url');
  if ((login.codeChallengeMethod === 'S256' ? hashed : verifier) !== login.codeChallenge) {
    throw new TokenError('invalid_request', 'Invalid code verifier');
  }
}

async function refresh(world: AuthWorld, token: string): Promise<unknown> {
  const claims = await world.tokens.read(token);
  const login = claims && world.logins.find(String(claims.login_id));
  if (!login?.refreshSecret || typeof claims?.refresh_secret !== 'string') {
    throw new TokenError('invalid_request', 'Invalid refresh token');
  }
  if (login.revoked) throw new TokenError('invalid_grant', 'Token revoked');
  if (!sameSecret(login.refreshSecret, claims.refresh_secret)) throw new TokenError('invalid_request', 'Invalid token');
  return issueTo(world, login);
}

/** Issues tokens with a new refresh secret: each refresh token works once. */
function issueTo(world: AuthWorld, login: Login): Promise<unknown> {
  const member: Member | undefined = world.members.get(login.membershipId);
  if (!member) throw new TokenError('invalid_request', 'Invalid profile');
  const rotated = { ...login, refreshSecret: randomSecret() };
  world.logins.save(rotated);
  return world.tokens.issue(rotated, member);
}
