import { randomUUID } from 'node:crypto';
import type { WithId } from '@medplum/core';
import type { AccessPolicy, ClientApplication, Project, ProjectMembership, Resource } from '@medplum/fhirtypes';
import type { SeedProject } from '../seed.ts';
import type { Definitions } from './load-definitions.ts';
import type { Member } from './logins.ts';
import type { ResourceStore } from './resource-store.ts';
import { compartmentsOf } from './stamp-meta.ts';

/** Writes the resources that speak for members, those that are not there yet. */
export function plantMembers(store: ResourceStore, definitions: Definitions, members: Iterable<Member>): void {
  for (const member of members) {
    for (const resource of resourcesOf(member)) plant(store, definitions, resource, member.project.id);
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

function resourcesOf(member: Member): WithId<Resource>[] {
  const membership: WithId<ProjectMembership> = {
    resourceType: 'ProjectMembership',
    id: member.membershipId,
    project: { reference: `Project/${member.project.id}` },
    user: { reference: member.user ? `User/${member.user.id}` : member.profile },
    profile: { reference: member.profile, display: member.display },
    admin: member.admin,
    ...(member.access.length > 0 && { access: [...member.access] }),
  };
  if (member.user) return [membership, member.user.profile];
  const client: WithId<ClientApplication> = {
    resourceType: 'ClientApplication',
    id: member.client?.id ?? '',
    name: member.display,
    status: 'active',
  };
  return [membership, client];
}
