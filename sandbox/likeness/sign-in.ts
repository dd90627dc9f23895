import { createHash, randomBytes } from 'node:crypto';
import type { World } from './open-world.ts';

export type Json = Record<string, unknown>;

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
export async function postAuth({ baseUrl }: World, path: string, body: Json): Promise<{ status: number; body: Json }> {
  const headers = { 'Content-Type': 'application/json' };
  const response = await fetch(`${baseUrl}auth/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: response.status, body: (await response.json()) as Json };
}

/** Exchanges a code. */
export async function postToken(
  { baseUrl }: World,
  form: Record<string, string>,
): Promise<{ status: number; body: Json }> {
  const response = await fetch(`${baseUrl}oauth2/token`, { method: 'POST', body: new URLSearchParams(form) });
  return { status: response.status, body: (await response.json()) as Json };
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
  return (await postToken(world, { grant_type: 'authorization_code', code: body.code, code_verifier: verifier })).body;
}
