import { randomBytes, randomUUID } from 'node:crypto';
import type { ProjectMembershipAccess } from '@medplum/fhirtypes';
import type { Seed, SeedClient, SeedProject, SeedUser } from '../seed.ts';
import type { Database } from './open-database.ts';

/** One sign-in, of a client or of a person. It lives in the database, so that a revoked one stays revoked. */
export interface Login {
  readonly id: string;
  readonly membershipId: string;
  readonly method: 'client' | 'password';
  readonly scope: string;
  readonly createdAt: string;
  readonly clientId?: string;
  /** Authorization code, until it is exchanged. */
  readonly code?: string;
  readonly codeChallenge?: string;
  readonly codeChallengeMethod?: string;
  readonly granted?: boolean;
  readonly revoked?: boolean;
  readonly refreshSecret?: string;
}

/** A member of a project: the seed's client or user, under one shape. */
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
  readonly user: SeedUser | undefined;
}

/** All members of the seed, by membership id. */
export function membersOf(seed: Seed): Map<string, Member> {
  const projects = new Map(seed.projects.map((p) => [p.id, p]));
  const projectOf = (id: string): SeedProject => {
    const project = projects.get(id);
    if (!project) throw new Error(`The seed has no project ${id}`);
    return project;
  };
  const clients = seed.clients.map(
    (client): Member => ({
      membershipId: client.membershipId,
      project: projectOf(client.projectId),
      admin: client.admin ?? false,
      access: client.access ?? [],
      profile: `ClientApplication/${client.id}`,
      display: client.name,
      client,
      user: undefined,
    }),
  );
  const users = seed.users.map((user) => memberOf(user, projectOf(user.projectId)));
  return new Map([...clients, ...users].map((member) => [member.membershipId, member]));
}

/** A person as a member of a project. */
export function memberOf(user: SeedUser, project: SeedProject): Member {
  return {
    membershipId: user.membershipId,
    project,
    admin: user.admin ?? false,
    access: user.access ?? [],
    profile: `${user.profile.resourceType}/${user.profile.id}`,
    display: [user.profile.name?.[0]?.given?.[0], user.profile.name?.[0]?.family].join(' '),
    client: undefined,
    user,
  };
}

/** The book of sign-ins. */
export class Logins {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  create(fields: Pick<Login, 'membershipId' | 'method'> & Partial<Login>): Login {
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

  /** Living sign-ins of a membership of the last hour, newest first. */
  sessions(membershipId: string): Login[] {
    const rows = this.#db.all("SELECT content FROM login WHERE content ->> 'membershipId' = ?", membershipId);
    const hourAgo = new Date(Date.now() - 3_600_000).toISOString();
    return rows
      .map((row): Login => JSON.parse(String(row.content)))
      .filter((login) => !login.revoked && login.createdAt > hourAgo)
      .sort((a, b) => b.createdAt.localeCompare(a.createdAt));
  }
}

/** A secret that cannot be guessed, as text for URLs. */
export function randomSecret(): string {
  return randomBytes(32).toString('base64url');
}
