import { randomUUID } from 'node:crypto';
import type { WithId } from '@medplum/core';
import type { AccessPolicy, Project, ProjectMembership, Resource, User } from '@medplum/fhirtypes';
import type { SeedClient, SeedProject, SeedUser } from '../../seed.ts';
import { hashOf } from '../auth/tokens.ts';
import type { Definitions } from './load-definitions.ts';
import type { ResourceStore } from './resource-store.ts';
import { compartmentsOf } from './stamp-meta.ts';

/** Writes what makes clients members of their projects, those that are not there yet. */
export function plantClients(store: ResourceStore, definitions: Definitions, clients: readonly SeedClient[]): void {
  for (const client of clients) {
    for (const resource of resourcesOfClient(client)) plant(store, definitions, resource, client.projectId);
  }
}

/** Writes people, their profiles and memberships, those that are not there yet. */
export function plantUsers(store: ResourceStore, definitions: Definitions, users: readonly SeedUser[]): void {
  for (const user of users) {
    for (const resource of resourcesOfUser(user)) plant(store, definitions, resource, user.projectId);
  }
}

/** Writes AccessPolicies, those that are not there yet. An id exists once, so they are of one project. */
export function plantPolicies(
  store: ResourceStore,
  definitions: Definitions,
  policies: readonly WithId<AccessPolicy>[],
  projectId: string,
): void {
  for (const policy of policies) plant(store, definitions, policy, projectId);
}

/** Writes the projects themselves, those that are not there yet. */
export function plantProjects(store: ResourceStore, definitions: Definitions, projects: readonly SeedProject[]): void {
  for (const { id, name, features, superAdmin } of projects) {
    const project: WithId<Project> = {
      resourceType: 'Project',
      id,
      name,
      strictMode: true,
      ...(features.length > 0 && { features: [...features] as NonNullable<Project['features']> }),
      ...(superAdmin && { superAdmin }),
    };
    plant(store, definitions, project, id);
  }
}

function plant(store: ResourceStore, definitions: Definitions, resource: WithId<Resource>, projectId: string): void {
  if (store.find(resource.resourceType, resource.id)) return;
  const author = { reference: 'system' };
  const meta = { versionId: randomUUID(), lastUpdated: new Date().toISOString(), project: projectId, author };
  const planted = { ...resource, meta } as WithId<Resource>;
  planted.meta = { ...planted.meta, compartment: compartmentsOf(planted, definitions) };
  store.insert(planted, projectId);
}

function resourcesOfClient(client: SeedClient): WithId<Resource>[] {
  const { id, name } = client;
  const self = { reference: `ClientApplication/${id}`, display: name };
  return [membershipOf(client, self, self), { resourceType: 'ClientApplication', id, name, status: 'active' }];
}

function resourcesOfUser(user: SeedUser): WithId<Resource>[] {
  const { id, email, password, profile } = user;
  const [{ given = [], family = '' } = {}] = profile.name ?? [];
  const person: WithId<User> = {
    resourceType: 'User',
    id,
    firstName: given[0] ?? '',
    lastName: family,
    email,
    passwordHash: hashOf(password),
  };
  const display = [...given, family].join(' ');
  const own = { reference: `${profile.resourceType}/${profile.id}`, display };
  return [membershipOf(user, { reference: `User/${id}`, display: email }, own), person, profile];
}

function membershipOf(
  { membershipId, projectId, admin, access }: SeedClient | SeedUser,
  user: { readonly reference: string; readonly display: string },
  profile: { readonly reference: string; readonly display: string },
): WithId<ProjectMembership> {
  return {
    resourceType: 'ProjectMembership',
    id: membershipId,
    project: { reference: `Project/${projectId}` },
    user: user as NonNullable<ProjectMembership['user']>,
    profile: profile as NonNullable<ProjectMembership['profile']>,
    ...(admin && { admin }),
    ...(access && access.length > 0 && { access: [...access] }),
  };
}
