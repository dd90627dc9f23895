import type { ProjectMembership, Resource } from '@medplum/fhirtypes';
import { buildAccessPolicy } from '../access/build-access-policy.ts';
import type { ResourceStore } from '../repository/resource-store.ts';
import type { AuthWorld, Caller } from './authenticate.ts';
import type { Member } from './logins.ts';

const FAVORITES = ['Patient', 'Practitioner', 'Organization', 'ServiceRequest', 'DiagnosticReport', 'Questionnaire'];

/** What `GET /auth/me` answers: user, project, membership, profile, configuration, policy. */
export function describeCaller(
  world: AuthWorld,
  store: ResourceStore,
  { member, login }: Caller,
): Record<string, unknown> {
  const { project, user, profile } = member;
  const { id, name } = project;
  return {
    ...(user && { user: { resourceType: 'User', id: user.id, email: user.email } }),
    project: { resourceType: 'Project', id, name, strictMode: true, ...(project.superAdmin && { superAdmin: true }) },
    membership: describeMembership(store, member),
    profile: read(store, profile),
    config: { resourceType: 'UserConfiguration', menu: menuFor(member) },
    accessPolicy: buildAccessPolicy(store, member, login?.scope),
    ...(user && { security: securityOf(world, store, member, user.id) }),
  };
}

function describeMembership(store: ResourceStore, { membershipId }: Member) {
  const { id, user, profile, admin } = read(store, `ProjectMembership/${membershipId}`) as ProjectMembership;
  return { resourceType: 'ProjectMembership', id, user, profile, admin };
}

function read(store: ResourceStore, reference: string): Resource | undefined {
  const [type = '', id = ''] = reference.split('/');
  const content = store.find(type, id)?.content;
  return content ? JSON.parse(content) : undefined;
}

function securityOf(world: AuthWorld, store: ResourceStore, member: Member, userId: string): unknown {
  const sessions = world.logins.sessions(userId).map((login) => ({
    id: login.id,
    lastUpdated: login.createdAt,
    authMethod: login.method,
    remoteAddress: '127.0.0.1',
  }));
  const memberships = world.people.membershipsOf(userId, { projectId: member.project.id });
  return { mfaEnrolled: false, sessions, memberships: memberships.map((one) => describeMembership(store, one)) };
}

function menuFor({ admin, project }: Member): unknown[] {
  const favorites = { title: 'Favorites', link: FAVORITES.map((name) => ({ name, target: `/${name}` })) };
  if (!admin) return [favorites];
  const links = [
    ['Project', '/admin/project'],
    ['AccessPolicy', '/AccessPolicy'],
    ['Subscriptions', '/Subscription'],
    ['Batch', '/batch'],
    ...(project.superAdmin ? [] : [['Config', '/admin/config']]),
  ];
  return [favorites, { title: 'Admin', link: links.map(([name, target]) => ({ name, target })) }];
}
