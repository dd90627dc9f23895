import { useMedplum } from '@medplum/react-hooks';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { isForbidden } from '../states/explain-error.ts';
import { type FactFilters, findFacts, MAX_OFFSET, type PageOfFacts } from './find-facts.ts';
import type { FactSearch } from './sections.ts';

/** One list as far as it was read. */
export interface FactPages extends PageOfFacts {
  readonly search: FactSearch;
  /** Reads the next page; absent when there is none. */
  readonly more?: () => void;
}

export interface LoadedFacts {
  /** One for each search, in their order; undefined until the first answer. */
  readonly lists: readonly FactPages[] | undefined;
  readonly error: unknown;
  /** True while a next page is under way. */
  readonly isLoading: boolean;
  readonly reload: () => void;
}

interface State {
  readonly pages: readonly PageOfFacts[] | undefined;
  readonly error: unknown;
  readonly isLoading: boolean;
}

/** Facts of a page after the first, which is short so that it is soon there. */
const NEXT_COUNT = 100;

/**
 * Reads the lists of a section, page by page as the reader asks for more. What was read stays until the first page of the
 * next filters is there, so that nothing flashes. A list that the reader may not search is empty and says so.
 *
 * @param searches - Must keep its identity between renders, as must `filters`; other searches want another component.
 */
export function useFacts(
  patientId: string,
  searches: readonly FactSearch[],
  filters: FactFilters,
  count?: number,
): LoadedFacts {
  const medplum = useMedplum();
  const [state, setState] = useState<State>({ pages: undefined, error: undefined, isLoading: false });
  const [request, setRequest] = useState({});
  /** Pages behind which the next is being read: whoever scrolls asks more than once. */
  const underWay = useRef(new WeakSet<PageOfFacts>());

  useEffect(() => {
    let current = request !== undefined;
    const paging = { ...(count && { count }) };
    Promise.all(searches.map((search) => findFacts(medplum, patientId, search, filters, paging).catch(deniedPage)))
      .then((pages) => current && setState({ pages, error: undefined, isLoading: false }))
      .catch((error: unknown) => current && setState(({ pages }) => ({ pages, error, isLoading: false })));
    return () => {
      current = false;
    };
  }, [medplum, patientId, searches, filters, count, request]);

  const readMore = useCallback(
    async (index: number) => {
      const [search, known] = [searches[index], state.pages?.[index]];
      if (!search || !known || underWay.current.has(known)) return;
      underWay.current.add(known);
      setState((now) => ({ ...now, isLoading: true }));
      try {
        // Who asks for more reads on.
        const paging = { offset: known.facts.length, count: count ?? NEXT_COUNT };
        const next = await findFacts(medplum, patientId, search, filters, paging);
        setState((now) => ({ pages: append(now.pages, known, next), error: undefined, isLoading: false }));
      } catch (error) {
        underWay.current.delete(known);
        setState(({ pages }) => ({ pages, error, isLoading: false }));
      }
    },
    [medplum, patientId, searches, filters, count, state.pages],
  );

  const lists = useMemo(
    () =>
      state.pages?.flatMap((page, index): FactPages[] => {
        const search = searches[index];
        const hasMore = page.facts.length < Math.min(page.total, MAX_OFFSET);
        return search ? [{ ...page, search, ...(hasMore && { more: () => void readMore(index) }) }] : [];
      }),
    [state.pages, searches, readMore],
  );
  return {
    lists,
    error: state.error,
    isLoading: state.isLoading,
    reload: () => setRequest({}),
  };
}

function deniedPage(error: unknown): PageOfFacts {
  if (!isForbidden(error)) throw error;
  return { facts: [], total: 0, isDenied: true };
}

/** Nothing happens when the list was read anew meanwhile. An offset can show a fact twice when others came in before it. */
function append(
  pages: readonly PageOfFacts[] | undefined,
  known: PageOfFacts,
  next: PageOfFacts,
): readonly PageOfFacts[] | undefined {
  return pages?.map((page) => {
    if (page !== known) return page;
    const ids = new Set(known.facts.map(({ id }) => id));
    const facts = [...known.facts, ...next.facts.filter(({ id }) => !ids.has(id))];
    // A server that tells of more than it gives would be asked for ever by a list that reads on by itself.
    return { facts, total: facts.length === known.facts.length ? facts.length : next.total };
  });
}
