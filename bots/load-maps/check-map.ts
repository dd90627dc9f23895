import { isResource } from '@medplum/core';
import type { ConceptMap, ConceptMapGroup } from '@medplum/fhirtypes';
import { isLocal, isStandard, STANDARD_SYSTEMS } from '../normalise-codes/standard-systems.ts';
import { canExist } from './check-code.ts';

const EQUIVALENCES: readonly string[] = [
  ...['relatedto', 'equivalent', 'equal', 'wider', 'subsumes', 'narrower', 'specializes', 'inexact', 'unmatched'],
  'disjoint',
];

/** A map of which each part can be stored and does what it says. */
export type CheckedMap = ConceptMap & { readonly url: string; readonly group: ConceptMapGroup[] };

/** What is wrong with the text of a map, each with the place where it stands; or the map. */
export function checkMap(text: string): { readonly map: CheckedMap } | { readonly faults: readonly string[] } {
  let map: unknown;
  try {
    map = JSON.parse(text);
  } catch {
    return { faults: ['it is not JSON'] };
  }
  if (!isResource<ConceptMap>(map, 'ConceptMap')) return { faults: ['it is no ConceptMap'] };
  const faults = [...headFaults(map), ...(map.group ?? []).flatMap(groupFaults)];
  return faults.length > 0 ? { faults } : { map: map as CheckedMap };
}

function* headFaults({ url, status, group }: ConceptMap): Generator<string> {
  if (typeof url !== 'string' || !URL.canParse(url)) yield 'url: what it is known by is missing';
  if (status !== 'active') yield 'status: only an active map is used';
  if (!Array.isArray(group) || group.length === 0) yield 'group: it maps nothing';
}

function groupFaults(group: ConceptMapGroup, position: number): string[] {
  const { source, target, element } = group;
  const at = `group[${position}]`;
  const faults: string[] = [];
  if (!isLocal(source)) faults.push(`${at}.source: the code system of the local codes; a standard one is not mapped`);
  if (!isStandard(target)) faults.push(`${at}.target: one of ${Object.values(STANDARD_SYSTEMS).join(', ')}`);
  if (!Array.isArray(element) || element.length === 0) return [...faults, `${at}.element: it maps nothing`];
  const known = new Map<unknown, number>();
  for (const [index, one] of element.entries()) {
    const here = `${at}.element[${index}]`;
    if (typeof one.code !== 'string' || one.code.trim() !== one.code || one.code === '') {
      faults.push(`${here}.code: missing, or with blanks around it`);
    }
    const before = known.get(one.code);
    if (before !== undefined) faults.push(`${here}: ${one.code} stands in element[${before}] already`);
    known.set(one.code, index);
    for (const [rank, { code, equivalence }] of (one.target ?? []).entries()) {
      const there = `${here}.target[${rank}]`;
      if (!EQUIVALENCES.includes(equivalence ?? '')) faults.push(`${there}.equivalence: missing or unknown`);
      if (code !== undefined && isStandard(target) && !canExist(target ?? '', code)) {
        faults.push(`${there}.code: ${code} cannot be a code of ${target}`);
      }
    }
  }
  return faults;
}
