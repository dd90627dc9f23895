import { randomUUID } from 'node:crypto';
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import {
  basicOf,
  bearer,
  formOf,
  getJson,
  type Json,
  ownToken,
  postForm,
  postToken,
  replyOf,
  saidOf,
} from '../ask-oauth.ts';
import { likeness } from '../likeness.ts';

/** Signing in as a client, what a token says, and how one finds out. */
export const auth = [
  likeness(
    'client credentials are answered with these fields',
    [
      200,
      [
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
      'Bearer',
      3600,
      'openid',
      false,
    ],
    async (world) => {
      const { status, body } = await postToken(world, formOf(world));
      const { token_type, expires_in, scope, need_patient_banner } = body;
      return [status, Object.keys(body).toSorted(), token_type, expires_in, scope, need_patient_banner];
    },
  ),

  likeness('client credentials as HTTP Basic, and with a scope', [200, 'openid profile'], async (world) => {
    const { status, body } = await postToken(
      world,
      { grant_type: 'client_credentials', scope: 'openid profile' },
      basicOf(world),
    );
    return [status, body.scope];
  }),

  likeness(
    'client credentials that are wrong',
    [
      '400 invalid_request Invalid secret',
      '400 invalid_request Invalid client',
      '400 invalid_request Invalid client',
      '400 invalid_request Missing client_secret',
      '400 invalid_request Missing client_id',
      '400 invalid_request Missing grant_type',
      '400 invalid_request Unsupported grant_type',
      '400 invalid_request Missing code',
      '400 invalid_request Invalid code',
      '400 invalid_request Invalid refresh token',
      '400 invalid_request Invalid refresh token',
    ],
    async (world) => {
      const { client_id, client_secret } = formOf(world);
      const grant_type = 'client_credentials';
      const forms: Record<string, string>[] = [
        { grant_type, client_id, client_secret: 'wrong' },
        { grant_type, client_id: randomUUID(), client_secret },
        { grant_type, client_id: 'nobody', client_secret },
        { grant_type, client_id },
        { grant_type, client_secret },
        { client_id },
        { grant_type: 'magic' },
        { grant_type: 'authorization_code' },
        { grant_type: 'authorization_code', code: 'nonsense' },
        { grant_type: 'refresh_token' },
        { grant_type: 'refresh_token', refresh_token: 'nonsense' },
      ];
      const answers: string[] = [];
      for (const form of forms) answers.push(saidOf(await postToken(world, form)));
      return answers;
    },
  ),

  likeness('the token endpoint wants a form', '400 Unsupported content type', async ({ baseUrl }) => {
    const headers = { 'Content-Type': 'application/json' };
    return saidOf(await replyOf(await fetch(`${baseUrl}oauth2/token`, { method: 'POST', headers, body: '{}' })));
  }),

  likeness(
    'what an access token and an id token claim',
    {
      access: ['aud', 'client_id', 'exp', 'iat', 'iss', 'login_id', 'nbf', 'profile', 'scope', 'sub', 'username'],
      id: ['aud', 'auth_time', 'client_id', 'exp', 'fhirUser', 'iat', 'iss', 'login_id', 'nbf', 'sub'],
      isSubject: true,
      header: ['ES256', 'JWT', 'string'],
    },
    async (world) => {
      const { body } = await postToken(world, formOf(world));
      const claims = decodeJwt(String(body.access_token));
      const { alg, typ, kid } = decodeProtectedHeader(String(body.access_token));
      return {
        access: Object.keys(claims).toSorted(),
        id: Object.keys(decodeJwt(String(body.id_token))).toSorted(),
        isSubject: claims.sub === world.member.credentials.id,
        header: [alg, typ, typeof kid],
      };
    },
  ),

  likeness('a token is verified by the published keys', true, async (world) => {
    const keys = createRemoteJWKSet(new URL('.well-known/jwks.json', world.baseUrl));
    const { payload } = await jwtVerify(await ownToken(world), keys);
    return payload.iss === world.baseUrl;
  }),

  likeness('HTTP Basic works on FHIR requests too', [200, 401, 200], async (world) => {
    const wrong = basicOf(world, 'wrong');
    return [
      (await getJson(world, 'fhir/R4/Patient?_count=1', basicOf(world))).status,
      (await getJson(world, 'fhir/R4/Patient?_count=1', wrong)).status,
      (await getJson(world, 'auth/me', basicOf(world))).status,
    ];
  }),

  likeness(
    'no token, a forged one and an unknown scheme are 401',
    [
      [401, 'OperationOutcome', [{ severity: 'error', code: 'login', details: { text: 'Unauthorized' } }]],
      [401, 'OperationOutcome', [{ severity: 'error', code: 'login', details: { text: 'Unauthorized' } }]],
      [401, 'OperationOutcome', [{ severity: 'error', code: 'login', details: { text: 'Unauthorized' } }]],
      [401, 'OperationOutcome', [{ severity: 'error', code: 'login', details: { text: 'Unauthorized' } }]],
    ],
    async (world) => {
      const answers: unknown[] = [];
      for (const headers of [{}, bearer('x.y.z'), bearer(''), { Authorization: 'Magic x' }]) {
        const { status, body } = await getJson(world, 'fhir/R4/Patient', headers);
        answers.push([status, body.resourceType, body.issue]);
      }
      return answers;
    },
  ),

  likeness(
    '/auth/me of a client',
    {
      fields: ['accessPolicy', 'config', 'membership', 'profile', 'project'],
      membership: ['id', 'profile', 'resourceType', 'user'],
      project: ['id', 'name', 'resourceType', 'strictMode'],
      profile: 'ClientApplication',
      rules: [{ resourceType: '*' }],
    },
    async (world) => {
      const { body } = await getJson(world, 'auth/me', bearer(await ownToken(world)));
      const { membership, project, profile, accessPolicy } = body as Record<string, Json>;
      return {
        fields: Object.keys(body).toSorted(),
        membership: Object.keys(membership ?? {}).toSorted(),
        project: Object.keys(project ?? {}).toSorted(),
        profile: profile?.resourceType,
        rules: (accessPolicy?.resource as Json[] | undefined)?.slice(0, 1),
      };
    },
  ),

  likeness(
    '/oauth2/userinfo of a client',
    [
      [200, true, ['sub']],
      [
        200,
        true,
        [
          'birthdate',
          'gender',
          'locale',
          'nickname',
          'picture',
          'preferred_username',
          'profile',
          'sub',
          'updated_at',
          'website',
          'zoneinfo',
        ],
      ],
    ],
    async (world) => {
      const replies: unknown[] = [];
      for (const scope of ['openid', 'openid profile']) {
        const { status, body } = await getJson(world, 'oauth2/userinfo', bearer(await ownToken(world, { scope })));
        replies.push([status, body.sub === world.member.credentials.id, Object.keys(body).toSorted()]);
      }
      return replies;
    },
  ),

  likeness(
    'introspection of a living token, a revoked one, nonsense and nothing',
    [
      [true, ['active', 'client_id', 'exp', 'iat', 'iss', 'scope', 'sub']],
      { active: false },
      { active: false },
      '400 Token to introspect must be provided',
    ],
    async (world) => {
      const living = await ownToken(world);
      const introspect = (form: Record<string, string>) => postForm(world, 'oauth2/introspect', form);
      const first = await introspect({ token: living });
      await getJson(world, 'oauth2/logout', bearer(living));
      return [
        [first.body.active, Object.keys(first.body).toSorted()],
        (await introspect({ token: living })).body,
        (await introspect({ token: 'nonsense' })).body,
        saidOf(await introspect({})),
      ];
    },
  ),

  likeness(
    'logout revokes the token at once, and says so',
    [200, 200, [{ severity: 'information', code: 'informational', details: { text: 'All OK' } }], 401, 401],
    async (world) => {
      const headers = bearer(await ownToken(world));
      const before = (await getJson(world, 'auth/me', headers)).status;
      const logout = await getJson(world, 'oauth2/logout', headers);
      const after = [await getJson(world, 'auth/me', headers), await getJson(world, 'fhir/R4/Patient', headers)];
      return [before, logout.status, logout.body.issue, ...after.map(({ status }) => status)];
    },
  ),

  likeness(
    '/oauth2/authorize for a client that there is not, or without an address to return to',
    ['400 Client not found', '400 Missing redirect URI', '400 Invalid redirect URI', '400 Invalid redirect URI'],
    async (world) => {
      const ask = async (query: Record<string, string>) => {
        const url = `${world.baseUrl}oauth2/authorize?${new URLSearchParams(query)}`;
        return saidOf(await replyOf(await fetch(url, { redirect: 'manual' })));
      };
      const client_id = world.member.credentials.id;
      return [
        await ask({ client_id: randomUUID() }),
        await ask({ client_id }),
        await ask({ client_id, redirect_uri: 'nonsense' }),
        await ask({ client_id, redirect_uri: 'https://example.com/elsewhere' }),
      ];
    },
  ),

  likeness('a page of another origin', [204, 'http://127.0.0.1:3000', 'true'], async ({ baseUrl }) => {
    const headers = {
      Origin: 'http://127.0.0.1:3000',
      'Access-Control-Request-Method': 'GET',
      'Access-Control-Request-Headers': 'authorization',
    };
    const { status, headers: answer } = await fetch(`${baseUrl}fhir/R4/Patient`, { method: 'OPTIONS', headers });
    return [status, answer.get('Access-Control-Allow-Origin'), answer.get('Access-Control-Allow-Credentials')];
  }),
];
