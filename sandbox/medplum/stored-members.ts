import { resolveId } from '@medplum/core';
import type {
  Bot,
  ClientApplication,
  Project,
  ProjectMembership,
  ProjectMembershipAccess,
  Resource,
} from '@medplum/fhirtypes';
import type { SeedProject } from '../seed.ts';
import type { Member } from './logins.ts';
import type { ResourceStore } from './resource-store.ts';

/**
 * Members of a project that are no part of the seed: bots and clients, as `POST admin/projects/<id>/bot` and `.../client`
 * make them. All are read from the store each time, so that a changed membership, secret or project counts at once.
 */
export class StoredMembers {
  readonly #store: ResourceStore;

  constructor(store: ResourceStore) {
    this.#store = store;
  }

  /** Undefined: no membership of a bot or a client. */
  find(membershipId: string): Member | undefined {
    const membership = this.#read<ProjectMembership>('ProjectMembership', membershipId);
    return membership && this.#memberOf(membership);
  }

  /** The membership under which a bot or a client works; `profile` is its reference. */
  ofProfile(profile: string): Member | undefined {
    const memberships = this.#store
      .current('ProjectMembership')
      .map((content): ProjectMembership => JSON.parse(content));
    const own = memberships.find((membership) => membership.profile?.reference === profile);
    return own && this.#memberOf(own);
  }

  /** A member whose project is as it stands in the store now: its features are what a super admin has made them. */
  current(member: Member): Member {
    return { ...member, project: this.#projectOf(member.project.id) ?? member.project };
  }

  #memberOf({ id = '', project, profile, access = [], accessPolicy, admin = false }: ProjectMembership) {
    const [type = '', profileId = ''] = profile?.reference?.split('/') ?? [];
    const speaker = type === 'Bot' || type === 'ClientApplication' ? this.#speaker(type, profileId) : undefined;
    const ofProject = this.#projectOf(resolveId(project) ?? '');
    if (!speaker || !ofProject) return undefined;
    const policies: ProjectMembershipAccess[] = accessPolicy ? [{ policy: accessPolicy }, ...access] : access;
    const { name = '' } = speaker;
    const secret = 'secret' in speaker ? (speaker.secret ?? '') : '';
    const retiringSecret = 'retiringSecret' in speaker ? speaker.retiringSecret : undefined;
    const isClient = type === 'ClientApplication' && secret !== '';
    const member: Member = {
      membershipId: id,
      project: ofProject,
      admin,
      access: policies,
      profile: `${type}/${profileId}`,
      display: name,
      client: isClient
        ? {
            id: profileId,
            secret,
            ...(retiringSecret && { retiringSecret }),
            name,
            projectId: ofProject.id,
            membershipId: id,
          }
        : undefined,
      user: undefined,
    };
    return member;
  }

  #speaker(type: 'Bot' | 'ClientApplication', id: string): Bot | ClientApplication | undefined {
    return this.#read(type, id);
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
