import { Button, Stack, Text } from '@mantine/core';
import { IconTimeline } from '@tabler/icons-react';
import { useCallback, useMemo } from 'react';
import { formatCount } from '../../imports/format.ts';
import { EmptyState } from '../../states/EmptyState.tsx';
import { ErrorState } from '../../states/ErrorState.tsx';
import { explainError } from '../../states/explain-error.ts';
import { LoadingState } from '../../states/LoadingState.tsx';
import { DeniedLists } from '../DeniedLists.tsx';
import { groupFacts } from '../duplicates/group-facts.ts';
import { useClusters } from '../duplicates/use-clusters.ts';
import { type FactFilters, MAX_OFFSET } from '../find-facts.ts';
import { useRecord } from '../record-context.ts';
import { type FactPages, useFacts } from '../use-facts.ts';
import { listRows } from './list-rows.ts';
import { mergeStrands } from './merge-strands.ts';
import { STRANDS } from './strands.ts';
import { TimelineRows } from './TimelineRows.tsx';

/** What happened, of all kinds and all sources, newest first, as far back as somebody scrolls. */
export function TimelineSection({ filters }: { readonly filters: FactFilters }) {
  const { patientId } = useRecord();
  const { lists: found, error, isLoading, reload } = useFacts(patientId, STRANDS, filters);
  const { lists, clusters } = useClusters(found);
  const merged = useMemo(() => {
    const strands = lists?.map((list) => ({ ...list, hasMore: list.more !== undefined })) ?? [];
    return mergeStrands(strands);
  }, [lists]);
  const rows = useMemo(() => listRows(groupFacts([...merged.shown, ...merged.undated], clusters)), [merged, clusters]);
  const readOn = useCallback((): void => {
    for (const { search, more } of lists ?? []) if (merged.next.includes(search)) more?.();
  }, [lists, merged]);
  const more = merged.next.length > 0 ? readOn : undefined;
  if (error !== undefined) {
    return <ErrorState title="The timeline could not be loaded" hint={explainError(error)} onRetry={reload} />;
  }
  if (!lists) return <LoadingState label="Loading the timeline" />;
  if (rows.length === 0 && !more) return <NothingHappened lists={lists} filters={filters} />;
  return (
    <Stack>
      <DeniedLists lists={lists} />
      <TimelineRows rows={rows} more={more} />
      {more && (
        <Button variant="default" onClick={more} loading={isLoading}>
          Show earlier
        </Button>
      )}
      <CutOff lists={lists} />
    </Stack>
  );
}

interface NothingHappenedProps {
  readonly lists: readonly FactPages[];
  readonly filters: FactFilters;
}

function NothingHappened({ lists, filters }: NothingHappenedProps) {
  if (lists.some(({ isDenied }) => isDenied)) return <DeniedLists lists={lists} />;
  return (
    <EmptyState icon={<IconTimeline />} title="Nothing has happened here">
      {Object.values(filters).some(Boolean)
        ? 'Take a filter away to see more of the record.'
        : 'No connected health system has sent anything yet.'}
    </EmptyState>
  );
}

/** Where Medplum's offsets end, a kind is missing from what is older: said, or it would look as if nothing had happened. */
function CutOff({ lists }: { readonly lists: readonly FactPages[] }) {
  const cut = lists.filter(({ facts, total, more }) => !more && total > MAX_OFFSET && facts.length >= MAX_OFFSET);
  const [first] = cut;
  if (!first) return null;
  return (
    <Text size="sm" c="dimmed" role="note">
      Of {cut.map(({ search }) => search.label.toLowerCase()).join(', ')}, only the newest {formatCount(MAX_OFFSET)} are
      here: choose dates to see what is older.
    </Text>
  );
}
