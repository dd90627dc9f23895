import { randomUUID } from 'node:crypto';
import type { WithId } from '@medplum/core';
import type { ClientApplication, ProjectMembership, Resource } from '@medplum/fhirtypes';
import type { Definitions } from './load-definitions.ts';
import type { Member } from './logins.ts';
import type { ResourceStore } from './resource-store.ts';
import { compartmentsOf } from './stamp-meta.ts';

/** Writes the resources that speak for the seed's members, those that are not there yet. */
export function plantSeed(store: ResourceStore, definitions: Definitions, members: ReadonlyMap<string, Member>): void {
  for (const member of members.values()) {
    for (const resource of resourcesOf(member)) {
      if (store.find(resource.resourceType, resource.id)) continue;
      const author = { reference: 'system' };
      const meta = {
        versionId: randomUUID(),
        lastUpdated: new Date().toISOString(),
        project: member.project.id,
        author,
      };
      const planted = { ...resource, meta } as WithId<Resource>;
      planted.meta = { ...planted.meta, compartment: compartmentsOf(planted, definitions) };
      store.insert(planted, member.project.id);
    }
  }
}

function resourcesOf(member: Member): WithId<Resource>[] {
  const membership: WithId<ProjectMembership> = {
    resourceType: 'ProjectMembership',
    id: member.membershipId,
    project: { reference: `Project/${member.project.id}` },
    user: { reference: member.user ? `User/${member.user.id}` : member.profile },
    profile: { reference: member.profile, display: member.display },
    admin: member.admin,
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
