import { type RefObject, useEffect, useRef } from 'react';

/**
 * Who followed a link or pressed a button that is gone with what was before goes on with the keyboard in what is new, and not
 * at the top.
 *
 * @param place - Whatever is another when something else is shown; undefined as long as nothing is. The first one takes no
 *   focus: the page has just opened.
 * @returns For the element that is new; it needs a `tabIndex` of -1.
 */
export function useFocusOnArrival<E extends HTMLElement>(place: string | undefined): RefObject<E | null> {
  const arrived = useRef<E>(null);
  const before = useRef(place);
  useEffect(() => {
    if (before.current === place) return;
    const isFirst = before.current === undefined;
    before.current = place;
    if (!isFirst && isFocusLost()) arrived.current?.focus({ preventScroll: true });
  }, [place]);
  return arrived;
}

/** What had it is gone, or out of sight: a navigation that closed behind the reader. */
function isFocusLost(): boolean {
  const { body, activeElement } = document;
  return (
    !activeElement || activeElement === body || activeElement.checkVisibility?.({ visibilityProperty: true }) === false
  );
}
