import type { CodeableConcept } from '@medplum/fhirtypes';
import { namespaceOf } from '../../sources/find-sources.ts';
import { describeFact } from '../describe-fact.ts';
import type { FactClusters } from '../duplicates/find-clusters.ts';
import { clusterOf } from '../duplicates/group-facts.ts';
import type { Fact } from '../find-facts.ts';
import { type Statements, statementsOf } from './statements.ts';

/** One thing that sources say different things of. */
export interface Disagreement {
  readonly title: string;
  readonly type: Fact['resourceType'];
  /** One for each source, what was entered here among them. */
  readonly voices: readonly { readonly fact: Fact; readonly says: Statements }[];
  /** The elements in which they differ. */
  readonly elements: readonly string[];
}

const NO_CLUSTERS: FactClusters = new Map();

/**
 * Finds what several sources say different things of. The same thing is what has a code, a name or a cluster in common. A
 * source that says nothing of an element contradicts nobody.
 *
 * @param facts - Of any types, newest first.
 * @param order - Namespaces in the order in which sources stand beside each other; what was entered here comes first.
 */
export function findDisagreements(
  facts: readonly Fact[],
  order: readonly string[] = [],
  clusters: FactClusters = NO_CLUSTERS,
): Disagreement[] {
  const placeOf = (fact: Fact): number => order.indexOf(namespaceOf(fact) ?? '');
  return groupSame(facts, clusters).flatMap((group): Disagreement[] => {
    const bySource = Map.groupBy(
      group.toSorted((a, b) => placeOf(a) - placeOf(b)),
      (fact) => namespaceOf(fact) ?? '',
    );
    const voices = [...bySource.values()].flatMap((said) => {
      const fact = said.toSorted((a, b) => Number(isCurrent(b)) - Number(isCurrent(a)))[0];
      return fact ? [{ fact, says: statementsOf(fact) }] : [];
    });
    const elements = differingElements(voices.map(({ says }) => says));
    const [first] = voices;
    if (!first || elements.length === 0 || isPast(voices.map(({ fact }) => fact))) return [];
    return [{ title: describeFact(first.fact).title, type: first.fact.resourceType, voices, elements }];
  });
}

function differingElements(said: readonly Statements[]): string[] {
  const elements = [...new Set(said.flatMap((statements) => Object.keys(statements)))];
  return elements.filter((element) => {
    const values = said.map((statements) => comparable(element, statements[element] ?? '')).filter(Boolean);
    return new Set(values).size > 1;
  });
}

/** Numbers of phones are written with and without the country and with all kinds of marks. */
function comparable(element: string, text: string): string {
  return element === 'Phone' ? text.replace(/\D/g, '').slice(-7) : plain(text);
}

/** Prescriptions come and go: only when one of them is active a difference says something. */
function isPast(facts: readonly Fact[]): boolean {
  return facts.every((fact) => fact.resourceType.startsWith('Medication') && !isCurrent(fact));
}

function isCurrent(fact: Fact): boolean {
  return describeFact(fact).status === 'active';
}

/** Puts together what has any key in common, directly or through others. */
function groupSame(facts: readonly Fact[], clusters: FactClusters): Fact[][] {
  const groups = new Set<Fact[]>();
  const byKey = new Map<string, Fact[]>();
  for (const fact of facts) {
    const known = new Set(keysOf(fact, clusters).map((key) => byKey.get(key)));
    const group = [...[...known].flatMap((one) => one ?? []), fact];
    for (const one of known) if (one) groups.delete(one);
    groups.add(group);
    for (const member of group) for (const key of keysOf(member, clusters)) byKey.set(key, group);
  }
  return [...groups];
}

function keysOf(fact: Fact, clusters: FactClusters): string[] {
  const { resourceType } = fact;
  if (resourceType === 'Patient') return ['Patient'];
  const concept = whatOf(fact);
  const codes = concept?.coding?.flatMap(({ system, code }) => (code ? [`${system ?? ''}|${code}`] : [])) ?? [];
  const names = [concept?.text, ...(concept?.coding?.map(({ display }) => display) ?? [])];
  const cluster = clusterOf(clusters, fact)?.id;
  const keys = [...codes, ...names.flatMap((name) => (name ? [plain(name)] : [])), ...(cluster ? [cluster] : [])];
  return keys.map((key) => `${resourceType} ${key}`);
}

function whatOf(fact: Fact): CodeableConcept | undefined {
  if ('medicationCodeableConcept' in fact) return fact.medicationCodeableConcept;
  if ('medicationReference' in fact) return { text: fact.medicationReference?.display ?? '' };
  return 'code' in fact && typeof fact.code === 'object' ? (fact.code as CodeableConcept) : undefined;
}

function plain(text: string): string {
  return text.toLowerCase().replace(/\s+/g, ' ').trim();
}
