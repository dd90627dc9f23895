import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { PermanentError } from '../errors.ts';

const membershipSchema = z.object({ id: z.string(), project: z.object({ reference: z.string() }) });

const loginSchema = z.object({
  login: z.string().optional(),
  code: z.string().optional(),
  mfaRequired: z.boolean().optional(),
  mfaEnrollRequired: z.boolean().optional(),
  memberships: z.array(membershipSchema).optional(),
});

type Login = z.infer<typeof loginSchema>;

export interface Person {
  readonly email: string;
  readonly password: string;
  /** Of whose memberships is meant, when the person has several. */
  readonly projectId?: string | undefined;
}

/**
 * Signs a person in with e-mail and password, as Medplum's own page does (MedplumClient's wants a browser's storage).
 *
 * @param baseUrl - Root of the server, with a slash at its end.
 * @returns An access token, good for an hour.
 * @throws PermanentError `medplum-credentials`, `second-factor` or `which-project`, with what to do.
 */
export async function signInPerson(baseUrl: string, { email, password, projectId }: Person): Promise<string> {
  const verifier = randomBytes(32).toString('hex');
  const challenge = { codeChallenge: verifier, codeChallengeMethod: 'plain' };
  const body = { email, password, scope: 'openid', ...(projectId && { projectId }), ...challenge };
  const login = loginSchema.parse(await post(new URL('auth/login', baseUrl), JSON.stringify(body)));
  const code = login.code ?? (await chooseProfile(baseUrl, login, projectId));
  const grant = new URLSearchParams({ grant_type: 'authorization_code', code, code_verifier: verifier });
  const tokens = z.object({ access_token: z.string() }).parse(await post(new URL('oauth2/token', baseUrl), grant));
  return tokens.access_token;
}

async function chooseProfile(baseUrl: string, login: Login, projectId: string | undefined): Promise<string> {
  if (login.mfaRequired || login.mfaEnrollRequired) {
    throw new PermanentError(
      'second-factor',
      'this person signs in with a second factor: use a ClientApplication instead',
    );
  }
  const { memberships = [] } = login;
  const [own, ...others] = memberships.filter(
    ({ project }) => !projectId || project.reference.endsWith(`/${projectId}`),
  );
  if (!own || others.length > 0) {
    throw new PermanentError(
      'which-project',
      `this person is a member of ${memberships.length} projects: set MEDPLUM_PROJECT_ID`,
    );
  }
  const chosen = await post(new URL('auth/profile', baseUrl), JSON.stringify({ login: login.login, profile: own.id }));
  return z.object({ code: z.string() }).parse(chosen).code;
}

async function post(url: URL, body: string | URLSearchParams): Promise<unknown> {
  const headers = typeof body === 'string' ? { 'content-type': 'application/json' } : {};
  const response = await fetch(url, { method: 'POST', headers, body }).catch(() => undefined);
  if (response === undefined) {
    throw new PermanentError(
      'medplum-unreachable',
      `no Medplum server answers at ${url.origin}: start it, or set MEDPLUM_BASE_URL`,
    );
  }
  if (!response.ok) {
    await response.body?.cancel();
    throw new PermanentError('medplum-credentials', `${url.origin} refused the e-mail address or the password`);
  }
  return response.json();
}
