import {
  badRequest,
  conflict,
  createReference,
  OperationOutcomeError,
  Operator,
  resolveId,
  type WithId,
} from '@medplum/core';
import type {
  AccessPolicy,
  Patient,
  Practitioner,
  ProjectMembership,
  Reference,
  RelatedPerson,
  User,
} from '@medplum/fhirtypes';
import type { RepositoryWorld } from '../repository/repository-world.ts';
import type { SqliteRepository } from '../repository/sqlite-repository.ts';
import { systemRepository } from '../repository/system-repository.ts';
import type { AuthWorld } from './authenticate.ts';
import { type Member, randomSecret } from './logins.ts';
import { checkFields } from './sign-in.ts';
import { hashOf } from './tokens.ts';

type Profile = Patient | Practitioner | RelatedPerson;

/** The body of `POST /admin/projects/<id>/invite`. No mail is sent, whatever it says. */
export interface Invitation extends Pick<ProjectMembership, 'externalId' | 'accessPolicy' | 'access' | 'admin'> {
  readonly resourceType?: string;
  readonly firstName?: string;
  readonly lastName?: string;
  readonly email?: string;
  readonly password?: string;
  /** `project`: the person belongs to this project alone, as every patient does. */
  readonly scope?: 'project' | 'server';
  readonly forceNewMembership?: boolean;
  readonly upsert?: boolean;
  readonly membership?: Partial<ProjectMembership>;
}

const PROFILES = ['Patient', 'Practitioner', 'RelatedPerson'];

/**
 * Makes somebody a member: a User, a profile and a ProjectMembership, those that are not there yet. As
 * packages/server/src/admin/invite.ts does.
 *
 * @throws OperationOutcomeError 400 for an invitation that lacks something, 409 for one who is a member already
 */
export async function inviteUser(
  world: RepositoryWorld,
  auth: AuthWorld,
  { project }: Member,
  invitation: Invitation,
): Promise<WithId<ProjectMembership>> {
  const { resourceType = '', firstName = '', lastName = '', email = '', externalId = '' } = invitation;
  checkFields([
    ['resourceType', PROFILES.includes(resourceType), 'Resource type is required'],
    ['firstName', firstName !== '', 'First name is required'],
    ['lastName', lastName !== '', 'Last name is required'],
    ['email', email.includes('@') || externalId !== '', 'Either email or externalId is required'],
  ]);
  const repo = systemRepository(world, auth.quotas, project.id);
  const own = isOwn(invitation) ? project.id : undefined;
  if (!invitation.forceNewMembership) refuseOtherScope(auth, email, project.id, own);
  const user = userOf(auth, email, own) ?? (await repo.createResource<User>(newUser(invitation, own)));
  const profile = await profileFor(repo, invitation);
  await checkPolicies(repo, invitation);
  return join(repo, auth, project, invitation, user, profile);
}

/** Patients, and whoever comes from elsewhere by an id of theirs, are of one project alone. */
function isOwn({ resourceType, externalId, scope }: Invitation): boolean {
  return resourceType === 'Patient' || Boolean(externalId) || scope === 'project';
}

/** The same address must not be two people in one project: one of it alone, and one of none. */
function refuseOtherScope(
  { people, stored }: AuthWorld,
  email: string,
  projectId: string,
  own: string | undefined,
): void {
  const other = people.find(email, own ? undefined : projectId);
  const isOther = other && Boolean(other.project) !== Boolean(own);
  if (isOther && stored.membershipsOf(other.id, projectId).length > 0) {
    throw new OperationOutcomeError(conflict('User is already a member of this project'));
  }
}

function userOf({ people }: AuthWorld, email: string, own: string | undefined): WithId<User> | undefined {
  const found = email ? people.find(email, own) : undefined;
  return resolveId(found?.project) === own ? found : undefined;
}

function newUser({ firstName = '', lastName = '', email, password }: Invitation, own: string | undefined): User {
  return {
    resourceType: 'User',
    firstName,
    lastName,
    ...(email && { email: email.toLowerCase() }),
    passwordHash: hashOf(password ?? randomSecret()),
    ...(own && { project: { reference: `Project/${own}` } }),
  };
}

async function profileFor(repo: SqliteRepository, invitation: Invitation): Promise<WithId<Profile>> {
  const { resourceType, firstName = '', lastName = '', membership } = invitation;
  const type = resourceType as Profile['resourceType'];
  if (membership?.profile) {
    const profile = await repo.readReference<Profile>(membership.profile as Reference<Profile>);
    if (profile.resourceType === type) return profile;
    throw new OperationOutcomeError(badRequest('Profile resourceType does not match request'));
  }
  const email = invitation.email?.toLowerCase();
  const filters = [{ code: 'email', operator: Operator.EQUALS, value: email ?? '' }];
  const known = email ? await repo.searchOne<Profile>({ resourceType: type, filters }) : undefined;
  return (
    known ??
    repo.createResource({
      resourceType: type,
      name: [{ given: [firstName], family: lastName }],
      ...(email && { telecom: [{ system: 'email', use: 'work', value: email }] }),
    } as Profile)
  );
}

async function checkPolicies(
  repo: SqliteRepository,
  { accessPolicy, access = [], membership }: Invitation,
): Promise<void> {
  const policies = [
    accessPolicy,
    ...access.map(({ policy }) => policy),
    ...(membership?.access ?? []).map(({ policy }) => policy),
  ];
  for (const policy of policies.filter((one) => one !== undefined)) {
    await repo.readReference(policy as Reference<AccessPolicy>).catch(() => {
      throw new OperationOutcomeError(badRequest(`Access policy ${policy.reference} does not exist`));
    });
  }
}

async function join(
  repo: SqliteRepository,
  { stored }: AuthWorld,
  project: Member['project'],
  invitation: Invitation,
  user: WithId<User>,
  profile: WithId<Profile>,
): Promise<WithId<ProjectMembership>> {
  const { externalId, accessPolicy, access, admin } = invitation;
  const body: ProjectMembership = {
    ...(externalId && { externalId }),
    ...(accessPolicy && { accessPolicy }),
    ...(access && { access }),
    ...(admin !== undefined && { admin }),
    ...invitation.membership,
    resourceType: 'ProjectMembership',
    project: { reference: `Project/${project.id}`, display: project.name },
    user: createReference(user),
    profile: createReference(profile),
  };
  const [existing] = invitation.forceNewMembership ? [] : stored.membershipsOf(user.id, project.id);
  if (!existing) return repo.createResource<ProjectMembership>(body);
  if (!invitation.upsert) throw new OperationOutcomeError(conflict('User is already a member of this project'));
  if (existing.profile?.reference !== body.profile?.reference) {
    throw new OperationOutcomeError(conflict('User is already a member of this project with a different profile'));
  }
  return repo.updateResource<ProjectMembership>({ ...existing, ...body, id: existing.id ?? '' });
}
