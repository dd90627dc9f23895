import { randomUUID } from 'node:crypto';
import type { ProjectMembership } from '@medplum/fhirtypes';
import type { World } from './open-world.ts';
import { resourceOf } from './said.ts';

export interface Invited {
  readonly email: string;
  readonly password: string;
  readonly membership: ProjectMembership & { readonly id: string };
}

/** Invites a person into the admin's project; they belong to it alone, and can sign in at once. */
export async function inviteUser({ admin }: World, more: Record<string, unknown> = {}): Promise<Invited> {
  const email = `${randomUUID()}@example.com`;
  const password = `likeness-${randomUUID()}`;
  const person = { resourceType: 'Practitioner', firstName: 'Kim', lastName: 'Likeness', email, password };
  const invite = { ...person, scope: 'project', sendEmail: false, ...more };
  const answer = await admin.call('POST', `/admin/projects/${admin.projectId}/invite`, invite);
  return { email, password, membership: resourceOf<ProjectMembership>(answer) };
}
