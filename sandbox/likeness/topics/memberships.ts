import { randomUUID } from 'node:crypto';
import { send } from '../../medplum/open-sandbox.ts';
import { inviteUser } from '../invite-user.ts';
import { likeness } from '../likeness.ts';
import { newSource, observationOf, patientOf } from '../make-resources.ts';
import type { World } from '../open-world.ts';
import { resourceOf, said } from '../said.ts';
import { type Json, newProof, postAuth, postToken, signInAs } from '../sign-in.ts';

const meOf = async ({ baseUrl }: World, { access_token }: Json): Promise<{ status: number; body: Json }> => {
  const response = await fetch(`${baseUrl}auth/me`, { headers: { Authorization: `Bearer ${access_token}` } });
  return { status: response.status, body: (await response.json()) as Json };
};

const messagesOf = ({ status, body }: { status: number; body: Json }) => [
  status,
  body.error ?? null,
  body.error_description ?? (body.issue as { details?: { text?: string } }[] | undefined)?.[0]?.details?.text ?? null,
];

const grant = (world: World, code: unknown, verifier: string) =>
  postToken(world, { grant_type: 'authorization_code', code: String(code), code_verifier: verifier });

/** People: invited, signed in with PKCE, of one membership and of two. Needs an admin. */
export const memberships = [
  likeness(
    'what the answer to an invitation holds',
    [['id', 'meta', 'profile', 'project', 'resourceType', 'user'], 'User', 'Practitioner', 'Kim Likeness'],
    async (world) => {
      const { membership } = await inviteUser(world);
      const { user, profile } = membership;
      return [
        Object.keys(membership).toSorted(),
        user?.reference?.split('/')[0],
        profile?.reference?.split('/')[0],
        profile?.display,
      ];
    },
  ),

  likeness(
    'an invitation of an ordinary client, and one that lacks something',
    [
      '403 Forbidden',
      '400 Resource type is required',
      '400 First name is required',
      '400 Either email or externalId is required',
    ],
    async (world) => {
      const path = `/admin/projects/${world.admin.projectId}/invite`;
      const whole = {
        resourceType: 'Practitioner',
        firstName: 'A',
        lastName: 'B',
        email: `${randomUUID()}@example.com`,
      };
      return [
        said(await world.member.call('POST', path, whole)),
        said(await world.admin.call('POST', path, { ...whole, resourceType: 'Organization' })),
        said(await world.admin.call('POST', path, { ...whole, firstName: '' })),
        said(await world.admin.call('POST', path, { ...whole, email: undefined })),
      ];
    },
  ),

  likeness(
    'one who is a member already is not invited twice',
    '409 User is already a member of this project',
    async (world) => {
      const { email } = await inviteUser(world);
      const again = {
        resourceType: 'Practitioner',
        firstName: 'Kim',
        lastName: 'Likeness',
        email,
        scope: 'project',
        sendEmail: false,
      };
      return said(await world.admin.call('POST', `/admin/projects/${world.admin.projectId}/invite`, again));
    },
  ),

  likeness(
    'a person signs in with PKCE, and is told who they are',
    {
      tokens: [
        'access_token',
        'expires_in',
        'id_token',
        'need_patient_banner',
        'profile',
        'project',
        'scope',
        'smart_style_url',
        'token_type',
      ],
      me: ['accessPolicy', 'config', 'membership', 'profile', 'project', 'security', 'user'],
      user: ['email', 'id', 'resourceType'],
      isMember: true,
      profile: ['Practitioner', [{ given: ['Kim'], family: 'Likeness' }]],
      security: ['memberships', 'mfaEnrolled', 'sessions'],
      memberships: 1,
    },
    async (world) => {
      const invited = await inviteUser(world);
      const tokens = await signInAs(world, invited);
      const { body } = await meOf(world, tokens);
      const { user, membership, profile, security } = body as Record<string, Json>;
      return {
        tokens: Object.keys(tokens).toSorted(),
        me: Object.keys(body).toSorted(),
        user: Object.keys(user ?? {}).toSorted(),
        isMember: membership?.id === invited.membership.id,
        profile: [profile?.resourceType, profile?.name],
        security: Object.keys(security ?? {}).toSorted(),
        memberships: (security?.memberships as unknown[])?.length,
      };
    },
  ),

  likeness(
    'a refresh token comes with the scope offline, and works once',
    [null, 200, 'string', 400, 'invalid_request', 'Invalid token'],
    async (world) => {
      const invited = await inviteUser(world);
      const { refresh_token: none = null } = await signInAs(world, invited);
      const { refresh_token } = await signInAs(world, invited, { scope: 'openid offline' });
      const refresh = () => postToken(world, { grant_type: 'refresh_token', refresh_token: String(refresh_token) });
      const first = await refresh();
      return [none, first.status, typeof first.body.refresh_token, ...messagesOf(await refresh())];
    },
  ),

  likeness(
    'a wrong password and a person of elsewhere',
    [[400, null, 'Email or password is invalid'], [400, null, 'User not found'], [400, null, 'User not found'], [200]],
    async (world) => {
      const { email, password } = await inviteUser(world);
      const { projectId } = world.admin;
      const challenge = { codeChallenge: 'x', codeChallengeMethod: 'plain' };
      return [
        messagesOf(await postAuth(world, 'login', { email, password: 'another-password', projectId, ...challenge })),
        messagesOf(await postAuth(world, 'login', { email, password, ...challenge })),
        messagesOf(await postAuth(world, 'login', { email, password, projectId: world.plain.projectId, ...challenge })),
        messagesOf(
          await postAuth(world, 'login', { email: email.toUpperCase(), password, projectId, ...challenge }),
        ).slice(0, 1),
      ];
    },
  ),

  likeness(
    'a wrong verifier, none, no challenge, a code used twice',
    [
      [400, 'invalid_request', 'Invalid code verifier'],
      [400, 'invalid_request', 'Missing code verifier'],
      [400, 'invalid_request', 'Missing verification context'],
      200,
      [400, 'invalid_grant', 'Token already granted'],
      401,
    ],
    async (world) => {
      const { email, password } = await inviteUser(world);
      const { projectId } = world.admin;
      const { verifier, ...challenge } = newProof();
      const login = async (more: Json) =>
        (await postAuth(world, 'login', { email, password, projectId, ...more })).body.code;
      const code = await login({ ...challenge });
      const refused = [
        await grant(world, code, 'wrong'),
        await postToken(world, { grant_type: 'authorization_code', code: String(code) }),
        await grant(world, await login({}), verifier),
      ];
      const first = await grant(world, code, verifier);
      const second = await grant(world, code, verifier);
      return [...refused.map(messagesOf), first.status, messagesOf(second), (await meOf(world, first.body)).status];
    },
  ),

  likeness(
    'a person with two profiles is asked which one',
    {
      login: ['login', 'memberships'],
      choices: [2, ['id', 'profile', 'project']],
      early: [400, 'invalid_request', 'Invalid code'],
      nobody: [400, null, 'Profile not found'],
      chosen: [200, ['code', 'login']],
      again: [400, null, 'Login profile already set'],
      profile: 'Patient',
      patient: 'string',
    },
    async (world) => {
      const { email, password, membership } = await inviteUser(world);
      const second = {
        resourceType: 'Patient',
        forceNewMembership: true,
        firstName: 'Kim',
        lastName: 'Likeness',
        email,
        scope: 'project',
        sendEmail: false,
      };
      await world.admin.call('POST', `/admin/projects/${world.admin.projectId}/invite`, second);
      const { verifier, ...challenge } = newProof();
      const projectId = world.admin.projectId;
      const { body: login } = await postAuth(world, 'login', { email, password, projectId, ...challenge });
      const choices = login.memberships as { id: string; profile?: { reference?: string } }[];
      const other = choices.find(({ profile }) => profile?.reference?.startsWith('Patient/'));
      const early = await grant(world, 'none', verifier);
      const nobody = await postAuth(world, 'profile', { login: login.login, profile: randomUUID() });
      const chosen = await postAuth(world, 'profile', { login: login.login, profile: other?.id });
      const again = await postAuth(world, 'profile', { login: login.login, profile: membership.id });
      const tokens = await grant(world, chosen.body.code, verifier);
      const { body: me } = await meOf(world, tokens.body);
      return {
        login: Object.keys(login).toSorted(),
        choices: [choices.length, Object.keys(choices[0] ?? {}).toSorted()],
        early: messagesOf(early),
        nobody: messagesOf(nobody),
        chosen: [chosen.status, Object.keys(chosen.body).toSorted()],
        again: messagesOf(again),
        profile: (me.profile as Json | undefined)?.resourceType,
        patient: typeof tokens.body.patient,
      };
    },
  ),

  likeness('a sign-in that wants a type of profile finds that one', [400, null, 'User not found'], async (world) => {
    const invited = await inviteUser(world);
    const { email, password } = invited;
    const projectId = world.admin.projectId;
    const { verifier: _, ...challenge } = newProof();
    const wanted = await postAuth(world, 'login', {
      email,
      password,
      projectId,
      resourceType: 'Patient',
      ...challenge,
    });
    return messagesOf(wanted);
  }),

  likeness(
    '/auth/scope lets a person grant less, and not more',
    [[400, null, 'Invalid scope'], 200, 'openid user/Patient.rs'],
    async (world) => {
      const { email, password } = await inviteUser(world);
      const { verifier, ...challenge } = newProof();
      const scope = 'openid user/Patient.cruds';
      const { body } = await postAuth(world, 'login', {
        email,
        password,
        projectId: world.admin.projectId,
        scope,
        ...challenge,
      });
      const more = await postAuth(world, 'scope', { login: body.login, scope: 'openid user/Observation.rs' });
      const less = await postAuth(world, 'scope', { login: body.login, scope: 'openid user/Patient.rs' });
      const tokens = await grant(world, less.body.code, verifier);
      return [messagesOf(more), less.status, tokens.body.scope];
    },
  ),

  likeness(
    'what is missing in /auth/profile and /auth/scope',
    [
      [400, null, 'Missing login'],
      [400, null, 'Missing scope'],
      [404, null, 'Not found'],
    ],
    async (world) => [
      messagesOf(await postAuth(world, 'profile', {})),
      messagesOf(await postAuth(world, 'scope', { login: randomUUID() })),
      messagesOf(await postAuth(world, 'profile', { login: randomUUID(), profile: randomUUID() })),
    ],
  ),

  likeness(
    '/auth/login/:id tells where a sign-in stands',
    [200, ['code', 'login'], [400, null, 'Login already granted']],
    async (world) => {
      const { email, password } = await inviteUser(world);
      const { verifier, ...challenge } = newProof();
      const { body } = await postAuth(world, 'login', {
        email,
        password,
        projectId: world.admin.projectId,
        ...challenge,
      });
      const status = async () => {
        const response = await fetch(`${world.baseUrl}auth/login/${body.login}`);
        return { status: response.status, body: (await response.json()) as Json };
      };
      const before = await status();
      await grant(world, body.code, verifier);
      return [before.status, Object.keys(before.body).toSorted(), messagesOf(await status())];
    },
  ),

  likeness(
    'a membership that is deleted, or no longer active, ends what its token could do',
    [200, true],
    async (world) => {
      const gone = await inviteUser(world);
      const tokens = await signInAs(world, gone);
      const before = (await meOf(world, tokens)).status;
      await world.admin.call('DELETE', `ProjectMembership/${gone.membership.id}`);
      const after = (await meOf(world, tokens)).status;
      return [before, after >= 400];
    },
  ),

  likeness('membership.admin makes an admin at once', [403, 200], async (world) => {
    const invited = await inviteUser(world);
    const tokens = await signInAs(world, invited);
    const call = async () => {
      const response = await fetch(`${world.baseUrl}admin/projects/${world.admin.projectId}`, {
        headers: { Authorization: `Bearer ${tokens.access_token}` },
      });
      return response.status;
    };
    const before = await call();
    const path = `ProjectMembership/${invited.membership.id}`;
    const { json } = await world.admin.call('GET', path);
    await world.admin.call('PUT', path, { ...(json as object), admin: true });
    return [before, await call()];
  }),

  likeness(
    'an app sends a person to sign in, and gets a code for them',
    {
      good: [
        302,
        ['client_id', 'code_challenge', 'code_challenge_method', 'redirect_uri', 'response_type', 'scope', 'state'],
      ],
      noMethod: [302, { error: 'invalid_request', error_description: 'Missing code challenge method', state: 'own' }],
      noScope: [302, { error: 'invalid_request', error_description: 'Missing scope', state: 'own' }],
      noType: [302, { error: 'unsupported_response_type', error_description: 'Invalid response type', state: 'own' }],
      otherAudience: [302, { error: 'invalid_request', error_description: 'Invalid audience', state: 'own' }],
      silent: [302, { error: 'login_required', error_description: 'Login required', state: 'own' }],
      otherClient: [400, 'invalid_request', 'Invalid client'],
      token: 200,
    },
    async (world) => {
      const invited = await inviteUser(world);
      const redirectUri = 'https://example.com/likeness';
      const path = `/admin/projects/${world.admin.projectId}/client`;
      const made = await world.admin.call('POST', path, { name: world.run, redirectUris: [redirectUri] });
      const { id: clientId } = resourceOf(made);
      const { verifier, ...challenge } = newProof();
      const authorize = async (more: Record<string, string>) => {
        const own = {
          client_id: clientId,
          redirect_uri: redirectUri,
          response_type: 'code',
          scope: 'openid',
          state: 'own',
        };
        const url = `${world.baseUrl}oauth2/authorize?${new URLSearchParams({ ...own, ...more })}`;
        const response = await fetch(url, { redirect: 'manual' });
        const { origin, pathname, searchParams } = new URL(response.headers.get('Location') ?? 'http://none');
        const isBack = `${origin}${pathname}` === redirectUri;
        return [response.status, isBack ? Object.fromEntries(searchParams) : [...searchParams.keys()].toSorted()];
      };
      const { email, password } = invited;
      const { body } = await postAuth(world, 'login', { email, password, clientId, ...challenge });
      const { code } = body;
      const form = {
        grant_type: 'authorization_code',
        client_id: clientId,
        code: String(code),
        code_verifier: verifier,
      };
      return {
        good: await authorize({ code_challenge: challenge.codeChallenge, code_challenge_method: 'S256' }),
        noMethod: await authorize({ code_challenge: challenge.codeChallenge }),
        noScope: await authorize({ scope: '' }),
        noType: await authorize({ response_type: 'token' }),
        otherAudience: await authorize({ aud: 'https://example.com/fhir' }),
        silent: await authorize({ prompt: 'none' }),
        otherClient: messagesOf(await postToken(world, { ...form, client_id: world.member.credentials.id })),
        token: (await postToken(world, form)).status,
      };
    },
  ),

  likeness(
    'SMART scopes limit what a person may do',
    ['200', '403 Forbidden', '201', '403 Forbidden'],
    async (world) => {
      const invited = await inviteUser(world);
      const { access_token } = await signInAs(world, invited, {
        scope: 'openid user/Observation.rs user/Patient.cruds',
      });
      const ask = async (method: string, path: string, body?: unknown) =>
        said(await send(world.baseUrl, String(access_token), method, path, body));
      return [
        await ask('GET', 'Observation?_count=1'),
        await ask('POST', 'Observation', observationOf(undefined)),
        await ask('POST', 'Patient', patientOf(newSource(world))),
        await ask('GET', 'Organization?_count=1'),
      ];
    },
  ),
];
