import { resolveId, type WithId } from '@medplum/core';
import type { User } from '@medplum/fhirtypes';
import type { ResourceStore } from '../repository/resource-store.ts';
import type { Member } from './logins.ts';
import type { StoredMembers } from './stored-members.ts';
import { hashOf, sameSecret } from './tokens.ts';

/** Whoever can sign in with e-mail and password: a User, of one project alone or of none in particular. */
export class People {
  readonly #store: ResourceStore;
  readonly #members: StoredMembers;

  constructor(store: ResourceStore, members: StoredMembers) {
    this.#store = store;
    this.#members = members;
  }

  /** One who belongs to the project alone comes before one who belongs to none. */
  find(email: string, projectId?: string): WithId<User> | undefined {
    const named = this.#all().filter((user) => user.email === email.toLowerCase());
    const ofProject = projectId && named.find(({ project }) => resolveId(project) === projectId);
    return ofProject || named.find(({ project }) => !project);
  }

  hasPassword(user: User, password: string): boolean {
    return sameSecret(user.passwordHash ?? '', hashOf(password));
  }

  /** Where a person may go in, given what their sign-in is limited to. */
  membershipsOf(userId: string, only: { readonly projectId?: string; readonly profileType?: string }): Member[] {
    return this.#members.ofUser(userId).filter(({ project, profile }) => {
      const isWanted = only.profileType === undefined || profile.startsWith(only.profileType);
      return isWanted && (only.projectId === undefined || project.id === only.projectId);
    });
  }

  #all(): WithId<User>[] {
    return this.#store.current('User').map((content): WithId<User> => JSON.parse(content));
  }
}
