import { useMedplumProfile } from '@medplum/react-hooks';
import type { VirtualItem } from '@tanstack/react-virtual';
import { useCallback, useLayoutEffect, useRef, useState } from 'react';
import { useLocation } from 'react-router';
import { type LeftList, readEntry } from './list-entry.ts';

/** Where somebody was in a list. */
interface Place {
  /** Of the window, in pixels from the top of the page. */
  readonly offset: number;
  /** The rows that were drawn with their true heights, without which the offset leads elsewhere. */
  readonly rows: VirtualItem[];
}

/** Further back nobody goes; each may hold thousands of rows. */
const MAX_PLACES = 10;

/** By entry of the history, each reader's own: going back leads to the same entry, a link to a new one. */
const places = new Map<string, Place>();

/** By the path of a list, each reader's own: how it was when it was left last. */
const leftLists = new Map<string, LeftList>();

/**
 * The place at which this entry of the history was left, if it was, and what notes where it is now. The browser restores a
 * place by itself only when the page is as long as it was at once, which one that loads is not.
 */
export function useKeptPlace() {
  const location = useLocation();
  const reader = useMedplumProfile()?.id ?? '';
  const nameOf = useCallback((entry: string): string => `${reader} ${entry}`, [reader]);
  const [left] = useState(() => {
    const { place: from } = readEntry(location.state);
    return places.get(nameOf(location.key)) ?? (from === undefined ? undefined : places.get(nameOf(from)));
  });
  /** What is searched for stands in the entry and makes a new one of it: the newest is where the list is left. */
  const entry = useRef(location);
  useLayoutEffect(() => {
    entry.current = location;
  }, [location]);
  const note = useCallback(
    (place: Place) => {
      const { key, pathname, search, state } = entry.current;
      const name = nameOf(key);
      places.delete(name);
      places.set(name, place);
      const [oldest] = places.keys();
      if (places.size > MAX_PLACES && oldest !== undefined) places.delete(oldest);
      leftLists.set(nameOf(pathname), { search, state: { ...state, place: key } });
    },
    [nameOf],
  );
  return { left, note };
}

/** How the reader left a list last, by its path; undefined for one where they have not been. */
export function useLeftList(path: string): () => LeftList | undefined {
  const reader = useMedplumProfile()?.id ?? '';
  return useCallback(() => leftLists.get(`${reader} ${path}`), [reader, path]);
}
