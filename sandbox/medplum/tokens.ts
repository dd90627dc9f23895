import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type JWTPayload, jwtVerify, SignJWT } from 'jose';
import type { Login, Member } from './logins.ts';

const ACCESS_SECONDS = 3600;
const REFRESH_SECONDS = 14 * 24 * 3600;

/** The answer of `/oauth2/token`. */
export interface TokenReply {
  readonly token_type: 'Bearer';
  readonly expires_in: number;
  readonly scope: string;
  readonly id_token: string;
  readonly access_token: string;
  readonly refresh_token?: string;
  readonly project: { readonly reference: string };
  readonly profile: { readonly reference: string; readonly display: string };
}

/** Signs and reads tokens. HS256 with a key of this server's own: nobody else has to verify them. */
export class Tokens {
  readonly #key: Uint8Array;
  readonly #issuer: string;

  /** @param issuer the server's base URL */
  constructor(key: Uint8Array, issuer: string) {
    this.#key = key;
    this.#issuer = issuer;
  }

  async issue(login: Login, member: Member): Promise<TokenReply> {
    const common = { login_id: login.id, client_id: login.clientId, profile: member.profile };
    const refresh = { login_id: login.id, refresh_secret: login.refreshSecret };
    const subject = member.user?.id ?? member.client?.id ?? '';
    return {
      token_type: 'Bearer',
      expires_in: ACCESS_SECONDS,
      scope: login.scope,
      id_token: await this.#sign({ ...common, fhirUser: member.profile }, subject, ACCESS_SECONDS),
      access_token: await this.#sign({ ...common, username: subject, scope: login.scope }, subject, ACCESS_SECONDS),
      ...(login.refreshSecret ? { refresh_token: await this.#sign(refresh, subject, REFRESH_SECONDS) } : {}),
      project: { reference: `Project/${member.project.id}` },
      profile: { reference: member.profile, display: member.display },
    };
  }

  /** Claims of a token of ours; undefined: forged, expired, or not a token at all. */
  async read(token: string): Promise<JWTPayload | undefined> {
    try {
      return (await jwtVerify(token, this.#key, { algorithms: ['HS256'] })).payload;
    } catch {
      return undefined;
    }
  }

  /** Text that only this server can make for `text`; links to stored files carry it. */
  signature(text: string): string {
    return createHmac('sha256', this.#key).update(text).digest('base64url');
  }

  #sign(claims: JWTPayload, subject: string, seconds: number): Promise<string> {
    return new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setIssuedAt()
      .setIssuer(this.#issuer)
      .setSubject(subject)
      .setExpirationTime(`${seconds}s`)
      .sign(this.#key);
  }
}

/** The signing key of a data folder, made on first use; without a folder a key that dies with the process. */
export function loadSigningKey(dataDir: string | undefined): Uint8Array {
  if (!dataDir) return randomBytes(32);
  const file = join(dataDir, 'signing-key');
  if (!existsSync(file)) writeFileSync(file, randomBytes(32), { mode: 0o600 });
  return readFileSync(file);
}

/** Compares secrets in a time that tells nothing. */
export function sameSecret(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
