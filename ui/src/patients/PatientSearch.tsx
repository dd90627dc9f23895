import { Container, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMedplum } from '@medplum/react-hooks';
import { IconSearch, IconUsers } from '@tabler/icons-react';
import { type ReactNode, useCallback } from 'react';
import { formatCount } from '../imports/format.ts';
import { LongList } from '../lists/LongList.tsx';
import { useKeptSearch } from '../lists/use-kept-search.ts';
import { type Pages, usePages } from '../lists/use-pages.ts';
import { usePageTitle } from '../shell/use-page-title.ts';
import { EmptyState } from '../states/EmptyState.tsx';
import { ErrorState } from '../states/ErrorState.tsx';
import { explainError } from '../states/explain-error.ts';
import { LoadingState } from '../states/LoadingState.tsx';
import { findPatients, type ListedPatient, PAGE_SIZE } from './find-patients.ts';
import { PatientRow } from './PatientRow.tsx';

const OPTIONS = { size: PAGE_SIZE, pauseMs: 30_000 };
const ROW_HEIGHT_PX = 90;

interface PatientSearchProps {
  readonly title: string;
  /** Shown until it is known how many there are. */
  readonly subtitle: string;
  /** Stands above the search. */
  readonly notice?: ReactNode;
  /** Where a patient leads to, by id. */
  readonly pathOf: (id: string) => string;
}

/** The charts that the reader may see, found by name or birth date. */
export function PatientSearch({ title, subtitle, notice, pathOf }: PatientSearchProps) {
  const medplum = useMedplum();
  usePageTitle(title);
  const { typed, wanted, type } = useKeptSearch();
  const load = useCallback((page: number) => findPatients(medplum, wanted, page), [medplum, wanted]);
  const pages = usePages(load, OPTIONS);
  const { total, error, reload } = pages;

  return (
    <Container size="lg" px={0}>
      <Stack>
        <div>
          <Title order={1} size="h2">
            {title}
          </Title>
          <Text c="dimmed" size="sm">
            {total ? `${subtitle} · ${formatCount(total)} in this list` : subtitle}
          </Text>
        </div>
        {notice}
        <TextInput
          label="Find by name or birth date"
          placeholder="Smith, or 1980-05-17"
          type="search"
          leftSection={<IconSearch size={16} aria-hidden />}
          value={typed}
          onChange={(event) => type(event.currentTarget.value)}
          maw={420}
        />
        {error !== undefined && (
          <ErrorState title="The patients could not be loaded" hint={explainError(error)} onRetry={reload} />
        )}
        {total === undefined && error === undefined && <LoadingState label="Loading the patients" />}
        <PatientList pages={pages} isSearch={wanted.trim() !== ''} pathOf={pathOf} />
      </Stack>
    </Container>
  );
}

interface PatientListProps extends Pick<PatientSearchProps, 'pathOf'> {
  readonly pages: Pages<ListedPatient>;
  readonly isSearch: boolean;
}

function PatientList({ pages, isSearch, pathOf }: PatientListProps) {
  if (pages.total === 0) {
    return isSearch ? (
      <EmptyState icon={<IconUsers />} title="Nobody found">
        No patient has a name that begins like this, or this birth date (year-month-day).
      </EmptyState>
    ) : (
      <EmptyState icon={<IconUsers />} title="No patients yet">
        Patients of this Medplum project appear here; their records come in when they connect a health system.
      </EmptyState>
    );
  }
  return (
    <LongList
      label="Patients"
      pages={pages}
      rowHeight={ROW_HEIGHT_PX}
      render={({ patient, sources }) => <PatientRow patient={patient} sources={sources} path={pathOf(patient.id)} />}
    />
  );
}
