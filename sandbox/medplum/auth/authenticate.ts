import { forbidden, OperationOutcomeError, unauthorized } from '@medplum/core';
import type { Request, RequestHandler, Response } from 'express';
import type { QuotaAccount, QuotaBook } from '../quota.ts';
import type { Login, Logins, Member } from './logins.ts';
import type { People } from './people.ts';
import type { StoredMembers } from './stored-members.ts';
import { sameSecret, type Tokens } from './tokens.ts';

export interface AuthWorld {
  readonly logins: Logins;
  readonly stored: StoredMembers;
  readonly people: People;
  readonly tokens: Tokens;
  readonly quotas: QuotaBook;
}

/** Who makes a request. */
export interface Caller {
  readonly member: Member;
  /** Absent with HTTP Basic. */
  readonly login: Login | undefined;
  readonly quota: QuotaAccount;
  /** Whose rights count instead, by `X-Medplum-On-Behalf-Of`; what is written is the member's own all the same. */
  readonly onBehalfOf: Member | undefined;
}

const callers = new WeakMap<Request, Caller>();

/** The caller of a request that went through {@link requireCaller}. */
export function callerOf(req: Request): Caller {
  const caller = callers.get(req);
  if (!caller) throw new OperationOutcomeError(unauthorized);
  return caller;
}

/** What the caller of a request has consumed so far; undefined: nobody was identified. */
export function quotaOf(req: Request): QuotaAccount | undefined {
  return callers.get(req)?.quota;
}

/** Lets nobody pass without a living access token, or a client's id and secret: 401. */
export function requireCaller(world: AuthWorld): RequestHandler {
  return async (req: Request, _res: Response, next) => {
    const found = await identify(world, req.headers.authorization ?? '');
    if (!found) throw new OperationOutcomeError(unauthorized);
    const { login, member } = found;
    const quota = world.quotas.openAccount(member.membershipId, member.project.id);
    callers.set(req, { member, login, quota, onBehalfOf: findOther(world, member, req.get('X-Medplum-On-Behalf-Of')) });
    next();
  };
}

async function identify(
  world: AuthWorld,
  header: string,
): Promise<{ member: Member; login: Login | undefined } | undefined> {
  const [scheme, value = ''] = header.split(' ');
  if (scheme === 'Basic') {
    const credentials = basicCredentials(value);
    const member = credentials && findClient(world, credentials.id);
    const valid = member?.client && sameSecret(member.client.secret, credentials?.secret ?? '');
    return member && valid ? { member, login: undefined } : undefined;
  }
  if (scheme !== 'Bearer') return undefined;
  const claims = await world.tokens.read(value);
  // A refresh token is ours too, but says nothing about a profile.
  if (!claims?.profile) return undefined;
  const login = world.logins.find(String(claims.login_id));
  const member = login?.membershipId === undefined ? undefined : world.stored.find(login.membershipId);
  return member && !login?.revoked ? { member, login } : undefined;
}

/** @throws OperationOutcomeError 403 for whoever is no admin, and where nobody of the project has that profile */
function findOther({ stored }: AuthWorld, member: Member, profile: string | undefined): Member | undefined {
  if (!profile) return undefined;
  if (!member.admin && !member.project.superAdmin) throw new OperationOutcomeError(forbidden);
  const other = profile.startsWith('ProjectMembership/')
    ? stored.find(profile.slice('ProjectMembership/'.length))
    : stored.ofProfile(profile);
  if (other?.project.id !== member.project.id) throw new OperationOutcomeError(forbidden);
  return other;
}

/** Id and secret of an HTTP Basic header's base64 part. */
export function basicCredentials(base64: string): { id: string; secret: string } | undefined {
  const text = Buffer.from(base64, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { id: text.slice(0, colon), secret: text.slice(colon + 1) };
}

/** A client by its id. */
export function findClient({ stored }: AuthWorld, clientId: string): Member | undefined {
  return stored.ofProfile(`ClientApplication/${clientId}`);
}
