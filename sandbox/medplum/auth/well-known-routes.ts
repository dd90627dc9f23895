import { Router } from 'express';
import type { Tokens } from './tokens.ts';

const GRANTS = [
  'client_credentials',
  'authorization_code',
  'refresh_token',
  'urn:ietf:params:oauth:grant-type:token-exchange',
];
const CLIENT_METHODS = ['client_secret_basic', 'client_secret_post', 'private_key_jwt'];

/** `/.well-known`: what clients look up before they sign in. As packages/server/src/wellknown.ts and fhir/smart.ts have it. */
export function wellKnownRoutes(baseUrl: string, tokens: Tokens): Router {
  const router = Router();
  const openid = openidConfiguration(baseUrl);
  router.get(['/openid-configuration', '/oauth-authorization-server'], (_req, res) => {
    res.json(openid);
  });
  router.get('/oauth-protected-resource', (_req, res) => {
    const { issuer, scopes_supported, introspection_endpoint } = openid;
    const bearer_methods_supported = ['header'];
    const authorization_servers = [issuer];
    res.json({
      resource: baseUrl,
      issuer,
      authorization_servers,
      scopes_supported,
      bearer_methods_supported,
      introspection_endpoint,
    });
  });
  router.get('/jwks.json', (_req, res) => {
    res.json({ keys: [tokens.publicKey] });
  });
  router.use(smartRoutes(baseUrl));
  return router;
}

/** Also served below `/fhir/R4/.well-known`. */
export function smartRoutes(baseUrl: string): Router {
  const router = Router();
  router.get('/smart-configuration', (_req, res) => {
    res.json(smartConfiguration(baseUrl));
  });
  return router;
}

function openidConfiguration(baseUrl: string) {
  return {
    issuer: baseUrl,
    authorization_endpoint: `${baseUrl}oauth2/authorize`,
    token_endpoint: `${baseUrl}oauth2/token`,
    userinfo_endpoint: `${baseUrl}oauth2/userinfo`,
    jwks_uri: `${baseUrl}.well-known/jwks.json`,
    introspection_endpoint: `${baseUrl}oauth2/introspect`,
    registration_endpoint: `${baseUrl}oauth2/register`,
    id_token_signing_alg_values_supported: ['ES256', 'HS256', 'RS256'],
    grant_types_supported: GRANTS,
    response_types_supported: ['code', 'id_token', 'token id_token'],
    subject_types_supported: ['pairwise', 'public'],
    scopes_supported: ['openid', 'profile', 'email', 'phone', 'address'],
    token_endpoint_auth_methods_supported: CLIENT_METHODS,
    request_object_signing_alg_values_supported: ['none'],
    code_challenge_methods_supported: ['S256', 'plain'],
  };
}

function smartConfiguration(baseUrl: string) {
  return {
    issuer: baseUrl,
    jwks_uri: `${baseUrl}.well-known/jwks.json`,
    authorization_endpoint: `${baseUrl}oauth2/authorize`,
    grant_types_supported: GRANTS,
    token_endpoint: `${baseUrl}oauth2/token`,
    token_endpoint_auth_methods_supported: CLIENT_METHODS,
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
    introspection_endpoint: `${baseUrl}oauth2/introspect`,
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
  };
}
