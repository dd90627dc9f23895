import { createHash } from 'node:crypto';
import { MedplumClient } from '@medplum/core';
import type { ClientApplication, ProjectMembership } from '@medplum/fhirtypes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Seed, seed } from '../../seed.ts';
import { type OpenSandbox, openSandbox, openWith } from '../open-sandbox.ts';

const [HERE, THERE] = seed.projects;
const ids = ['c11e0000-0000-4000-8000-000000000001', 'c11e0000-0000-4000-8000-000000000002'] as const;
const admins = [HERE, THERE].map((project, i) => ({
  id: ids[i] ?? '',
  secret: 'secret',
  name: `Admin of ${project?.name}`,
  projectId: project?.id ?? '',
  membershipId: crypto.randomUUID(),
  admin: true,
}));
const twoAdmins: Seed = { ...seed, clients: [...seed.clients, ...admins] };

const EMAIL = 'both@example.com';
const PASSWORD = 'both-password';
const REDIRECT = 'http://127.0.0.1:9/back';

let sandbox: OpenSandbox;
let calls: OpenSandbox['call'][];
let memberships: ProjectMembership[];

/** Somebody who works in two projects: in the second they see Patients only. */
beforeAll(async () => {
  sandbox = await openSandbox({ seed: twoAdmins });
  calls = await Promise.all(admins.map((admin) => openWith(sandbox.server.baseUrl, admin)));
  const person = { resourceType: 'Practitioner', firstName: 'Bo', lastName: 'Both', email: EMAIL, password: PASSWORD };
  const policy = await calls[1]?.('POST', 'AccessPolicy', {
    resourceType: 'AccessPolicy',
    resource: [{ resourceType: 'Patient', readonly: true }],
  });
  const { id } = (policy?.json ?? {}) as { id?: string };
  const access = [{ policy: { reference: `AccessPolicy/${id}` } }];
  const invite = (i: number, more = {}) =>
    calls[i]?.('POST', `/admin/projects/${admins[i]?.projectId}/invite`, { ...person, ...more });
  memberships = [await invite(0), await invite(1, { access })].map((answer) => answer?.json as ProjectMembership);
});
afterAll(() => sandbox.close());

const post = async (path: string, body: object) => {
  const headers = { 'Content-Type': 'application/json' };
  const url = `${sandbox.server.baseUrl}${path}`;
  return (await (await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })).json()) as {
    login?: string;
    code?: string;
    memberships?: { id: string; project: { display: string } }[];
  };
};

const verifier = 'a-verifier-that-nobody-guesses';
const challenge = {
  codeChallenge: createHash('sha256').update(verifier).digest('base64url'),
  codeChallengeMethod: 'S256',
};

async function enter(code: string | undefined, more: Record<string, string> = {}) {
  const form = { grant_type: 'authorization_code', code: code ?? '', code_verifier: verifier, ...more };
  const url = `${sandbox.server.baseUrl}oauth2/token`;
  const tokens = (await (await fetch(url, { method: 'POST', body: new URLSearchParams(form) })).json()) as {
    access_token: string;
    refresh_token?: string;
    project: { display: string };
  };
  const medplum = new MedplumClient({ baseUrl: sandbox.server.baseUrl, maxRetries: 0, cacheTime: 0 });
  medplum.setAccessToken(tokens.access_token);
  return { tokens, medplum };
}

test('a member of two projects says which one, and is what they are there', async () => {
  for (const [i, project] of [HERE, THERE].entries()) {
    const { login, memberships: choices = [] } = await post('auth/login', {
      email: EMAIL,
      password: PASSWORD,
      ...challenge,
    });
    expect(choices.map((one) => one.project.display)).toEqual([HERE?.name, THERE?.name]);
    const { code } = await post('auth/profile', { login, profile: memberships[i]?.id });
    const { medplum, tokens } = await enter(code);
    expect(tokens.project.display).toBe(project?.name);
    const write = medplum.createResource({ resourceType: 'Patient' });
    await (i === 0 ? expect(write).resolves.toBeDefined() : expect(write).rejects.toThrow('Forbidden'));
    expect(await medplum.searchResources('Patient', `_count=1`)).toHaveLength(i === 0 ? 1 : 0);
  }
});

