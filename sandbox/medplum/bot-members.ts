import { resolveId } from '@medplum/core';
import type { Bot, ProjectMembership, ProjectMembershipAccess } from '@medplum/fhirtypes';
import type { Seed } from '../seed.ts';
import type { Member } from './logins.ts';
import type { ResourceStore } from './resource-store.ts';

/** Members of a project that are no part of the seed: bots, as `POST admin/projects/<id>/bot` makes them. */
export class BotMembers {
  readonly #store: ResourceStore;
  readonly #seed: Seed;

  constructor(store: ResourceStore, seed: Seed) {
    this.#store = store;
    this.#seed = seed;
  }

  /** Read from the store each time, so that a changed policy counts at once; undefined: no bot's membership. */
  find(membershipId: string): Member | undefined {
    const content = this.#store.find('ProjectMembership', membershipId)?.content;
    return content === undefined ? undefined : this.#memberOf(JSON.parse(content));
  }

  /** The membership under which a bot of a project runs. */
  ofBot(botId: string): Member | undefined {
    const memberships = this.#store
      .current('ProjectMembership')
      .map((content): ProjectMembership => JSON.parse(content));
    const own = memberships.find(({ profile }) => profile?.reference === `Bot/${botId}`);
    return own && this.#memberOf(own);
  }

  #memberOf({ id = '', project, profile, access = [], accessPolicy, admin = false }: ProjectMembership) {
    const [type, botId = ''] = profile?.reference?.split('/') ?? [];
    const content = type === 'Bot' ? this.#store.find('Bot', botId)?.content : undefined;
    const ofSeed = this.#seed.projects.find((one) => one.id === resolveId(project));
    if (content === undefined || !ofSeed) return undefined;
    const policies: ProjectMembershipAccess[] = accessPolicy ? [{ policy: accessPolicy }, ...access] : access;
    const member: Member = {
      membershipId: id,
      project: ofSeed,
      admin,
      access: policies,
      profile: `Bot/${botId}`,
      display: (JSON.parse(content) as Bot).name ?? '',
      client: undefined,
      user: undefined,
    };
    return member;
  }
}
