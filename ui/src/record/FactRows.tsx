import { Box } from '@mantine/core';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { memo, useEffect, useMemo } from 'react';
import { usePageTop } from '../lists/use-page-top.ts';
import { ClusterRow } from './duplicates/ClusterRow.tsx';
import type { FactClusters } from './duplicates/find-clusters.ts';
import { type FactGroup, groupFacts } from './duplicates/group-facts.ts';
import { FactRow } from './FactRow.tsx';
import type { FactPages } from './use-facts.ts';

interface FactRowsProps {
  readonly list: FactPages;
  readonly clusters: FactClusters;
  /** Looks for clusters again, after a person took one apart. */
  readonly regroup: () => void;
  /** Reads on by itself when its end comes into view: for a list that nothing stands below. */
  readonly isEndless: boolean;
}

/** Of a row of two lines, in pixels; what is in view is measured. */
const USUAL_HEIGHT_PX = 68;
const GAP_PX = 6;
/** Rows beyond the edges of the window, so that one tab key further is always there. */
const OVERSCAN = 6;

/** The rows of a list as far as it was read, however far: only what is in view is drawn. */
export function FactRows({ list: { search, facts, more }, clusters, regroup, isEndless }: FactRowsProps) {
  const [host, top] = usePageTop();
  const groups = useMemo(() => groupFacts(facts, clusters), [facts, clusters]);
  const virtual = useWindowVirtualizer({
    count: groups.length,
    estimateSize: () => USUAL_HEIGHT_PX,
    getItemKey: (index) => groups[index]?.fact.id ?? index,
    gap: GAP_PX,
    overscan: OVERSCAN,
    scrollMargin: top,
  });
  const rows = virtual.getVirtualItems();
  const isAtEnd = (rows.at(-1)?.index ?? 0) >= groups.length - 1;

  useEffect(() => {
    if (isEndless && isAtEnd) more?.();
  }, [isEndless, isAtEnd, more]);

  return (
    <Box ref={host} role="list" aria-label={search.label} pos="relative" h={virtual.getTotalSize()}>
      {rows.map(({ index, key, start }) => {
        const group = groups[index];
        return (
          <Box
            key={key}
            role="none"
            ref={virtual.measureElement}
            data-index={index}
            pos="absolute"
            top={0}
            left={0}
            w="100%"
            style={{ transform: `translateY(${start - top}px)` }}
          >
            {group && <Row group={group} regroup={regroup} />}
          </Box>
        );
      })}
    </Box>
  );
}

/** Scrolling draws the list again, not what is in it. */
const Row = memo(function Row({ group: { fact, cluster }, regroup }: RowProps) {
  return cluster ? <ClusterRow fact={fact} cluster={cluster} onChange={regroup} /> : <FactRow fact={fact} />;
});

interface RowProps {
  readonly group: FactGroup;
  readonly regroup: () => void;
}
