import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { IconFileOff } from '@tabler/icons-react';
import { formatCount } from '../imports/format.ts';
import { EmptyState } from '../states/EmptyState.tsx';
import { ErrorState } from '../states/ErrorState.tsx';
import { explainError } from '../states/explain-error.ts';
import { LoadingState } from '../states/LoadingState.tsx';
import { FactRow } from './FactRow.tsx';
import { type FactFilters, MAX_OFFSET } from './find-facts.ts';
import { useRecord } from './record-context.ts';
import type { RecordSection } from './sections.ts';
import { type FactPages, useFacts } from './use-facts.ts';

interface FactSectionProps {
  readonly section: RecordSection;
  readonly filters: FactFilters;
}

/** The lists of one section, newest first, a page at a time. */
export function FactSection({ section, filters }: FactSectionProps) {
  const { patientId } = useRecord();
  const { lists, error, isLoading, reload } = useFacts(patientId, section.searches, filters);
  const filled = lists?.filter(({ facts }) => facts.length > 0) ?? [];
  const name = section.label.toLowerCase();
  return (
    <Stack>
      {error !== undefined && (
        <ErrorState title={`The ${name} could not be loaded`} hint={explainError(error)} onRetry={reload} />
      )}
      {lists === undefined && error === undefined && <LoadingState label={`Loading the ${name}`} />}
      {lists && filled.length === 0 && <NothingHere section={section} filters={filters} />}
      {filled.map((list) => (
        <FactList key={list.search.label} list={list} isLoading={isLoading} />
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

function FactList({ list, isLoading }: { readonly list: FactPages; readonly isLoading: boolean }) {
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
      <Stack gap={6} role="list" aria-label={search.label}>
        {facts.map((fact) => (
          <FactRow key={fact.id} fact={fact} />
        ))}
      </Stack>
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
