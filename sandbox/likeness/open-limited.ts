import type { AccessPolicy, AccessPolicyResource, ClientApplication, ProjectMembership } from '@medplum/fhirtypes';
import { openParty, type Party } from './open-party.ts';
import type { World } from './open-world.ts';
import { resourceOf, resourcesOf } from './said.ts';

/** A new client of the admin's project that an AccessPolicy limits; `parameter` fills its variables in. */
export async function openLimited(
  world: World,
  resource: AccessPolicyResource[],
  parameter: Record<string, string> = {},
): Promise<Party> {
  const { admin, baseUrl, run } = world;
  const body: AccessPolicy = { resourceType: 'AccessPolicy', name: run, resource };
  const policy = { reference: `AccessPolicy/${resourceOf(await admin.call('POST', 'AccessPolicy', body)).id}` };
  const path = `/admin/projects/${admin.projectId}/client`;
  const { id, secret = '' } = resourceOf<ClientApplication>(
    await admin.call('POST', path, { name: run, accessPolicy: policy }),
  );
  const names = Object.entries(parameter);
  if (names.length > 0) {
    const membership = await membershipOf(world, `ClientApplication/${id}`);
    const given = names.map(([name, reference]) => ({ name, valueReference: { reference } }));
    const { accessPolicy: _, ...rest } = membership;
    await admin.call('PUT', `ProjectMembership/${membership.id}`, { ...rest, access: [{ policy, parameter: given }] });
  }
  return openParty(baseUrl, { id, secret });
}

/** The membership of a profile in the admin's project. */
export async function membershipOf(
  { admin }: World,
  profile: string,
): Promise<ProjectMembership & { readonly id: string }> {
  const answer = await admin.call('GET', `ProjectMembership?profile=${profile}`);
  const [membership] = resourcesOf<ProjectMembership & { readonly id: string }>(answer);
  if (!membership) throw new Error('No membership');
  return membership;
}
