import { getJson, type Json } from '../ask-oauth.ts';
import { likeness } from '../likeness.ts';
import type { World } from '../open-world.ts';

/** Addresses of the server, whatever its own is. */
function asPaths({ baseUrl }: World, value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).replaceAll(baseUrl, '/'));
}

/** What the server tells of how one signs in to it. */
export const discovery = [
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
];
