import { Box, Skeleton, Text } from '@mantine/core';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { formatCount } from '../imports/format.ts';
import { useKeptPlace } from './use-kept-place.ts';
import { MAX_ROWS, type Pages } from './use-pages.ts';

interface LongListProps<T> {
  readonly label: string;
  readonly pages: Pages<T>;
  /** About how high a row is, in pixels: so high is one that is not there yet. */
  readonly rowHeight: number;
  readonly render: (row: T) => ReactNode;
}

const GAP_PX = 8;
/** Rows beyond the edges of the window, so that one tab key further is always there. */
const OVERSCAN = 6;
const SETTLED_MS = 80;

/**
 * A list of any length that scrolls with the page: only what is in view is drawn, and only its pages are read. Who goes back to
 * it finds it where it was left: what it shows must stand in the entry of the history.
 */
export function LongList<T>(props: LongListProps<T>) {
  // A page without its rows is too short to be scrolled to the place that was left.
  return props.pages.total === undefined ? null : <Rows {...props} />;
}

function Rows<T>({ label, pages, rowHeight, render }: LongListProps<T>) {
  const host = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const { total = 0, rowAt, look } = pages;
  const count = Math.min(total, MAX_ROWS);
  const { left, note } = useKeptPlace();
  const list = useWindowVirtualizer({
    ...(left && { initialOffset: left.offset, initialMeasurementsCache: left.rows }),
    count,
    estimateSize: () => rowHeight,
    gap: GAP_PX,
    overscan: OVERSCAN,
    scrollMargin: top,
  });
  const rows = list.getVirtualItems();
  const [first, last] = [rows[0]?.index ?? 0, rows.at(-1)?.index ?? 0];

  useLayoutEffect(() => setTop(host.current?.offsetTop ?? 0), []);
  useLayoutEffect(() => {
    let offset = window.scrollY;
    // As it scrolls: when the list goes, the window may stand where the next page lets it.
    const see = (): void => {
      offset = window.scrollY;
    };
    window.addEventListener('scroll', see, { passive: true });
    return () => {
      window.removeEventListener('scroll', see);
      note({ offset, rows: list.takeSnapshot() });
    };
  }, [note, list]);
  // Who rushes past a row does not want to read it.
  useEffect(() => {
    const timer = setTimeout(() => look(first, last), SETTLED_MS);
    return () => clearTimeout(timer);
  }, [look, first, last]);

  return (
    <>
      <Box ref={host} role="list" aria-label={label} pos="relative" h={list.getTotalSize()}>
        {rows.map(({ index, key, start }) => {
          const row = rowAt(index);
          return (
            <Box
              key={key}
              role="listitem"
              aria-setsize={count}
              aria-posinset={index + 1}
              aria-busy={row === undefined}
              ref={list.measureElement}
              data-index={index}
              pos="absolute"
              top={0}
              left={0}
              w="100%"
              style={{ transform: `translateY(${start - top}px)` }}
            >
              {row === undefined ? <Skeleton height={rowHeight} /> : render(row)}
            </Box>
          );
        })}
      </Box>
      {total > MAX_ROWS && (
        <Text size="sm" c="dimmed">
          The list ends at {formatCount(MAX_ROWS)} of {formatCount(total)}: narrow it to see the others.
        </Text>
      )}
    </>
  );
}
