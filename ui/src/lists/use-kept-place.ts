import type { VirtualItem } from '@tanstack/react-virtual';
import { useCallback, useState } from 'react';
import { useLocation } from 'react-router';

/** Where somebody was in a list. */
interface Place {
  /** Of the window, in pixels from the top of the page. */
  readonly offset: number;
  /** The rows that were drawn with their true heights, without which the offset leads elsewhere. */
  readonly rows: VirtualItem[];
}

/** Further back nobody goes; each may hold thousands of rows. */
const MAX_PLACES = 10;

/** By entry of the history: going back leads to the same entry, a link to a new one. */
const places = new Map<string, Place>();

/**
 * The place at which this entry of the history was left, if it was, and what notes where it is now. The browser restores a
 * place by itself only when the page is as long as it was at once, which one that loads is not.
 *
 * @param isKept - Whether it is wanted at all.
 */
export function useKeptPlace(isKept: boolean) {
  const { key } = useLocation();
  const [left] = useState(() => (isKept ? places.get(key) : undefined));
  const note = useCallback(
    (place: Place) => {
      if (!isKept) return;
      places.delete(key);
      places.set(key, place);
      const [oldest] = places.keys();
      if (places.size > MAX_PLACES && oldest !== undefined) places.delete(oldest);
    },
    [isKept, key],
  );
  return { left, note };
}
