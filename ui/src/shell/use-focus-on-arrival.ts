import { type RefObject, useEffect, useRef } from 'react';

/**
 * Who followed a link that is gone with the page before goes on with the keyboard in what is new, and not at the top.
 *
 * @param place - Whatever is another when something else is shown. The first one takes no focus: the page has just opened.
 * @returns For the element that is new; it needs a `tabIndex` of -1.
 */
export function useFocusOnArrival<E extends HTMLElement>(place: string): RefObject<E | null> {
  const arrived = useRef<E>(null);
  const before = useRef(place);
  useEffect(() => {
    if (before.current === place) return;
    before.current = place;
    if (document.activeElement === document.body) arrived.current?.focus({ preventScroll: true });
  }, [place]);
  return arrived;
}
