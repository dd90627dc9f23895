import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  timingSafeEqual,
} from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type JWK, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import type { Login, Member } from './logins.ts';

const ACCESS_SECONDS = 3600;
const REFRESH_SECONDS = 14 * 24 * 3600;
const ALGORITHM = 'ES256';

/** The answer of `/oauth2/token`. */
export interface TokenReply {
  readonly token_type: 'Bearer';
  readonly expires_in: number;
  readonly scope: string;
  readonly id_token: string;
  readonly access_token: string;
  readonly refresh_token?: string;
  readonly project: { readonly reference: string; readonly display: string };
  readonly profile: { readonly reference: string; readonly display: string };
  /** Id of the Patient that signs in. */
  readonly patient?: string;
  readonly smart_style_url: string;
  readonly need_patient_banner: boolean;
}

/** Signs and reads tokens, with a key whose public half is at `/.well-known/jwks.json`. */
export class Tokens {
  readonly #key: KeyObject;
  readonly #issuer: string;
  readonly #linkKey: Buffer;
  readonly publicKey: JWK;

  /** @param issuer the server's base URL */
  constructor(key: KeyObject, issuer: string) {
    this.#key = key;
    this.#issuer = issuer;
    this.#linkKey = createHash('sha256')
      .update(key.export({ type: 'pkcs8', format: 'der' }))
      .digest();
    const { x, y, crv, kty } = createPublicKey(key).export({ format: 'jwk' });
    const kid = createHash('sha256').update(`${x}${y}`).digest('hex').slice(0, 32);
    this.publicKey = { kid, alg: ALGORITHM, kty, use: 'sig', x, y, crv } as JWK;
  }

  async issue(login: Login, member: Member): Promise<TokenReply> {
    const { profile, display, project } = member;
    const subject = member.user?.id ?? member.client?.id ?? '';
    const common = { client_id: login.clientId, login_id: login.id, email: emailFor(login, member) };
    const authTime = new Date(login.createdAt).getTime() / 1000;
    const id = { ...common, fhirUser: profile, nonce: login.nonce, auth_time: authTime };
    const access = { ...common, username: subject, scope: login.scope, profile };
    const refresh = { login_id: login.id, client_id: login.clientId, refresh_secret: login.refreshSecret };
    const [type, profileId] = profile.split('/');
    const patient = type === 'Patient' ? profileId : undefined;
    return {
      token_type: 'Bearer',
      expires_in: ACCESS_SECONDS,
      scope: login.scope,
      id_token: await this.#sign(id, subject, ACCESS_SECONDS),
      access_token: await this.#sign(access, subject, ACCESS_SECONDS),
      ...(login.refreshSecret ? { refresh_token: await this.#sign(refresh, undefined, REFRESH_SECONDS) } : {}),
      project: { reference: `Project/${project.id}`, display: project.name },
      profile: { reference: profile, display },
      ...(patient !== undefined && { patient }),
      smart_style_url: `${this.#issuer}fhir/R4/.well-known/smart-styles.json`,
      need_patient_banner: patient !== undefined,
    };
  }

  /** An access token that also binds a websocket to a Subscription. */
  issueBinding(login: Login, member: Member, subscriptionId: string): Promise<string> {
    const subject = member.user?.id ?? member.client?.id ?? '';
    const { scope, id, clientId } = login;
    const claims = { client_id: clientId, login_id: id, username: subject, scope, profile: member.profile };
    return this.#sign({ ...claims, subscription_id: subscriptionId }, subject, ACCESS_SECONDS);
  }

  /** Claims of a token of ours, from before a restart on another port too; undefined: forged, expired, or no token at all. */
  async read(token: string): Promise<JWTPayload | undefined> {
    try {
      return (await jwtVerify(token, createPublicKey(this.#key), { algorithms: [ALGORITHM] })).payload;
    } catch {
      return undefined;
    }
  }

  /** Text that only this server can make for `text`; links to stored files carry it. */
  signature(text: string): string {
    return createHmac('sha256', this.#linkKey).update(text).digest('base64url');
  }

  #sign(claims: JWTPayload, subject: string | undefined, seconds: number): Promise<string> {
    const { kid = '' } = this.publicKey;
    const token = new SignJWT(claims)
      .setProtectedHeader({ alg: ALGORITHM, kid, typ: 'JWT' })
      .setIssuedAt()
      .setNotBefore(new Date())
      .setIssuer(this.#issuer)
      .setExpirationTime(`${seconds}s`);
    if (subject !== undefined) token.setSubject(subject);
    // As there: who is no client's has no audience.
    if (typeof claims.client_id === 'string') token.setAudience(claims.client_id);
    return token.sign(this.#key);
  }
}

function emailFor({ scope }: Login, { user }: Member): string | undefined {
  return scope.includes('email') ? user?.email : undefined;
}

/** The signing key of a data folder, made on first use; without a folder a key that dies with the process. */
export function loadSigningKey(dataDir: string | undefined): KeyObject {
  const file = dataDir && join(dataDir, 'signing-key.pem');
  if (file && existsSync(file)) return createPrivateKey(readFileSync(file));
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  if (file) writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  return privateKey;
}

/** Compares secrets in a time that tells nothing. */
export function sameSecret(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

/** What is kept of a password. A sandbox's are public: there is nothing to slow down. */
export function hashOf(password: string): string {
  return createHash('sha256').update(`sandbox:${password}`).digest('hex');
}
