import { Container, Group, Pagination, SegmentedControl, Stack, Text, Title } from '@mantine/core';
import { useMedplum } from '@medplum/react-hooks';
import { IconDatabaseImport } from '@tabler/icons-react';
import { useCallback } from 'react';
import { useSearchParams } from 'react-router';
import { EmptyState } from '../states/EmptyState.tsx';
import { ErrorState } from '../states/ErrorState.tsx';
import { explainError } from '../states/explain-error.ts';
import { LoadingState } from '../states/LoadingState.tsx';
import {
  findImports,
  IMPORT_FILTERS,
  type ImportFilter,
  type ImportPageOfTasks,
  PAGE_SIZE,
  pauseFor,
} from './find-imports.ts';
import { formatCount } from './format.ts';
import { ImportRow } from './ImportRow.tsx';
import { usePolled } from './use-polled.ts';

/** Every import the reader may see, newest change first, live. Filter and page stand in the address. */
export function ImportsPage() {
  const medplum = useMedplum();
  const [params, setParams] = useSearchParams();
  const filter = IMPORT_FILTERS.find(({ value }) => value === params.get('show'))?.value ?? 'all';
  const page = Math.max(1, Number.parseInt(params.get('page') ?? '1', 10) || 1);
  const load = useCallback(() => findImports(medplum, filter, page), [medplum, filter, page]);
  const { value, error, reload } = usePolled(load, pauseForPage);

  return (
    <Container size="lg" px={0}>
      <Stack>
        <Group justify="space-between" align="flex-end">
          <div>
            <Title order={1} size="h2">
              Imports
            </Title>
            <Text c="dimmed" size="sm">
              {value && value.total > 0
                ? `${formatCount(value.total)} in this list`
                : 'Health records on their way into Medplum'}
            </Text>
          </div>
          <SegmentedControl
            aria-label="Show"
            value={filter}
            onChange={(show) => setParams(show === 'all' ? {} : { show })}
            data={IMPORT_FILTERS.map(({ value: name, label }) => ({ value: name, label }))}
          />
        </Group>
        {error !== undefined && (
          <ErrorState title="The imports could not be loaded" hint={explainError(error)} onRetry={reload} />
        )}
        {value === undefined && error === undefined && <LoadingState label="Loading the imports" />}
        {value && <ImportList found={value} filter={filter} />}
        {value && value.total > PAGE_SIZE && (
          <Pagination
            total={Math.ceil(value.total / PAGE_SIZE)}
            value={page}
            onChange={(to) => setParams({ ...(filter !== 'all' && { show: filter }), page: String(to) })}
            getControlProps={(control) => ({ 'aria-label': `${control} page` })}
          />
        )}
      </Stack>
    </Container>
  );
}

function ImportList({ found, filter }: { readonly found: ImportPageOfTasks; readonly filter: ImportFilter }) {
  if (found.tasks.length === 0) {
    return filter === 'all' ? (
      <EmptyState icon={<IconDatabaseImport />} title="No imports yet">
        When a patient connects a health system, the import of the records appears here and can be watched.
      </EmptyState>
    ) : (
      <EmptyState icon={<IconDatabaseImport />} title="Nothing here">
        No import is in this state now. Choose “All” to see the others.
      </EmptyState>
    );
  }
  return (
    <Stack gap="xs" role="list" aria-label="Imports">
      {found.tasks.map((task) => (
        <ImportRow key={task.id} task={task} />
      ))}
    </Stack>
  );
}

function pauseForPage(found: ImportPageOfTasks | undefined): number {
  return pauseFor(found?.tasks);
}
