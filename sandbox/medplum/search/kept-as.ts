import { getSearchParameterDetails, PropertyType } from '@medplum/core';
import type { SearchParameter } from '@medplum/fhirtypes';

/**
 * How the real server keeps the values of a search parameter (packages/server/src/fhir/searchparameter.ts), which decides
 * what its modifiers mean and which of them it refuses:
 * - `tokens`: systems and codes; `folded-tokens`: those of contact points, without regard to case
 * - `words`: names and addresses, found by the beginnings of their words
 * - `column`: one value; `array`: several
 */
export type Kept = 'tokens' | 'folded-tokens' | 'words' | 'column' | 'array';

const TOKEN_TYPES: readonly string[] = [PropertyType.Identifier, PropertyType.CodeableConcept, PropertyType.Coding];
const WORDS =
  /^(individual-(given|family)|(Patient|Person|Practitioner|RelatedPerson)-name|(individual|InsurancePlan|Location|Organization)-address(-(city|country|postalcode|state|use))?)$/;

const known = new Map<string, Kept>();

export function keptAs(resourceType: string, param: SearchParameter): Kept {
  const key = `${resourceType}.${param.code}`;
  const kept = known.get(key) ?? decide(resourceType, param);
  known.set(key, kept);
  return kept;
}

function decide(resourceType: string, param: SearchParameter): Kept {
  const { array, elementDefinitions = [] } = getSearchParameterDetails(resourceType, param);
  if (param.type === 'token') {
    const types = elementDefinitions.flatMap(({ type }) => type.map(({ code }) => code));
    if (types.includes(PropertyType.ContactPoint)) return 'folded-tokens';
    if (types.some((type) => TOKEN_TYPES.includes(type))) return 'tokens';
  }
  if (WORDS.test(param.id ?? '')) return 'words';
  return array ? 'array' : 'column';
}
