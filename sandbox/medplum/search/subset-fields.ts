import { getDataType, type SearchRequest, subsetResource } from '@medplum/core';
import type { Resource } from '@medplum/fhirtypes';

/** Cuts a found resource, in place, to what `_fields`, `_elements` or `_summary` ask for; it gets the tag SUBSETTED. */
export function subsetFields(resource: Resource, request: SearchRequest): void {
  const properties = wantedProperties(resource, request);
  if (properties) subsetResource(resource, [...properties]);
}

function wantedProperties(resource: Resource, request: SearchRequest): Iterable<string> | undefined {
  const { mandatoryProperties = [], summaryProperties = [] } = getDataType(resource.resourceType);
  if (request.fields) return [...mandatoryProperties, ...request.fields];
  switch (request.summary) {
    case 'data':
      return Object.keys(resource).filter((key) => key !== 'text');
    case 'text':
      return ['text', ...mandatoryProperties];
    case 'true':
      return summaryProperties;
    default:
      return undefined;
  }
}
