import { createHash } from 'node:crypto';
import type { Request } from 'express';
import { type AuthWorld, basicCredentials, findClient } from './authenticate.ts';
import { type Login, randomSecret } from './logins.ts';
import { sameSecret, type TokenReply } from './tokens.ts';

/** A refusal of the token endpoint, in OAuth's own shape. */
export class TokenError extends Error {
  readonly code: 'invalid_request' | 'invalid_grant';

  constructor(code: 'invalid_request' | 'invalid_grant', description: string) {
    super(description);
    this.code = code;
  }
}

type Form = Record<string, string | undefined>;

/**
 * `POST /oauth2/token` for a form: client credentials, a code with its verifier, or a refresh token.
 * @throws TokenError in the real server's words (packages/server/src/oauth/token.ts)
 */
export async function grantToken(world: AuthWorld, req: Request): Promise<TokenReply> {
  const body = req.body as Form;
  switch (body.grant_type) {
    case 'client_credentials':
      return clientCredentials(world, req, body);
    case 'authorization_code':
      return authorizationCode(world, req, body);
    case 'refresh_token':
      return refresh(world, body.refresh_token ?? '');
    case undefined:
    case '':
      throw new TokenError('invalid_request', 'Missing grant_type');
    default:
      throw new TokenError('invalid_request', 'Unsupported grant_type');
  }
}

function credentialsOf(req: Request, body: Form): { id: string | undefined; secret: string | undefined } {
  const { authorization } = req.headers;
  if (!authorization) return { id: body.client_id, secret: body.client_secret };
  const [scheme, value = ''] = authorization.split(' ');
  if (scheme !== 'Basic') throw new TokenError('invalid_request', 'Invalid authorization header');
  return basicCredentials(value) ?? { id: undefined, secret: undefined };
}

function clientCredentials(world: AuthWorld, req: Request, body: Form): Promise<TokenReply> {
  const { id, secret } = credentialsOf(req, body);
  if (!id) throw new TokenError('invalid_request', 'Missing client_id');
  if (!secret) throw new TokenError('invalid_request', 'Missing client_secret');
  const member = findClient(world, id);
  if (!member?.client) throw new TokenError('invalid_request', 'Invalid client');
  const taken = [member.client.secret, member.client.retiringSecret ?? member.client.secret];
  if (!taken.some((one) => sameSecret(one, secret))) throw new TokenError('invalid_request', 'Invalid secret');
  const { membershipId } = member;
  const scope = body.scope || 'openid';
  const login = world.logins.create({ userId: id, membershipId, method: 'client', clientId: id, granted: true, scope });
  return world.tokens.issue(login, member);
}

async function authorizationCode(world: AuthWorld, req: Request, body: Form): Promise<TokenReply> {
  const { id: clientId } = credentialsOf(req, body);
  if (!body.code) throw new TokenError('invalid_request', 'Missing code');
  const login = world.logins.findByCode(body.code);
  if (!login) throw new TokenError('invalid_request', 'Invalid code');
  if (clientId && clientId !== login.clientId) throw new TokenError('invalid_request', 'Invalid client');
  if (!login.membershipId) throw new TokenError('invalid_request', 'Invalid profile');
  if (login.granted) {
    // A code that comes twice has leaked: whoever holds its tokens loses them.
    world.logins.save({ ...login, revoked: true });
    throw new TokenError('invalid_grant', 'Token already granted');
  }
  if (login.revoked) throw new TokenError('invalid_grant', 'Token revoked');
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

async function refresh(world: AuthWorld, token: string): Promise<TokenReply> {
  const claims = await world.tokens.read(token);
  const login = claims && world.logins.find(String(claims.login_id));
  if (!login?.refreshSecret || typeof claims?.refresh_secret !== 'string') {
    throw new TokenError('invalid_request', 'Invalid refresh token');
  }
  if (login.revoked) throw new TokenError('invalid_grant', 'Token revoked');
  if (!sameSecret(login.refreshSecret, claims.refresh_secret)) throw new TokenError('invalid_request', 'Invalid token');
  // A new secret: each refresh token works once.
  return issueTo(world, { ...login, refreshSecret: randomSecret() });
}

function issueTo(world: AuthWorld, login: Login): Promise<TokenReply> {
  const member = world.stored.find(login.membershipId ?? '');
  if (!member) throw new TokenError('invalid_request', 'Invalid profile');
  world.logins.save(login);
  return world.tokens.issue(login, member);
}
