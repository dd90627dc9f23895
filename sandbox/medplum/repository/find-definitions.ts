import {
  DEFAULT_SEARCH_COUNT,
  FhirFilterComparison,
  FhirFilterConnective,
  type FhirFilterExpression,
  type Filter,
  matchesSearchRequest,
  type Operator,
  parseFilterParameter,
  type SearchRequest,
} from '@medplum/core';
import type { Bundle, Resource, SearchParameter, StructureDefinition } from '@medplum/fhirtypes';
import type { Definitions } from './load-definitions.ts';

/** The definitions that the Medplum app asks for; they live in memory, not in the database. */
export function isDefinitionType(resourceType: string): boolean {
  return resourceType === 'StructureDefinition' || resourceType === 'SearchParameter';
}

/**
 * True for a search by who loaded a resource: FHIR's own definitions have neither source nor tag, so it means those that
 * a client stored.
 */
export function asksForOrigin(request: SearchRequest): boolean {
  return request.filters?.some(({ code }) => code === '_source' || code === '_tag') ?? false;
}

/** Searches FHIR's own StructureDefinitions and SearchParameters, `_filter` included. */
export function findDefinitions(definitions: Definitions, request: SearchRequest): Bundle {
  const all: readonly (StructureDefinition | SearchParameter)[] =
    request.resourceType === 'StructureDefinition' ? definitions.structureDefinitions : definitions.searchParameters;
  const found = all.filter((resource) => (request.filters ?? []).every((filter) => matches(resource, filter)));
  const page = found.slice(request.offset ?? 0, (request.offset ?? 0) + (request.count ?? DEFAULT_SEARCH_COUNT));
  return {
    resourceType: 'Bundle',
    type: 'searchset',
    total: found.length,
    entry: page.map((resource) => ({ search: { mode: 'match' }, resource: structuredClone(resource) })),
  };
}

function matches(resource: Resource, filter: Filter): boolean {
  if (filter.code === '_filter') return satisfies(resource, parseFilterParameter(filter.value));
  return matchesSearchRequest(resource, { resourceType: resource.resourceType, filters: [filter] });
}

function satisfies(resource: Resource, expression: FhirFilterExpression): boolean {
  if (expression instanceof FhirFilterComparison) {
    const { path: code, operator, value } = expression;
    return matches(resource, { code, operator: operator as Operator, value });
  }
  if (expression instanceof FhirFilterConnective) {
    const [left, right] = [satisfies(resource, expression.left), satisfies(resource, expression.right)];
    return expression.keyword === 'and' ? left && right : left || right;
  }
  return !satisfies(resource, expression.child);
}
