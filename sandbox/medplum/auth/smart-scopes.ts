import type { AccessPolicyResource } from '@medplum/fhirtypes';

interface SmartScope {
  readonly resourceType: string;
  readonly isReadOnly: boolean;
  readonly criteria: string | undefined;
}

/** `user/Observation.rs?category=laboratory`, in the words of SMART 1 (`read`) or 2 (`rs`). */
const SCOPE = /^(?:patient|user|system)\/(\w+|\*)\.(read|write|c?r?u?d?s?|\*)(?:\?(.+))?$/;

/**
 * The rules of a policy, narrowed to what a sign-in asked for (packages/server/src/fhir/smart.ts). Without any SMART scope
 * they stay as they are.
 */
export function applyScopes(rules: readonly AccessPolicyResource[], scope: string): AccessPolicyResource[] {
  const scopes = scope.split(' ').flatMap(parseScope);
  if (scopes.length === 0) return [...rules];
  return rules.flatMap((rule) => {
    const own =
      scopes.find(({ resourceType }) => resourceType === rule.resourceType) ??
      scopes.find(({ resourceType }) => resourceType === '*');
    if (own) return [narrow(rule, own)];
    if (rule.resourceType !== '*') return [];
    return scopes.map((each) => ({ ...narrow(rule, each), resourceType: each.resourceType as '*' }));
  });
}

function parseScope(text: string): SmartScope[] {
  const [, resourceType, allowed = '', criteria] = SCOPE.exec(text) ?? [];
  return resourceType ? [{ resourceType, isReadOnly: allowed === 'read' || /^[rs]+$/.test(allowed), criteria }] : [];
}

function narrow(rule: AccessPolicyResource, { resourceType, isReadOnly, criteria }: SmartScope): AccessPolicyResource {
  const result: AccessPolicyResource = { ...rule, ...(isReadOnly ? { readonly: true } : {}) };
  if (rule.criteria?.startsWith('*') && resourceType !== '*')
    result.criteria = rule.criteria.replace('*', resourceType);
  if (!criteria) return result;
  const before = result.criteria ?? `${resourceType}?`;
  return { ...result, criteria: `${before}${before.endsWith('?') || before.endsWith('&') ? '' : '&'}${criteria}` };
}
