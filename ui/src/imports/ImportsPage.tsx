import { Container, Group, SegmentedControl, Stack, Text, Title } from '@mantine/core';
import type { Task } from '@medplum/fhirtypes';
import { useMedplum } from '@medplum/react-hooks';
import { IconDatabaseImport } from '@tabler/icons-react';
import { useCallback } from 'react';
import { useSearchParams } from 'react-router';
import { type LiveImports, useLiveImports } from '../bridge/use-live-imports.ts';
import { LongList } from '../lists/LongList.tsx';
import { type Pages, usePages } from '../lists/use-pages.ts';
import { usePageTitle } from '../shell/use-page-title.ts';
import { EmptyState } from '../states/EmptyState.tsx';
import { ErrorState } from '../states/ErrorState.tsx';
import { explainError } from '../states/explain-error.ts';
import { LoadingState } from '../states/LoadingState.tsx';
import { findImports, IMPORT_FILTERS, type ImportFilter, isRunning, PAGE_SIZE } from './find-imports.ts';
import { formatCount } from './format.ts';
import { ImportRow } from './ImportRow.tsx';

const OPTIONS = { size: PAGE_SIZE, pauseMs: 30_000 };
const ROW_HEIGHT_PX = 94;

/** Every import the reader may see, newest change first, live. The filter stands in the address. */
export function ImportsPage() {
  const medplum = useMedplum();
  const [params, setParams] = useSearchParams();
  const filter = IMPORT_FILTERS.find(({ value }) => value === params.get('show'))?.value ?? 'all';
  const load = useCallback((page: number) => findImports(medplum, filter, page), [medplum, filter]);
  const pages = usePages(load, OPTIONS);
  const { total, error, reload } = pages;
  const live = useLiveImports(reload);
  usePageTitle('Imports');

  return (
    <Container size="lg" px={0}>
      <Stack>
        <Group justify="space-between" align="flex-end">
          <div>
            <Title order={1} size="h2">
              Imports
            </Title>
            <Text c="dimmed" size="sm">
              {total ? `${formatCount(total)} in this list` : 'Health records on their way into Medplum'}
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
        {total === undefined && error === undefined && <LoadingState label="Loading the imports" />}
        <ImportList pages={pages} filter={filter} live={live} />
      </Stack>
    </Container>
  );
}

interface ImportListProps {
  readonly pages: Pages<Task>;
  readonly filter: ImportFilter;
  readonly live: LiveImports;
}

function ImportList({ pages, filter, live }: ImportListProps) {
  if (pages.total === 0) {
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
    <LongList
      label="Imports"
      pages={pages}
      rowHeight={ROW_HEIGHT_PX}
      render={(task) => <ImportRow task={task} live={isRunning(task) ? live.get(task.id ?? '') : undefined} />}
    />
  );
}