test('who names the project is not asked', async () => {
  const signIn = { email: EMAIL, password: PASSWORD, projectId: THERE?.id, ...challenge };
  const { code } = await post('auth/login', signIn);
  expect((await enter(code)).tokens.project.display).toBe(THERE?.name);
});

test('a code of one person does not choose the profile of another', async () => {
  const { login } = await post('auth/login', { email: EMAIL, password: PASSWORD, ...challenge });
  const other = seed.users[0]?.membershipId;
  expect(await post('auth/profile', { login, profile: other })).toMatchObject({
    issue: [{ details: { text: 'Invalid profile' } }],
  });
});

test('a membership that ends, ends the tokens of it', async () => {
  const invited = await calls[0]?.('POST', `/admin/projects/${HERE?.id}/invite`, {
    resourceType: 'Patient',
    firstName: 'Pat',
    lastName: 'Gone',
    email: 'gone@example.com',
    password: PASSWORD,
  });
  const { id } = (invited?.json ?? {}) as Partial<ProjectMembership>;
  const { code } = await post('auth/login', {
    email: 'gone@example.com',
    password: PASSWORD,
    projectId: HERE?.id,
    ...challenge,
  });
  const { medplum } = await enter(code);
  await medplum.searchResources('Patient');
  await calls[0]?.('PUT', `ProjectMembership/${id}`, { ...(invited?.json as object), active: false });
  await expect(medplum.searchResources('Patient')).rejects.toThrow('Unauthorized');
});

test('the sign-in page of an app: refused, asked which project, sent back with a code', async () => {
  const made = await calls[0]?.('POST', `/admin/projects/${HERE?.id}/client`, {
    name: 'App',
    redirectUris: [REDIRECT],
  });
  const { id: client_id = '' } = (made?.json ?? {}) as Partial<ClientApplication>;
  const query = new URLSearchParams({
    client_id,
    redirect_uri: REDIRECT,
    response_type: 'code',
    scope: 'openid offline',
    state: 'mine',
    code_challenge: challenge.codeChallenge,
    code_challenge_method: 'S256',
  });
  const authorize = await fetch(`${sandbox.server.baseUrl}oauth2/authorize?${query}`, { redirect: 'manual' });
  const page = authorize.headers.get('Location') ?? '';
  expect(await (await fetch(page)).text()).toContain('name="password"');
  const send = (form: Record<string, string>) =>
    fetch(page, { method: 'POST', body: new URLSearchParams(form), redirect: 'manual' });
  const refused = await send({ email: EMAIL, password: 'another-password' });
  expect([refused.status, await refused.text()]).toEqual([
    400,
    expect.stringContaining('Email or password is invalid'),
  ]);
  const back = new URL((await send({ email: EMAIL, password: PASSWORD })).headers.get('Location') ?? '');
  expect([`${back.origin}${back.pathname}`, back.searchParams.get('state')]).toEqual([REDIRECT, 'mine']);
  const { tokens } = await enter(back.searchParams.get('code') ?? '', { client_id });
  expect(tokens).toMatchObject({ project: { display: HERE?.name }, refresh_token: expect.any(String) });
});

test('the sign-in page sends nobody to an address that is not the app’s', async () => {
  const made = await calls[0]?.('POST', `/admin/projects/${HERE?.id}/client`, {
    name: 'App',
    redirectUris: [REDIRECT],
  });
  const { id: client_id = '' } = (made?.json ?? {}) as Partial<ClientApplication>;
  const query = new URLSearchParams({ client_id, redirect_uri: 'http://127.0.0.1:9/elsewhere' });
  const answer = await fetch(`${sandbox.server.baseUrl}oauth?${query}`, {
    method: 'POST',
    body: new URLSearchParams(),
  });
  expect([answer.status, await answer.text()]).toEqual([400, 'Invalid redirect URI']);
});
