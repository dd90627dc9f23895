import { randomBytes, randomUUID } from 'node:crypto';
import type { ProjectMembershipAccess } from '@medplum/fhirtypes';
import type { SeedClient, SeedProject } from '../../seed.ts';
import type { Database } from '../repository/open-database.ts';

/** One sign-in, of a client or of a person. It lives in the database, so that a revoked one stays revoked. */
export interface Login {
  readonly id: string;
  /** Of a User, or of the client or bot that signs in itself. */
  readonly userId: string;
  /** Absent until a person of several memberships has said which one. */
  readonly membershipId?: string;
  readonly method: 'client' | 'password';
  readonly scope: string;
  readonly createdAt: string;
  readonly clientId?: string;
  /** What the choice of a membership is limited to. */
  readonly projectId?: string;
  readonly profileType?: string;
  readonly nonce?: string;
  /** Authorization code, until it is exchanged. */
  readonly code?: string;
  readonly codeChallenge?: string;
  readonly codeChallengeMethod?: string;
  readonly granted?: boolean;
  readonly revoked?: boolean;
  readonly refreshSecret?: string;
}

/** A member of a project: a client, a bot or a person, under one shape. */
export interface Member {
  readonly membershipId: string;
  readonly project: SeedProject;
  readonly admin: boolean;
  /** Policies that limit what the member may do; none: nothing does. */
  readonly access: readonly ProjectMembershipAccess[];
  /** What is written into `meta.author`, and answered as profile. */
  readonly profile: string;
  readonly display: string;
  readonly client: SeedClient | undefined;
  readonly user: { readonly id: string; readonly email: string } | undefined;
}

/** The book of sign-ins. */
export class Logins {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  create(fields: Pick<Login, 'userId' | 'method'> & Partial<Login>): Login {
    const login: Login = { scope: 'openid', ...fields, id: randomUUID(), createdAt: new Date().toISOString() };
    this.save(login);
    return login;
  }

  save(login: Login): void {
    const sql =
      'INSERT INTO login (id, content) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET content = excluded.content';
    this.#db.run(sql, login.id, JSON.stringify(login));
  }

  find(id: string): Login | undefined {
    const row = this.#db.get('SELECT content FROM login WHERE id = ?', id);
    return row && JSON.parse(String(row.content));
  }

  findByCode(code: string): Login | undefined {
    const row = this.#db.get("SELECT content FROM login WHERE content ->> 'code' = ?", code);
    return row && JSON.parse(String(row.content));
  }

  /** Living sign-ins of somebody of the last hour, newest first. */
  sessions(userId: string): Login[] {
    const rows = this.#db.all("SELECT content FROM login WHERE content ->> 'userId' = ?", userId);
    const hourAgo = new Date(Date.now() - 3_600_000).toISOString();
    return rows
      .map((row): Login => JSON.parse(String(row.content)))
      .filter((login) => login.membershipId && !login.revoked && login.createdAt > hourAgo)
      .sort((a, b) => b.createdAt.localeCompare(a.createdAt));
  }
}

/** A secret that cannot be guessed, as text for URLs. */
export function randomSecret(): string {
  return randomBytes(32).toString('base64url');
}
