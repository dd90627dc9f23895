import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { IconFileOff } from '@tabler/icons-react';
import { formatCount } from '../imports/format.ts';
import { EmptyState } from '../states/EmptyState.tsx';
import { ErrorState } from '../states/ErrorState.tsx';
import { explainError } from '../states/explain-error.ts';
import { LoadingState } from '../states/LoadingState.tsx';
import { DeniedLists } from './DeniedLists.tsx';
import type { FactClusters } from './duplicates/find-clusters.ts';
import { useClusters } from './duplicates/use-clusters.ts';
import { FactRows } from './FactRows.tsx';
import { type FactFilters, MAX_OFFSET } from './find-facts.ts';
import { useRecord } from './record-context.ts';
import type { RecordSection } from './sections.ts';
import { type FactPages, useFacts } from './use-facts.ts';

interface FactSectionProps {
  readonly section: RecordSection;
  readonly filters: FactFilters;
}

/** The lists of one section, newest first, a page at a time. What several sources tell of is one row. */
export function FactSection({ section, filters }: FactSectionProps) {
  const { patientId } = useRecord();
  const found = useFacts(patientId, section.searches, filters);
  const { error, isLoading, reload } = found;
  const { lists, clusters, reload: regroup } = useClusters(found.lists);
  const filled = lists?.filter(({ facts }) => facts.length > 0) ?? [];
  const name = section.label.toLowerCase();
  return (
    <Stack>
      {error !== undefined && (
        <ErrorState title={`The ${name} could not be loaded`} hint={explainError(error)} onRetry={reload} />
      )}
      {lists === undefined && error === undefined && <LoadingState label={`Loading the ${name}`} />}
      <DeniedLists lists={lists} />
      {lists && filled.length === 0 && !lists.some(({ isDenied }) => isDenied) && (
        <NothingHere section={section} filters={filters} />
      )}
      {filled.map((list) => (
        <FactList
          key={list.search.label}
          list={list}
          clusters={clusters}
          regroup={regroup}
          isLoading={isLoading}
          isEndless={filled.length === 1}
        />
      ))}
    </Stack>
  );
}

/** Tells apart that there is nothing and that the filters leave nothing. */
export function NothingHere({ section, filters }: FactSectionProps) {
  const isFiltered = Object.values(filters).some(Boolean);
  return (
    <EmptyState icon={<IconFileOff />} title={isFiltered ? 'Nothing matches these filters' : 'Nothing here'}>
      {isFiltered ? 'Take a filter away to see more of the record.' : section.empty}
    </EmptyState>
  );
}

interface FactListProps {
  readonly list: FactPages;
  readonly clusters: FactClusters;
  readonly regroup: () => void;
  readonly isLoading: boolean;
  readonly isEndless: boolean;
}

function FactList({ list, clusters, regroup, isLoading, isEndless }: FactListProps) {
  const { search, facts, total, more } = list;
  return (
    <section aria-label={search.label}>
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h4">
          {search.label}
        </Title>
        <Text size="sm" c="dimmed">
          {total > facts.length ? `${formatCount(facts.length)} of ${formatCount(total)}` : formatCount(total)}
        </Text>
      </Group>
      <FactRows list={list} clusters={clusters} regroup={regroup} isEndless={isEndless} />
      <ShowMore list={list} isLoading={isLoading} />
      {!more && total > MAX_OFFSET && (
        <Text size="sm" c="dimmed" mt="xs">
          The list ends at {formatCount(MAX_OFFSET)}: choose dates to see what is older.
        </Text>
      )}
    </section>
  );
}

export function ShowMore({ list, isLoading }: { readonly list: FactPages; readonly isLoading: boolean }) {
  return (
    list.more && (
      <Button variant="default" mt="xs" onClick={list.more} loading={isLoading}>
        Show older
      </Button>
    )
  );
}
