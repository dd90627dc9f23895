import { MedplumClient } from '@medplum/core';
import type { Patient } from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { seed } from '../../seed.ts';
import { CLIENT, type OpenSandbox, openSandbox } from '../open-sandbox.ts';

let sandbox: OpenSandbox;
beforeAll(async () => {
  // Where there is no window, MedplumClient falls back to a plain PKCE challenge and complains on stderr.
  vi.stubGlobal('window', { crypto, atob, btoa, TextEncoder, TextDecoder });
  vi.stubGlobal('location', new URL('http://127.0.0.1/'));
  sandbox = await openSandbox();
});
afterAll(() => {
  vi.unstubAllGlobals();
  return sandbox.close();
});

const { id = '', secret = '' } = seed.clients[CLIENT.other] ?? {};
const token = (form: Record<string, string>, headers: Record<string, string> = {}) =>
  fetch(`${sandbox.server.baseUrl}oauth2/token`, { method: 'POST', headers, body: new URLSearchParams(form) });
const me = (authorization: string) =>
  fetch(`${sandbox.server.baseUrl}auth/me`, { headers: { Authorization: authorization } });

describe('client credentials', () => {
  test('in the form or as HTTP Basic give an hour and no refresh token', async () => {
    const basic = { Authorization: `Basic ${btoa(`${id}:${secret}`)}` };
    for (const response of [
      await token({ grant_type: 'client_credentials', client_id: id, client_secret: secret }),
      await token({ grant_type: 'client_credentials' }, basic),
    ]) {
      const body = await response.json();
      expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 3600 });
      expect(body).not.toHaveProperty('refresh_token');
    }
  });

  test.each([
    [{ grant_type: 'client_credentials', client_id: id, client_secret: 'wrong' }, 'Invalid secret'],
    [{ grant_type: 'client_credentials', client_id: 'nobody', client_secret: secret }, 'Invalid client'],
    [{ grant_type: 'client_credentials', client_id: id }, 'Missing client_secret'],
    [{ client_id: id }, 'Missing grant_type'],
    [{ grant_type: 'magic' }, 'Unsupported grant_type'],
  ])('%o are refused: %s', async (form, description) => {
    const response = await token(form as Record<string, string>);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: 'invalid_request', error_description: description });
  });

  test('also work as HTTP Basic on FHIR calls', async () => {
    const get = (credentials: string) =>
      fetch(`${sandbox.server.baseUrl}fhir/R4/Patient`, { headers: { Authorization: `Basic ${btoa(credentials)}` } });
    expect((await get(`${id}:${secret}`)).status).toBe(200);
    expect((await get(`${id}:wrong`)).status).toBe(401);
  });
});

describe('a person', () => {
  const [clinician] = seed.users;

  async function signIn(password = clinician?.password ?? '', remember = false): Promise<MedplumClient> {
    const medplum = new MedplumClient({ baseUrl: sandbox.server.baseUrl });
    const { code } = await medplum.startLogin({ email: clinician?.email ?? '', password, remember });
    await medplum.processCode(code ?? '');
    return medplum;
  }

  test('signs in with e-mail and password, and the client knows who they are', async () => {
    const medplum = await signIn();
    expect(medplum.getProfile()).toMatchObject({ resourceType: 'Practitioner', id: clinician?.profile.id });
    const created = await medplum.createResource<Patient>({ resourceType: 'Patient' });
    expect(created.meta?.author?.reference).toBe(`Practitioner/${clinician?.profile.id}`);
  });

  test('with a wrong password does not', async () => {
    await expect(signIn('wrong-password')).rejects.toThrow('Email or password is invalid');
  });

  test('who wants to be remembered gets a refresh token that works once', async () => {
    expect((await signIn()).getActiveLogin()?.refreshToken).toBeUndefined();
    const medplum = await signIn(clinician?.password, true);
    const refresh_token = medplum.getActiveLogin()?.refreshToken ?? '';
    const first = await token({ grant_type: 'refresh_token', refresh_token });
    expect(await first.json()).toHaveProperty('refresh_token');
    expect((await token({ grant_type: 'refresh_token', refresh_token })).status).toBe(400);
  });

  test('who signs out is 401 from then on, though the token has not expired', async () => {
    const medplum = await signIn();
    const authorization = `Bearer ${medplum.getAccessToken()}`;
    expect((await me(authorization)).status).toBe(200);
    await medplum.signOut();
    expect((await me(authorization)).status).toBe(401);
  });

  test('cannot use a code twice, nor another one’s code', async () => {
    const login = await fetch(`${sandbox.server.baseUrl}auth/login`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({
        email: clinician?.email,
        password: clinician?.password,
        codeChallenge: 'verifier',
        codeChallengeMethod: 'plain',
      }),
    });
    const { code } = (await login.json()) as { code: string };
    const form = { grant_type: 'authorization_code', code, code_verifier: 'verifier' };
    expect((await token({ ...form, code_verifier: 'other' })).status).toBe(400);
    const granted = (await (await token(form)).json()) as { access_token: string };
    expect((await token(form)).status).toBe(400);
    expect((await me(`Bearer ${granted.access_token}`)).status).toBe(401);
  });
});

test('no token, a forged one and a refresh token are 401 with an OperationOutcome', async () => {
  for (const authorization of ['', 'Bearer x.y.z', 'Bearer ']) {
    const response = await me(authorization);
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ resourceType: 'OperationOutcome' });
  }
});

test('/auth/me names user, project, membership with its admin flag, and profile', async () => {
  const client = await (await me(`Bearer ${sandbox.medplum.getAccessToken()}`)).json();
  expect(client).toMatchObject({
    project: { name: 'Sandbox' },
    membership: { profile: { reference: `ClientApplication/${id}` } },
    profile: { resourceType: 'ClientApplication', id },
  });
  const admin = new MedplumClient({ baseUrl: sandbox.server.baseUrl });
  const { email = '', password = '' } = seed.users[2] ?? {};
  await admin.processCode((await admin.startLogin({ email, password })).code ?? '');
  expect(admin.isProjectAdmin()).toBe(true);
});

test('any page may call it, with credentials', async () => {
  const response = await fetch(`${sandbox.server.baseUrl}fhir/R4/Patient`, {
    method: 'OPTIONS',
    headers: { Origin: 'http://127.0.0.1:3000', 'Access-Control-Request-Headers': 'authorization' },
  });
  expect(response.headers.get('Access-Control-Allow-Origin')).toBe('http://127.0.0.1:3000');
  expect(response.headers.get('Access-Control-Allow-Headers')).toBe('authorization');
});
