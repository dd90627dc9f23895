import { badRequest, notFound, OperationOutcomeError } from '@medplum/core';
import type { OperationOutcome } from '@medplum/fhirtypes';
import { type AuthWorld, findClient } from './authenticate.ts';
import { isWithinScope } from './compare-scopes.ts';
import { type Login, type Member, randomSecret } from './logins.ts';

/** The body of `POST /auth/login`, as sign-in forms send it. */
export interface SignIn {
  readonly email?: string;
  readonly password?: string;
  readonly projectId?: string;
  readonly clientId?: string;
  /** Type of profile: others are not offered. */
  readonly resourceType?: string;
  readonly scope?: string;
  readonly nonce?: string;
  readonly codeChallenge?: string;
  readonly codeChallengeMethod?: string;
  /** Asks for a refresh token, as the scope `offline` does. */
  readonly remember?: boolean;
}

const EMAIL = /^[^@\s]+@[^@\s]+\.[^@\s]+$/;

/**
 * Begins a sign-in with e-mail and password: with the membership at once where there is one only. Steps and refusals in the
 * order of the real server (packages/server/src/oauth/utils.ts).
 *
 * @throws OperationOutcomeError 400 or 404 for whoever may not come in
 */
export function beginSignIn(world: AuthWorld, body: SignIn): Login {
  const { email = '', password = '', clientId } = body;
  checkFields([
    ['email', EMAIL.test(email), 'Valid email address is required'],
    ['password', password.length >= 5, 'Invalid password, must be at least 5 characters'],
  ]);
  const projectId = projectOf(world, body);
  checkChallenge(body);
  const user = world.people.find(email, projectId);
  if (!user) throw new OperationOutcomeError(badRequest('User not found'));
  if (!world.people.hasPassword(user, password)) {
    throw new OperationOutcomeError(badRequest('Email or password is invalid'));
  }
  const scope = body.scope || 'openid';
  const login: Omit<Login, 'id' | 'createdAt'> = {
    userId: user.id,
    method: 'password',
    scope,
    nonce: body.nonce ?? randomSecret(),
    code: randomSecret(),
    ...(wantsRefresh(body, scope) && { refreshSecret: randomSecret() }),
    ...(clientId && { clientId }),
    ...(projectId && { projectId }),
    ...(body.resourceType && { profileType: body.resourceType }),
    ...(body.codeChallenge && { codeChallenge: body.codeChallenge }),
    ...(body.codeChallengeMethod && { codeChallengeMethod: body.codeChallengeMethod }),
  };
  const [only, ...more] = world.people.membershipsOf(user.id, login);
  if (!only) throw new OperationOutcomeError(badRequest('User not found'));
  return world.logins.create({ ...login, ...(more.length === 0 && { membershipId: only.membershipId }) });
}

/** What a sign-in is answered: the code, or the memberships to choose from. */
export function describeSignIn(world: AuthWorld, login: Login): Record<string, unknown> {
  if (login.membershipId) return { login: login.id, code: login.code };
  const memberships = world.people.membershipsOf(login.userId, login).map(describeChoice);
  return { login: login.id, memberships };
}

/** A person of several memberships says which one. @throws OperationOutcomeError 400 for one that is not theirs */
export function chooseMembership(world: AuthWorld, loginId: string, membershipId: string): Login {
  const login = openLogin(world, loginId);
  if (login.membershipId) throw new OperationOutcomeError(badRequest('Login profile already set'));
  const member = world.stored.find(membershipId);
  if (!member) throw new OperationOutcomeError(badRequest('Profile not found'));
  if (member.user?.id !== login.userId) throw new OperationOutcomeError(badRequest('Invalid profile'));
  return save(world, { ...login, membershipId });
}

/** A person grants less than was asked for. @throws OperationOutcomeError 400 for more */
export function chooseScope(world: AuthWorld, loginId: string, scope: string): Login {
  const login = openLogin(world, loginId);
  if (!isWithinScope(scope, login.scope)) throw new OperationOutcomeError(badRequest('Invalid scope'));
  return save(world, { ...login, scope });
}

/** @throws OperationOutcomeError 404 for one that there is not */
export function findLogin({ logins }: AuthWorld, id: string): Login {
  const login = logins.find(id);
  if (!login) throw new OperationOutcomeError(notFound);
  return login;
}

/** @throws OperationOutcomeError 400 with every field that is not as it should be */
export function checkFields(fields: readonly (readonly [name: string, isGood: boolean, text: string])[]): void {
  const issue = fields
    .filter(([, isGood]) => !isGood)
    .map(([name, , text]) => ({
      severity: 'error' as const,
      code: 'invalid' as const,
      expression: [name],
      details: { text },
    }));
  if (issue.length > 0)
    throw new OperationOutcomeError({ resourceType: 'OperationOutcome', issue } as OperationOutcome);
}

function openLogin(world: AuthWorld, id: string): Login {
  const login = findLogin(world, id);
  if (login.revoked) throw new OperationOutcomeError(badRequest('Login revoked'));
  if (login.granted) throw new OperationOutcomeError(badRequest('Login granted'));
  return login;
}

function save(world: AuthWorld, login: Login): Login {
  world.logins.save(login);
  return login;
}

function projectOf(world: AuthWorld, { clientId, projectId }: SignIn): string | undefined {
  if (!clientId) return projectId;
  const client = findClient(world, clientId);
  if (!client) throw new OperationOutcomeError(notFound);
  if (projectId && projectId !== client.project.id) throw new OperationOutcomeError(badRequest('Invalid projectId'));
  return client.project.id;
}

function checkChallenge({ codeChallenge, codeChallengeMethod }: SignIn): void {
  if (!codeChallenge && codeChallengeMethod) {
    throw new OperationOutcomeError(badRequest('Invalid code challenge', 'code_challenge'));
  }
  const isKnown = codeChallengeMethod === 'plain' || codeChallengeMethod === 'S256';
  if (codeChallenge && !isKnown) {
    throw new OperationOutcomeError(badRequest('Invalid code challenge method', 'code_challenge_method'));
  }
}

function wantsRefresh({ remember }: SignIn, scope: string): boolean {
  const scopes = scope.split(' ');
  return remember === true || scopes.includes('offline') || scopes.includes('offline_access');
}

function describeChoice({ membershipId, project, profile, display }: Member) {
  return {
    id: membershipId,
    project: { reference: `Project/${project.id}`, display: project.name },
    profile: { reference: profile, display },
  };
}
