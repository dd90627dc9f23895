import { ORG_CONNECTION_SYSTEM } from '@fasten-medplum/bridge/contract/identifiers';
import type { MedplumClient, WithId } from '@medplum/core';
import type { Resource } from '@medplum/fhirtypes';
import type { FactSearch } from './sections.ts';

/** One resource of the record. */
export type Fact = WithId<Resource>;

/** How a reader narrows the record. */
export interface FactFilters {
  /** A namespace. */
  readonly source?: string | undefined;
  /** FHIR dates, both days included. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** A code, or part of what is called so. */
  readonly text?: string | undefined;
  /** FHIR instant: only what was stored later. */
  readonly since?: string | undefined;
}

export interface PageOfFacts {
  readonly facts: readonly Fact[];
  /** How many there are on all pages. */
  readonly total: number;
  /** The reader may not search these; then it is empty. */
  readonly isDenied?: boolean;
}

/** Medplum goes no further by offset. */
export const MAX_OFFSET = 10_000;

/**
 * Reads one page of a list of the record, newest first, with the reader's own token.
 *
 * @param count - Facts a page, at most 1,000.
 */
export async function findFacts(
  medplum: MedplumClient,
  patientId: string,
  search: FactSearch,
  filters: FactFilters,
  { offset = 0, count = 25 }: { readonly offset?: number; readonly count?: number } = {},
): Promise<PageOfFacts> {
  const query = [
    ...conditions(patientId, search, filters),
    ['_sort', `-${search.date}`],
    ['_count', `${count}`],
    ['_offset', `${offset}`],
    ['_total', 'accurate'],
  ];
  const bundle = await medplum.search(search.type, query, { cache: 'reload' });
  const facts = bundle.entry?.flatMap(({ resource }) => (resource ? [resource as Fact] : [])) ?? [];
  return { facts, total: bundle.total ?? offset + facts.length };
}

/** The search without order and page, as names and values: a name may stand twice. */
export function conditions(patientId: string, search: FactSearch, filters: FactFilters): string[][] {
  const { source, from, to, text, since } = filters;
  return [
    ['_compartment', `Patient/${patientId}`],
    ...Object.entries(search.query ?? {}),
    ...(source ? [['_tag', `${ORG_CONNECTION_SYSTEM}|${source}`]] : []),
    ...(from ? [[search.date, `ge${from}`]] : []),
    ...(to ? [[search.date, `lt${dayAfter(to)}`]] : []),
    ...(since ? [['_lastUpdated', `gt${since}`]] : []),
    ...(text && search.code ? [[isCode(text) ? search.code : `${search.code}:text`, text]] : []),
  ];
}

/** A day is compared as its midnight: `le` would leave out what happened on it. */
function dayAfter(day: string): string {
  const midnight = Date.parse(day);
  return Number.isNaN(midnight) ? day : new Date(midnight + 24 * 60 * 60 * 1000).toISOString().slice(0, 10);
}

/** LOINC, SNOMED, RxNorm, ICD-10 and CVX codes have a digit and no blank; names of things have no such word alone. */
function isCode(text: string): boolean {
  return /^[A-Za-z]?\d[\w.-]*$/.test(text);
}
