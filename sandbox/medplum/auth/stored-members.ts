import { resolveId } from '@medplum/core';
import type {
  Bot,
  ClientApplication,
  Patient,
  Practitioner,
  Project,
  ProjectMembership,
  ProjectMembershipAccess,
  Resource,
  User,
} from '@medplum/fhirtypes';
import type { SeedClient, SeedProject } from '../../seed.ts';
import type { ResourceStore } from '../repository/resource-store.ts';
import type { Member } from './logins.ts';

type Speaker = Bot | ClientApplication | Patient | Practitioner;

/**
 * Who belongs to which project: clients, bots and people, as their ProjectMemberships say. All is read from the store each
 * time, so that a changed membership, secret or project counts at once; of the seed, only its clients' secrets are not stored.
 */
export class StoredMembers {
  readonly #store: ResourceStore;
  readonly #seedSecrets: ReadonlyMap<string, string>;

  constructor(store: ResourceStore, seedClients: readonly SeedClient[]) {
    this.#store = store;
    this.#seedSecrets = new Map(seedClients.map(({ id, secret }) => [id, secret]));
  }

  /** Undefined: no membership, or no longer one. */
  find(membershipId: string): Member | undefined {
    const membership = this.#read<ProjectMembership>('ProjectMembership', membershipId);
    return membership && this.#memberOf(membership);
  }

  /** The member whose profile has this reference. */
  ofProfile(profile: string): Member | undefined {
    return this.#ofReference('profile', profile)[0];
  }

  /** Every membership of a person, by the id of their User. */
  ofUser(userId: string): Member[] {
    return this.#ofReference('user', `User/${userId}`);
  }

  /** Memberships as they are stored, of a person in a project. */
  membershipsOf(userId: string, projectId: string): ProjectMembership[] {
    return this.#memberships().filter(
      ({ user, project }) => user?.reference === `User/${userId}` && resolveId(project) === projectId,
    );
  }

  #ofReference(field: 'profile' | 'user', reference: string): Member[] {
    const own = this.#memberships().filter((membership) => membership[field]?.reference === reference);
    return own.map((membership) => this.#memberOf(membership)).filter((member) => member !== undefined);
  }

  #memberships(): ProjectMembership[] {
    return this.#store.current('ProjectMembership').map((content): ProjectMembership => JSON.parse(content));
  }

  #memberOf(membership: ProjectMembership): Member | undefined {
    const { id = '', project, profile, user, access = [], accessPolicy, admin = false, active } = membership;
    const [type = '', profileId = ''] = profile?.reference?.split('/') ?? [];
    const speaker = this.#read<Speaker>(type as Speaker['resourceType'], profileId);
    const ofProject = this.#projectOf(resolveId(project) ?? '');
    if (!speaker || !ofProject || active === false) return undefined;
    const policies: ProjectMembershipAccess[] = accessPolicy ? [{ policy: accessPolicy }, ...access] : access;
    const display = displayOf(speaker);
    const [userType, userId = ''] = user?.reference?.split('/') ?? [];
    const secret = this.#secretsOf(speaker, profileId);
    return {
      membershipId: id,
      project: ofProject,
      admin,
      access: policies,
      profile: `${type}/${profileId}`,
      display,
      client: secret
        ? { ...secret, id: profileId, name: display, projectId: ofProject.id, membershipId: id }
        : undefined,
      user: userType === 'User' ? this.#userOf(userId) : undefined,
    };
  }

  #secretsOf(speaker: Speaker, id: string): Pick<SeedClient, 'secret' | 'retiringSecret'> | undefined {
    if (speaker.resourceType !== 'ClientApplication') return undefined;
    const secret = speaker.secret ?? this.#seedSecrets.get(id);
    const { retiringSecret } = speaker;
    return secret ? { secret, ...(retiringSecret && { retiringSecret }) } : undefined;
  }

  #userOf(id: string): Member['user'] {
    return { id, email: this.#read<User>('User', id)?.email ?? '' };
  }

  #projectOf(id: string): SeedProject | undefined {
    const project = this.#read<Project>('Project', id);
    if (!project) return undefined;
    const { name = '', features = [], superAdmin = false } = project;
    return { id, name, features, superAdmin };
  }

  #read<T extends Resource>(type: T['resourceType'], id: string): T | undefined {
    const content = this.#store.find(type, id)?.content;
    return content === undefined ? undefined : JSON.parse(content);
  }
}

function displayOf(speaker: Speaker): string {
  if (speaker.resourceType === 'Bot' || speaker.resourceType === 'ClientApplication') return speaker.name ?? '';
  const [{ given = [], family } = {}] = speaker.name ?? [];
  return [...given, family].filter((part) => part !== undefined).join(' ');
}
