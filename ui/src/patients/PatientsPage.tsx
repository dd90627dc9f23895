import { Container, Pagination, Stack, Text, TextInput, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useMedplum, useMedplumProfile } from '@medplum/react-hooks';
import { IconSearch, IconUsers } from '@tabler/icons-react';
import { useCallback, useState } from 'react';
import { Navigate } from 'react-router';
import { formatCount } from '../imports/format.ts';
import { usePolled } from '../imports/use-polled.ts';
import { EmptyState } from '../states/EmptyState.tsx';
import { ErrorState } from '../states/ErrorState.tsx';
import { explainError } from '../states/explain-error.ts';
import { LoadingState } from '../states/LoadingState.tsx';
import { findPatients, PAGE_SIZE, type PageOfPatients } from './find-patients.ts';
import { PatientRow } from './PatientRow.tsx';

const PAUSE_MS = 30_000;
const TYPING_MS = 300;

/** Every chart the reader may see. A patient has one, and goes there at once. */
export function PatientsPage() {
  const profile = useMedplumProfile();
  return profile?.resourceType === 'Patient' ? <Navigate to={`/patients/${profile.id}`} replace /> : <PatientSearch />;
}

/** What is searched for stays in memory: a name in the address would end up in histories and logs. */
function PatientSearch() {
  const medplum = useMedplum();
  const [{ text, page }, setSearch] = useState({ text: '', page: 1 });
  const [settled] = useDebouncedValue(text, TYPING_MS);
  const load = useCallback(() => findPatients(medplum, settled, page), [medplum, settled, page]);
  const { value, error, reload } = usePolled(load, pause);

  return (
    <Container size="lg" px={0}>
      <Stack>
        <div>
          <Title order={1} size="h2">
            Patients
          </Title>
          <Text c="dimmed" size="sm">
            {value
              ? `${formatCount(value.total)} in this list`
              : 'Their records, whatever health system they come from'}
          </Text>
        </div>
        <TextInput
          label="Find by name or birth date"
          placeholder="Beispiel, or 1980-05-17"
          type="search"
          leftSection={<IconSearch size={16} aria-hidden />}
          value={text}
          onChange={(event) => setSearch({ text: event.currentTarget.value, page: 1 })}
          maw={420}
        />
        {error !== undefined && (
          <ErrorState title="The patients could not be loaded" hint={explainError(error)} onRetry={reload} />
        )}
        {value === undefined && error === undefined && <LoadingState label="Loading the patients" />}
        {value && <PatientList found={value} isSearch={settled.trim() !== ''} />}
        {value && value.total > PAGE_SIZE && (
          <Pagination
            total={Math.ceil(value.total / PAGE_SIZE)}
            value={page}
            onChange={(to) => setSearch({ text, page: to })}
            getControlProps={(control) => ({ 'aria-label': `${control} page` })}
          />
        )}
      </Stack>
    </Container>
  );
}

function PatientList({ found, isSearch }: { readonly found: PageOfPatients; readonly isSearch: boolean }) {
  if (found.patients.length === 0) {
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
    <Stack gap="xs" role="list" aria-label="Patients">
      {found.patients.map((patient) => (
        <PatientRow key={patient.id} patient={patient} sources={found.sources.get(patient.id)} />
      ))}
    </Stack>
  );
}

function pause(): number {
  return PAUSE_MS;
}
