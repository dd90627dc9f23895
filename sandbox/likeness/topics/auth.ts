import { randomUUID } from 'node:crypto';
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { likeness } from '../likeness.ts';
import type { World } from '../open-world.ts';

type Json = Record<string, unknown>;

interface Reply {
  readonly status: number;
  readonly body: Json;
}

async function replyOf(response: Response): Promise<Reply> {
  const text = await response.text();
  try {
    return { status: response.status, body: JSON.parse(text) as Json };
  } catch {
    return { status: response.status, body: { text } };
  }
}

const postForm = async ({ baseUrl }: World, path: string, form: Record<string, string>, headers = {}) =>
  replyOf(await fetch(`${baseUrl}${path}`, { method: 'POST', headers, body: new URLSearchParams(form) }));

const token = (world: World, form: Record<string, string>, headers = {}) =>
  postForm(world, 'oauth2/token', form, headers);

const getJson = async ({ baseUrl }: World, path: string, headers = {}) =>
  replyOf(await fetch(`${baseUrl}${path}`, { headers }));

const saidOf = ({ status, body }: Reply) =>
  [status, body.error, body.error_description ?? body.text]
    .filter((part) => part !== undefined && part !== '')
    .join(' ');

const basicOf = ({ member }: World, secret = member.credentials.secret) => ({
  Authorization: `Basic ${btoa(`${member.credentials.id}:${secret}`)}`,
});

const formOf = ({ member }: World, more = {}) => ({
  grant_type: 'client_credentials',
  client_id: member.credentials.id,
  client_secret: member.credentials.secret,
  ...more,
});

/** A token of a login of its own, so that it may be revoked. */
async function ownToken(world: World, more = {}): Promise<string> {
  return String((await token(world, formOf(world, more))).body.access_token);
}

const bearer = (accessToken: string) => ({ Authorization: `Bearer ${accessToken}` });

/** Addresses of the server, whatever its own is. */
function asPaths({ baseUrl }: World, value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).replaceAll(baseUrl, '/'));
}

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
      const { status, body } = await token(world, formOf(world));
      const { token_type, expires_in, scope, need_patient_banner } = body;
      return [status, Object.keys(body).toSorted(), token_type, expires_in, scope, need_patient_banner];
    },
  ),

  likeness('client credentials as HTTP Basic, and with a scope', [200, 'openid profile'], async (world) => {
    const { status, body } = await token(
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
      for (const form of forms) answers.push(saidOf(await token(world, form)));
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
      const { body } = await token(world, formOf(world));
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
    '/.well-known/openid-configuration',
    [
      200,
      {
        issuer: '/',
        authorization_endpoint: '/oauth2/authorize',
        token_endpoint: '/oauth2/token',
        userinfo_endpoint: '/oauth2/userinfo',
        jwks_uri: '/.well-known/jwks.json',
        introspection_endpoint: '/oauth2/introspect',
        registration_endpoint: '/oauth2/register',
        id_token_signing_alg_values_supported: ['ES256', 'HS256', 'RS256'],
        grant_types_supported: [
          'client_credentials',
          'authorization_code',
          'refresh_token',
          'urn:ietf:params:oauth:grant-type:token-exchange',
        ],
        response_types_supported: ['code', 'id_token', 'token id_token'],
        subject_types_supported: ['pairwise', 'public'],
        scopes_supported: ['openid', 'profile', 'email', 'phone', 'address'],
        token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
        request_object_signing_alg_values_supported: ['none'],
        code_challenge_methods_supported: ['S256', 'plain'],
      },
    ],
    async (world) => {
      const { status, body } = await getJson(world, '.well-known/openid-configuration');
      return [status, asPaths(world, body)];
    },
  ),

  likeness(
    '/.well-known/smart-configuration, at the root and below FHIR',
    [
      200,
      200,
      {
        issuer: '/',
        jwks_uri: '/.well-known/jwks.json',
        authorization_endpoint: '/oauth2/authorize',
        grant_types_supported: [
          'client_credentials',
          'authorization_code',
          'refresh_token',
          'urn:ietf:params:oauth:grant-type:token-exchange',
        ],
        token_endpoint: '/oauth2/token',
        token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
        token_endpoint_auth_signing_alg_values_supported: ['RS256', 'RS384', 'ES384'],
        scopes_supported: [
          'patient/*.rs',
          'user/*.cruds',
          'openid',
          'fhirUser',
          'launch',
          'launch/patient',
          'offline_access',
          'online_access',
        ],
        response_types_supported: ['code'],
        introspection_endpoint: '/oauth2/introspect',
        capabilities: [
          'authorize-post',
          'permission-v1',
          'permission-v2',
          'client-confidential-asymmetric',
          'client-confidential-symmetric',
          'client-public',
          'context-banner',
          'context-ehr-patient',
          'context-ehr-encounter',
          'context-standalone-patient',
          'context-style',
          'launch-ehr',
          'launch-standalone',
          'permission-offline',
          'permission-patient',
          'permission-user',
          'sso-openid-connect',
        ],
        code_challenge_methods_supported: ['S256'],
      },
      true,
    ],
    async (world) => {
      const [root, below] = [
        await getJson(world, '.well-known/smart-configuration'),
        await getJson(world, 'fhir/R4/.well-known/smart-configuration'),
      ];
      return [
        root.status,
        below.status,
        asPaths(world, root.body),
        JSON.stringify(root.body) === JSON.stringify(below.body),
      ];
    },
  ),

  likeness('/.well-known/jwks.json', [200, ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']], async (world) => {
    const { status, body } = await getJson(world, '.well-known/jwks.json');
    return [status, Object.keys((body.keys as Json[])[0] ?? {}).toSorted()];
  }),

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
        const headers = { 'Content-Type': 'application/json' };
        const response = await fetch(`${world.baseUrl}auth/login`, {
          method: 'POST',
          headers,
          body: JSON.stringify(body),
        });
        const { status, body: outcome } = await replyOf(response);
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

  likeness('/auth/method of an e-mail without an identity provider', { status: 200, body: {} }, async ({ baseUrl }) => {
    const headers = { 'Content-Type': 'application/json' };
    const body = JSON.stringify({ email: 'nobody@example.com' });
    return replyOf(await fetch(`${baseUrl}auth/method`, { method: 'POST', headers, body }));
  }),

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
