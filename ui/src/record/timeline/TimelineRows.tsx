import { Badge, Box, Group, Stack, Text, Timeline, Title, UnstyledButton } from '@mantine/core';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { memo, useEffect } from 'react';
import { usePageTop } from '../../lists/use-page-top.ts';
import { describeFact, timeOfFact } from '../describe-fact.ts';
import { FactSources } from '../duplicates/ClusterRow.tsx';
import type { FactGroup } from '../duplicates/group-facts.ts';
import { NewBadge } from '../FactRow.tsx';
import { useRecord } from '../record-context.ts';
import type { TimelineRow } from './list-rows.ts';
import { KINDS } from './strands.ts';

interface TimelineRowsProps {
  readonly rows: readonly TimelineRow[];
  /** Reads on, called when the end comes into view; absent when everything was read. */
  readonly more: (() => void) | undefined;
}

/** Of an event of two lines, in pixels; what is in view is measured. */
const USUAL_HEIGHT_PX = 52;
/** Between the items of Mantine's Timeline: its `xl`. */
const GAP_PX = 32;
/** Rows beyond the edges of the window, so that one tab key further is always there. */
const OVERSCAN = 8;

/** The events as far as they were read, however far: only what is in view is drawn, in one Timeline that moves along. */
export function TimelineRows({ rows, more }: TimelineRowsProps) {
  const [host, top] = usePageTop();
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => USUAL_HEIGHT_PX,
    getItemKey: (index) => rows[index]?.key ?? index,
    gap: GAP_PX,
    overscan: OVERSCAN,
    scrollMargin: top,
  });
  const items = virtual.getVirtualItems();
  const isAtEnd = (items.at(-1)?.index ?? 0) >= rows.length - 1;

  useEffect(() => {
    if (isAtEnd) more?.();
  }, [isAtEnd, more]);

  return (
    <Box ref={host} pos="relative" h={virtual.getTotalSize()}>
      <Timeline
        role="list"
        aria-label="Events"
        bulletSize={14}
        lineWidth={2}
        pos="absolute"
        top={0}
        left={0}
        w="100%"
        style={{ transform: `translateY(${(items[0]?.start ?? top) - top}px)` }}
      >
        {items.map(({ index, key }) => (
          <Timeline.Item key={key} role="listitem" ref={virtual.measureElement} data-index={index}>
            <Row row={rows[index]} />
          </Timeline.Item>
        ))}
      </Timeline>
    </Box>
  );
}

function Row({ row }: { readonly row: TimelineRow | undefined }) {
  if (!row) return null;
  if ('group' in row) return <Event {...row.group} />;
  return (
    <Title order={2} size="h4" lh={1}>
      {row.heading}
    </Title>
  );
}

/** Scrolling and reading on draw what is new only. */
const Event = memo(function Event({ fact, cluster }: FactGroup) {
  const { open } = useRecord();
  const words = describeFact(fact);
  return (
    <Stack gap={2}>
      <Group gap={6}>
        <Badge variant="light" color="gray">
          {KINDS.get(fact.resourceType)}
        </Badge>
        <UnstyledButton fw={600} mih={24} onClick={() => open(fact)}>
          {words.title}
        </UnstyledButton>
        <NewBadge fact={fact} />
      </Group>
      <Group gap={6}>
        <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          {[timeOfFact(words), ...words.details].filter(Boolean).join(' · ')}
        </Text>
        <FactSources fact={fact} cluster={cluster} />
      </Group>
    </Stack>
  );
});
