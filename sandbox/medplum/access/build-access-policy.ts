import { badRequest, getReferenceString, OperationOutcomeError, projectAdminResourceTypes } from '@medplum/core';
import type { AccessPolicy, AccessPolicyResource, ProjectMembershipAccess } from '@medplum/fhirtypes';
import type { Member } from '../auth/logins.ts';
import { applyScopes } from '../auth/smart-scopes.ts';
import type { ResourceStore } from '../repository/resource-store.ts';

/** An AccessPolicy as it applies to one member: parameters filled in, what every member may added. */
export type AppliedPolicy = AccessPolicy & { readonly resource: AccessPolicyResource[] };

/** What every member may read, whatever their policy says. */
const ALWAYS_READABLE = ['SearchParameter', 'StructureDefinition'];

/**
 * The policy of a member as the real server builds it (packages/server/src/fhir/accesspolicy.ts): all of the membership's
 * policies in one, `%profile`, `%patient` and the membership's own parameters replaced. Read at each request, so that a
 * changed AccessPolicy counts at once. A member without any sees everything of the project.
 *
 * @param scope what the sign-in asked for, which may leave less of it
 * @throws OperationOutcomeError 400 when a policy is not there (any more).
 */
export function buildAccessPolicy(store: ResourceStore, member: Member, scope = ''): AppliedPolicy {
  const policies = member.access.map((access) => fillIn(store, access, member.profile));
  const rules = policies.flatMap(({ resource }) => resource ?? []).map(withInteractions);
  if (policies.length === 0) rules.push({ resourceType: '*' });
  for (const resourceType of ALWAYS_READABLE) {
    if (!rules.some((rule) => rule.resourceType === resourceType)) rules.push({ resourceType, readonly: true });
  }
  const compartment = policies.findLast((policy) => policy.compartment)?.compartment;
  return {
    resourceType: 'AccessPolicy',
    basedOn: member.access.map(({ policy }) => policy),
    ...(compartment && { compartment }),
    resource: [
      ...applyScopes(rules, scope).filter(({ resourceType }) => !projectAdminResourceTypes.includes(resourceType)),
      ...(member.project.superAdmin ? SUPER_ADMIN_RULES : member.admin ? adminRules(member.project.id) : []),
    ],
  };
}

/** Replaced in the text of the policy, wherever they stand. */
function fillIn(store: ResourceStore, { policy, parameter = [] }: ProjectMembershipAccess, profile: string) {
  const [type = '', id = ''] = getReferenceString(policy)?.split('/') ?? [];
  let json = store.find(type, id)?.content;
  if (json === undefined) {
    throw new OperationOutcomeError(badRequest('Cannot authenticate: Invalid access policy configuration'));
  }
  const own = parameter.map(({ name, valueString, valueReference }) => ({
    name,
    value: valueString ?? valueReference?.reference ?? '',
    isReference: valueString === undefined,
  }));
  const isGiven = own.some(({ name }) => name === 'patient');
  const implied = isGiven ? ['profile'] : ['profile', 'patient'];
  for (const { name, value, isReference } of [
    ...own,
    ...implied.map((name) => ({ name, value: profile, isReference: true })),
  ]) {
    if (isReference) json = json.replaceAll(`%${name}.id`, value.split('/')[1] ?? '');
    json = json.replaceAll(`%${name}`, value);
  }
  return JSON.parse(json) as AccessPolicy;
}

function withInteractions(rule: AccessPolicyResource): AccessPolicyResource {
  return rule.readonly && !rule.interaction ? { ...rule, interaction: ['search', 'read', 'history', 'vread'] } : rule;
}

const SUPER_ADMIN_RULES: readonly AccessPolicyResource[] = projectAdminResourceTypes.map((type) => ({
  resourceType: type as AccessPolicyResource['resourceType'],
}));

function adminRules(projectId: string): AccessPolicyResource[] {
  return [
    {
      resourceType: 'Project',
      criteria: `Project?_id=${projectId}`,
      readonlyFields: ['features', 'link', 'systemSetting'],
      hiddenFields: ['superAdmin', 'systemSecret', 'strictMode'],
    },
    { resourceType: 'AccessPolicy' },
    { resourceType: 'ProjectMembership', readonlyFields: ['project', 'user'] },
    {
      resourceType: 'User',
      hiddenFields: ['passwordHash', 'mfaSecret'],
      readonlyFields: ['email', 'emailVerified', 'mfaEnrolled', 'project'],
    },
  ];
}
