import { useDocumentVisibility } from '@mantine/hooks';
import { useCallback, useEffect, useRef, useState } from 'react';

/** Medplum refuses an offset beyond this (`maxSearchOffset`): a longer list has to be narrowed. */
export const MAX_ROWS = 10_000;

/** One page of a list, and how long the whole of it is. */
export interface PageOf<T> {
  readonly rows: readonly T[];
  readonly total: number;
}

/** A long list of which only those pages are read that somebody looks at. */
export interface Pages<T> {
  /** Undefined until the first page is there. */
  readonly total: number | undefined;
  /** Undefined for a row that has not been read yet. */
  readonly rowAt: (index: number) => T | undefined;
  /** Which rows are in view, both included; what of them is not there is read. Keeps its identity between renders. */
  readonly look: (first: number, last: number) => void;
  readonly error: unknown;
  /** Reads anew what is in view; everything else is forgotten, since it may have moved. */
  readonly reload: () => void;
}

interface Options {
  readonly size: number;
  /** How long until what is in view is read anew, in milliseconds. */
  readonly pauseMs: number;
}

interface State<T> {
  readonly of: unknown;
  readonly pages: ReadonlyMap<number, readonly T[]>;
  readonly total: number | undefined;
  readonly error: unknown;
}

/**
 * Reads a list page by page as it is scrolled. What is shown stays until the answer to the next question is there, so that
 * nothing flashes; a hidden tab asks nothing.
 *
 * @param load - One page, from 0. Must keep its identity between renders (`useCallback`): a new one is another list.
 */
export function usePages<T>(load: (page: number) => Promise<PageOf<T>>, { size, pauseMs }: Options): Pages<T> {
  const visible = useDocumentVisibility() === 'visible';
  const [state, setState] = useState<State<T>>({ of: load, pages: new Map(), total: undefined, error: undefined });
  const [inView, setInView] = useState<readonly number[]>([0]);
  const [request, setRequest] = useState({});
  const reload = useCallback(() => setRequest({}), []);
  /** Pages that are there, or under way, since the newest request. */
  const asked = useRef({ request, load, pages: new Set<number>() });

  useEffect(() => {
    if (!visible) return;
    if (asked.current.request !== request || asked.current.load !== load) {
      asked.current = { request, load, pages: new Set() };
    }
    const mine = asked.current;
    for (const page of inView.filter((each) => !mine.pages.has(each))) {
      mine.pages.add(page);
      load(page).then(
        (answer) => asked.current === mine && setState((from) => withPage(from, load, mine.pages, page, answer)),
        (error: unknown) => {
          mine.pages.delete(page);
          if (asked.current === mine) setState((from) => ({ ...from, error }));
        },
      );
    }
  }, [visible, inView, request, load]);

  useEffect(() => {
    if (!visible || !request) return undefined;
    const timer = setTimeout(reload, pauseMs);
    return () => clearTimeout(timer);
  }, [visible, request, reload, pauseMs]);

  const look = useCallback(
    (first: number, last: number) => {
      const pages = range(Math.floor(Math.max(0, first) / size), Math.floor(Math.max(0, last) / size));
      setInView((before) => (before.join() === pages.join() ? before : pages));
    },
    [size],
  );
  const rowAt = (index: number): T | undefined => state.pages.get(Math.floor(index / size))?.[index % size];
  return { total: state.total, rowAt, look, error: state.error, reload };
}

/** Pages that were read before the newest request are shown only until theirs is there. */
function withPage<T>(
  from: State<T>,
  load: unknown,
  asked: ReadonlySet<number>,
  page: number,
  { rows, total }: PageOf<T>,
): State<T> {
  const kept = from.of === load ? [...from.pages].filter(([each]) => asked.has(each)) : [];
  return { of: load, pages: new Map([...kept, [page, rows]]), total, error: undefined };
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
