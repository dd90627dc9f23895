import { CCDA_FACT_SYSTEM } from '@fasten-medplum/bridge/contract/identifiers';
import { codesOf, describeFact, type FactDescription, type FactValue, measuredValue } from './describe-fact.ts';
import type { StoredFact } from './find-stored.ts';
import type { Fact } from './make-facts.ts';

/** The stored resource that says what a fact says. */
export interface Match {
  /** `Type/<id>`. */
  readonly reference: string;
  /** A document was converted to it: by an earlier run, or from another document. */
  readonly isConverted: boolean;
}

/** Said once, a problem, an allergy or a drug is the same without a date too. */
const LASTING = ['AllergyIntolerance', 'Condition', 'MedicationRequest'];

/**
 * Which facts are in the record already, by key. The same: one code in common, or the same words where neither has a code; the
 * same time as far as both say it; of observations the same value. Nothing cleverer: what is not plainly the same is
 * stored, and `find-duplicates` shows it beside the other.
 */
export function matchFacts(facts: readonly Fact[], stored: readonly StoredFact[]): Map<string, Match> {
  const candidates = indexStored(stored);
  const matches = new Map<string, Match>();
  for (const { key, resource } of facts) {
    const described = describeFact(resource);
    const named = namesOf(described).flatMap((name) => candidates.get(name) ?? []);
    const own = named.find(({ keys }) => keys.includes(key));
    const found = own ?? named.find((candidate) => isSame(described, candidate.described));
    if (found) matches.set(key, { reference: found.reference, isConverted: own !== undefined });
  }
  return matches;
}

interface Candidate {
  readonly described: FactDescription;
  readonly reference: string;
  /** Of the facts that were converted to it. */
  readonly keys: readonly string[];
}

function indexStored(stored: readonly StoredFact[]): Map<string, Candidate[]> {
  const index = new Map<string, Candidate[]>();
  for (const resource of stored) {
    if (isRetracted(resource)) continue;
    const reference = `${resource.resourceType}/${resource.id}`;
    const keys = (resource.identifier ?? []).flatMap(({ system, value }) =>
      system === CCDA_FACT_SYSTEM && value ? [value] : [],
    );
    for (const described of describeAll(resource)) {
      for (const name of namesOf(described)) {
        const list = index.get(name) ?? [];
        list.push({ described, reference, keys });
        index.set(name, list);
      }
    }
  }
  return index;
}

/** An Observation and its components: FHIR says in one what C-CDA says in two. */
function describeAll(resource: StoredFact): FactDescription[] {
  const described = describeFact(resource);
  const components = resource.resourceType === 'Observation' ? (resource.component ?? []) : [];
  const parts = components.map((component) => {
    return { ...described, codes: codesOf(component.code), text: component.code.text, value: measuredValue(component) };
  });
  return [described, ...parts];
}

function namesOf({ type, codes, text }: FactDescription): string[] {
  return codes.length > 0 ? codes.map((code) => `${type} ${code}`) : [`${type} text ${fold(text)}`];
}

function isSame(one: FactDescription, other: FactDescription): boolean {
  return one.isNegated === other.isNegated && isSameDate(one, other) && isSameValue(one.value, other.value);
}

function isSameDate({ type, date }: FactDescription, other: FactDescription): boolean {
  if (date === undefined || other.date === undefined) return LASTING.includes(type) || date === other.date;
  const bothTimed = date.includes('T') && other.date.includes('T');
  if (bothTimed) return Date.parse(date) === Date.parse(other.date);
  const [day, otherDay] = [date.slice(0, 10), other.date.slice(0, 10)];
  return day.startsWith(otherDay) || otherDay.startsWith(day);
}

function isSameValue(one: FactValue | undefined, other: FactValue | undefined): boolean {
  if (!one || !other) return one === other;
  if (one.number !== undefined || other.number !== undefined) {
    const isSameUnit = !one.unit || !other.unit || one.unit === other.unit;
    return isSameUnit && one.number === other.number && one.comparator === other.comparator;
  }
  if (one.codes && other.codes) return one.codes.some((code) => other.codes?.includes(code));
  return one.text !== undefined && fold(one.text) === fold(other.text);
}

function fold(text: string | undefined): string {
  return (text ?? '').toLowerCase().replace(/\s+/g, ' ').trim();
}

function isRetracted(resource: StoredFact): boolean {
  if ('status' in resource && resource.status === 'entered-in-error') return true;
  if (resource.resourceType !== 'AllergyIntolerance' && resource.resourceType !== 'Condition') return false;
  return codesOf(resource.verificationStatus).some((code) => code.endsWith('|entered-in-error'));
}
