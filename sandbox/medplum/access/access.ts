import {
  type AccessPolicyInteraction,
  accessPolicySupportsInteraction,
  evalFhirPathTyped,
  forbidden,
  OperationOutcomeError,
  parseSearchRequest,
  resolveId,
  satisfiedAccessPolicy,
} from '@medplum/core';
import type { AccessPolicyResource, Resource, ResourceType } from '@medplum/fhirtypes';
import type { Sql } from '../repository/open-database.ts';
import { conditionFor } from '../search/condition-for.ts';
import { joined, type ParamNumber } from '../search/sql-conditions.ts';
import type { AppliedPolicy } from './build-access-policy.ts';
import { hideFields, restoreFields } from './hidden-fields.ts';

/**
 * What a caller's AccessPolicy lets them do, checked where the real server checks it (packages/server/src/fhir/repo.ts):
 * by type before anything is looked up (403), by criteria in the database when something is found (not found otherwise),
 * and by criteria against a resource in hand before and after it is written (403).
 */
export class Access {
  readonly policy: AppliedPolicy;

  constructor(policy: AppliedPolicy) {
    this.policy = policy;
  }

  /** Throws 403 where no rule allows an interaction with any resource of the type. */
  requireType(interaction: AccessPolicyInteraction, resourceType: string): void {
    if (!this.allowsType(interaction, resourceType)) throw new OperationOutcomeError(forbidden);
  }

  /** Whether a rule allows it with any resource of the type at all. */
  allowsType(interaction: AccessPolicyInteraction, resourceType: string): boolean {
    return accessPolicySupportsInteraction(this.policy, interaction, resourceType as ResourceType);
  }

  /** Whether a rule allows it with this very resource, as it stands. A rule for `*` with criteria never does, as there. */
  allows(interaction: AccessPolicyInteraction, resource: Resource): boolean {
    return satisfiedAccessPolicy(resource, interaction, this.policy) !== undefined;
  }

  /** Throws 403 where none does. */
  require(interaction: AccessPolicyInteraction, resource: Resource): void {
    if (!this.allows(interaction, resource)) throw new OperationOutcomeError(forbidden);
  }

  /** As `require`, for a resource as it will be stored: what the rule says about the change counts too. */
  requireWritable(interaction: 'create' | 'update', previous: Resource | undefined, next: Resource): void {
    const rule = satisfiedAccessPolicy(next, interaction, this.policy);
    const isHeld = rule?.writeConstraint?.every(({ expression = '' }) => holds(expression, previous, next)) ?? true;
    if (!rule || !isHeld) throw new OperationOutcomeError(forbidden);
  }

  /** What finds the resources of a type that may be seen; undefined: all of them. Binary has nothing to be found by. */
  conditionFor(resourceType: string, paramNumber: ParamNumber): Sql | undefined {
    if (resourceType === 'Binary') return undefined;
    const conditions: Sql[] = [];
    for (const rule of this.policy.resource) {
      if (rule.resourceType !== resourceType && rule.resourceType !== '*') continue;
      const criteria = criteriaOf(rule, resourceType);
      // The real server takes criteria for another type than the rule's as none at all.
      if (criteria === undefined) return undefined;
      const { filters = [] } = parseSearchRequest(criteria);
      const all = filters.map((filter) => conditionFor(resourceType, filter, paramNumber));
      if (all.length > 0) conditions.push(joined(all, 'AND'));
    }
    return conditions.length > 0 ? joined(conditions, 'OR') : undefined;
  }

  /** Takes what the caller may not see out of a resource, in place. */
  hide<T extends Resource>(resource: T): T {
    const rule = satisfiedAccessPolicy(resource, 'read', this.policy);
    if (rule?.hiddenFields) hideFields(resource, rule.hiddenFields);
    return resource;
  }

  /** The resource with the old values of fields that the caller may not write; a first version has none. */
  restore<T extends Resource>(resource: T, previous: Resource | undefined): T {
    const rule = satisfiedAccessPolicy(previous ?? resource, previous ? 'update' : 'create', this.policy);
    const fields = [...(rule?.readonlyFields ?? []), ...(rule?.hiddenFields ?? [])];
    return fields.length > 0 ? restoreFields(structuredClone(resource), previous, fields) : resource;
  }
}

function criteriaOf(rule: AccessPolicyResource, resourceType: string): string | undefined {
  const compartment = rule.compartment && resolveId(rule.compartment);
  if (compartment) return `${resourceType}?_compartment=${compartment}`;
  if (!rule.criteria?.startsWith(`${rule.resourceType}?`)) return undefined;
  return `${resourceType}?${rule.criteria.slice(rule.criteria.indexOf('?') + 1)}`;
}

function holds(expression: string, previous: Resource | undefined, next: Resource): boolean {
  const before = { type: previous?.resourceType ?? 'undefined', value: previous };
  const after = { type: next.resourceType, value: next };
  const [result, more] = evalFhirPathTyped(expression, [after], { '%before': before, '%after': after });
  return result?.value === true && more === undefined;
}
