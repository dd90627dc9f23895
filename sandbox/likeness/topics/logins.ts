import { randomUUID } from 'node:crypto';
import { getJson, type Json, postToken } from '../ask-oauth.ts';
import { inviteUser } from '../invite-user.ts';
import { likeness } from '../likeness.ts';
import { grant, meOf, messagesOf, newProof, postAuth, signInAs } from '../sign-in.ts';

/** People who sign in with e-mail and password: with PKCE, of one membership and of two. Needs an admin. */
export const logins = [
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
      const status = () => getJson(world, `auth/login/${body.login}`);
      const before = await status();
      await grant(world, body.code, verifier);
      return [before.status, Object.keys(before.body).toSorted(), messagesOf(await status())];
    },
  ),

  likeness(
    'signing in with what can be no e-mail and no password',
    [
      [400, 'email: Valid email address is required', 'password: Invalid password, must be at least 5 characters'],
      [400, 'email: Valid email address is required'],
      [400, 'password: Invalid password, must be at least 5 characters'],
      [400, ': User not found'],
      [400, 'code_challenge_method: Invalid code challenge method'],
      [400, 'code_challenge: Invalid code challenge'],
    ],
    async (world) => {
      const ask = async (body: Json) => {
        const { status, body: outcome } = await postAuth(world, 'login', body);
        const issues = (outcome.issue as { expression?: string[]; details?: { text?: string } }[]) ?? [];
        return [status, ...issues.map(({ expression = [], details }) => `${expression}: ${details?.text}`)];
      };
      return [
        await ask({}),
        await ask({ email: 'nobody', password: 'long-enough' }),
        await ask({ email: 'nobody@example.com', password: 'x' }),
        await ask({ email: `${randomUUID()}@example.com`, password: 'long-enough' }),
        await ask({ email: `${randomUUID()}@example.com`, password: 'long-enough', codeChallenge: 'x' }),
        await ask({ email: `${randomUUID()}@example.com`, password: 'long-enough', codeChallengeMethod: 'S256' }),
      ];
    },
  ),

  likeness('/auth/method of an e-mail without an identity provider', { status: 200, body: {} }, async (world) =>
    postAuth(world, 'method', { email: 'nobody@example.com' }),
  ),
];
