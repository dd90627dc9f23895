import { createHash, randomBytes } from 'node:crypto';
import { bearer, getJson, type Json, postToken, type Reply, replyOf } from './ask-oauth.ts';
import type { World } from './open-world.ts';

/** The secret of a sign-in with PKCE, and what is told of it beforehand. */
export interface Proof {
  readonly verifier: string;
  readonly codeChallenge: string;
  readonly codeChallengeMethod: 'S256';
}

export function newProof(): Proof {
  const verifier = randomBytes(32).toString('base64url');
  const codeChallenge = createHash('sha256').update(verifier).digest('base64url');
  return { verifier, codeChallenge, codeChallengeMethod: 'S256' };
}

/** `POST /auth/...` as the sign-in form of @medplum/react does. */
export async function postAuth({ baseUrl }: World, path: string, body: Json): Promise<Reply> {
  const headers = { 'Content-Type': 'application/json' };
  return replyOf(await fetch(`${baseUrl}auth/${path}`, { method: 'POST', headers, body: JSON.stringify(body) }));
}

/** Signs a person in who has one membership. @throws Error when no code comes */
export async function signInAs(
  world: World,
  { email, password }: { readonly email: string; readonly password: string },
  more: Json = {},
): Promise<Json> {
  const { verifier, ...challenge } = newProof();
  const { body } = await postAuth(world, 'login', {
    email,
    password,
    projectId: world.admin.projectId,
    ...challenge,
    ...more,
  });
  if (typeof body.code !== 'string') throw new Error(`No code: ${JSON.stringify(body)}`);
  return (await grant(world, body.code, verifier)).body;
}

/** Who the bearer of these tokens is told that they are. */
export function meOf(world: World, { access_token }: Json): Promise<Reply> {
  return getJson(world, 'auth/me', bearer(access_token));
}

/** Exchanges the code of a sign-in with PKCE. */
export function grant(world: World, code: unknown, verifier: string): Promise<Reply> {
  return postToken(world, { grant_type: 'authorization_code', code: String(code), code_verifier: verifier });
}

/** Status, error and what is said of it, in the words of OAuth or of FHIR; null for what is not said. */
export function messagesOf({ status, body }: Reply) {
  const [issue] = (body.issue as { details?: { text?: string } }[] | undefined) ?? [];
  return [status, body.error ?? null, body.error_description ?? issue?.details?.text ?? null];
}
