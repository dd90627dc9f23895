import { randomBytes } from 'node:crypto';
import { MedplumClient } from '@medplum/core';
import { callJson } from './call-json.ts';

/**
 * Signs a person in with e-mail and password, as the Medplum app does. MedplumClient's own sign-in wants a browser.
 *
 * @param origin - Of the Medplum server.
 * @returns A client that speaks with that person's token.
 * @throws UserError when the server is not there or refuses.
 */
export async function signIn(origin: string, email: string, password: string): Promise<MedplumClient> {
  const verifier = randomBytes(32).toString('hex');
  const wish = { email, password, scope: 'openid', codeChallenge: verifier, codeChallengeMethod: 'plain' };
  const login = (await callJson(`${origin}/auth/login`, { method: 'POST', body: JSON.stringify(wish) })) as {
    code: string;
  };
  const grant = { grant_type: 'authorization_code', code: login.code, code_verifier: verifier };
  const token = (await callJson(`${origin}/oauth2/token`, { method: 'POST', body: new URLSearchParams(grant) })) as {
    access_token: string;
  };
  return new MedplumClient({ baseUrl: `${origin}/`, accessToken: token.access_token });
}
