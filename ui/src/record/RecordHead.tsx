import { Alert, Anchor, Group, Stack, Text, Title } from '@mantine/core';
import type { WithId } from '@medplum/core';
import type { Patient } from '@medplum/fhirtypes';
import { ResourceAvatar } from '@medplum/react';
import { useMedplumProfile } from '@medplum/react-hooks';
import { Link } from 'react-router';
import { BackToList } from '../lists/BackToList.tsx';
import { nameOfPatient, traitsOfPatient } from '../patients/describe-patient.ts';
import type { PatientSources } from '../sources/find-sources.ts';
import { SourceBadge } from '../sources/SourceBadge.tsx';

interface RecordHeadProps {
  readonly patient: WithId<Patient>;
  readonly known: PatientSources | undefined;
}

/** Whose record it is, where it comes from, and what about it needs a person. */
export function RecordHead({ patient, known }: RecordHeadProps) {
  const isStaff = useMedplumProfile()?.resourceType !== 'Patient';
  return (
    <Stack gap="xs">
      {isStaff && <BackToList to="/patients">All patients</BackToList>}
      <Group gap="sm" wrap="nowrap">
        <ResourceAvatar value={patient} size={48} radius="xl" />
        <div>
          <Title order={1} size="h2">
            {nameOfPatient(patient)}
          </Title>
          <Text c="dimmed">{traitsOfPatient(patient)}</Text>
        </div>
      </Group>
      <Group gap={6}>
        {known?.sources.map((source) => (
          <SourceBadge key={source.namespace} source={source} />
        ))}
        {known && (
          <>
            {known.sources.length === 0 && <Text size="sm">No health system is connected.</Text>}
            <Anchor component={Link} to={`/connections/${patient.id}`} size="sm">
              {known.sources.length === 0 ? 'Connect one' : 'See the connections'}
            </Anchor>
          </>
        )}
      </Group>
      {known?.attention.map(({ text, color, taskId }) => (
        <Alert key={text} color={color} p="xs">
          {text}.{' '}
          {taskId && (
            <Anchor component={Link} to={`/imports/${taskId}`} size="sm" c="inherit" td="underline">
              See the import
            </Anchor>
          )}
        </Alert>
      ))}
    </Stack>
  );
}
