import { type RefObject, useLayoutEffect, useRef, useState } from 'react';

/**
 * How far an element stands below the top of the page, in pixels: from where a list that scrolls with the page counts.
 * Looked at after each drawing, since whatever stands above may have grown.
 */
export function usePageTop(): readonly [RefObject<HTMLDivElement | null>, number] {
  const host = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => setTop(pageTopOf(host.current)));
  return [host, top];
}

function pageTopOf(element: HTMLElement | null): number {
  return element ? Math.round(element.getBoundingClientRect().top + window.scrollY) : 0;
}
