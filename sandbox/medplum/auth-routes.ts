import { badRequest, OperationOutcomeError } from '@medplum/core';
import type { Resource } from '@medplum/fhirtypes';
import { Router } from 'express';
import { type AuthWorld, callerOf, findClient, requireCaller } from './authenticate.ts';
import { buildAccessPolicy } from './build-access-policy.ts';
import { type Member, randomSecret } from './logins.ts';
import type { ResourceStore } from './resource-store.ts';
import { hideServerMeta } from './stamp-meta.ts';
import { sameSecret } from './tokens.ts';

/** `/auth`: which method, sign in with e-mail and password, who am I. */
export function authRoutes(world: AuthWorld, store: ResourceStore): Router {
  const router = Router();
  // An empty answer: no external identity provider, ask for a password.
  router.post('/method', (_req, res) => {
    res.json({});
  });
  router.post('/login', (req, res) => {
    const body = req.body as Record<string, string | undefined>;
    const login = signIn(world, body);
    res.json({ login: login.id, code: login.code });
  });
  router.get('/me', requireCaller(world), (req, res) => {
    res.json(describe(world, store, callerOf(req).member));
  });
  return router;
}

function signIn(world: AuthWorld, body: Record<string, string | undefined>) {
  const { email = '', password = '', clientId } = body;
  const projectId = clientId ? findClient(world, clientId)?.project.id : body.projectId;
  if (clientId && !projectId) throw new OperationOutcomeError(badRequest('Client not found'));
  const member = [...world.members.values()].find(({ user }) => user?.email === email.toLowerCase());
  if (!member?.user) throw new OperationOutcomeError(badRequest('User not found'));
  if (!sameSecret(member.user.password, password)) {
    throw new OperationOutcomeError(badRequest('Email or password is invalid'));
  }
  if (projectId && projectId !== member.project.id) throw new OperationOutcomeError(badRequest('User not found'));
  return world.logins.create({
    membershipId: member.membershipId,
    method: 'password',
    scope: body.scope || 'openid',
    code: randomSecret(),
    ...(clientId ? { clientId } : {}),
    ...(body.codeChallenge ? { codeChallenge: body.codeChallenge } : {}),
    ...(body.codeChallengeMethod ? { codeChallengeMethod: body.codeChallengeMethod } : {}),
  });
}

/** What `GET /auth/me` answers: user, project, membership, profile, configuration, policy. */
function describe(world: AuthWorld, store: ResourceStore, member: Member): Record<string, unknown> {
  const { project, user } = member;
  const membership = {
    resourceType: 'ProjectMembership',
    id: member.membershipId,
    user: { reference: user ? `User/${user.id}` : member.profile, display: user?.email ?? member.display },
    profile: { reference: member.profile, display: member.display },
    admin: member.admin,
  };
  return {
    ...(user ? { user: { resourceType: 'User', id: user.id, email: user.email } } : {}),
    project: { resourceType: 'Project', id: project.id, name: project.name, strictMode: true },
    membership,
    profile: profileOf(store, member),
    config: { resourceType: 'UserConfiguration', menu: menuFor(member) },
    accessPolicy: buildAccessPolicy(store, member),
    ...(user ? { security: securityOf(world, member, membership) } : {}),
  };
}

function profileOf(store: ResourceStore, member: Member): Resource | undefined {
  const [type = '', id = ''] = member.profile.split('/');
  const content = store.find(type, id)?.content;
  const profile: Resource | undefined = content ? JSON.parse(content) : undefined;
  if (profile) hideServerMeta(profile);
  return profile;
}

function securityOf(world: AuthWorld, member: Member, membership: unknown): unknown {
  const sessions = world.logins.sessions(member.membershipId).map((login) => ({
    id: login.id,
    lastUpdated: login.createdAt,
    authMethod: login.method,
    remoteAddress: '127.0.0.1',
  }));
  return { mfaEnrolled: false, sessions, memberships: [membership] };
}

function menuFor(member: Member): unknown[] {
  const link = (name: string) => ({ name, target: `/${name}` });
  const favorites = { title: 'Favorites', link: ['Patient', 'Task', 'Consent', 'DocumentReference'].map(link) };
  return member.admin ? [favorites, { title: 'Admin', link: ['AccessPolicy', 'Subscription'].map(link) }] : [favorites];
}
