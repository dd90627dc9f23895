import { Badge, Group, Paper, Stack, Text } from '@mantine/core';
import type { WithId } from '@medplum/core';
import type { Patient } from '@medplum/fhirtypes';
import { memo } from 'react';
import { Link } from 'react-router';
import { formatWhen } from '../format-when.ts';
import classes from '../imports/ImportRow.module.css';
import { wordsForStatus } from '../imports/import-words.ts';
import type { PatientSources } from '../sources/find-sources.ts';
import { SourceBadge } from '../sources/SourceBadge.tsx';
import { nameOfPatient, traitsOfPatient } from './describe-patient.ts';

interface PatientRowProps {
  readonly patient: WithId<Patient>;
  readonly sources: PatientSources | undefined;
  /** Where the row leads to. */
  readonly path: string;
}

/** One chart of the list. The name is the link, and its surface covers the whole row. */
export const PatientRow = memo(function PatientRow({ patient, sources, path }: PatientRowProps) {
  return (
    <Paper withBorder p="md" className={classes.row ?? ''}>
      <div className={classes.columns ?? ''}>
        <div>
          <Text component={Link} to={path} fw={600} className={classes.link ?? ''}>
            {nameOfPatient(patient)}
          </Text>
          <Text size="sm" c="dimmed">
            {traitsOfPatient(patient)}
          </Text>
        </div>
        <div>
          <Stack gap={6}>
            <Group gap={6}>
              {sources?.sources.map((source) => (
                <SourceBadge key={source.namespace} source={source} />
              ))}
              {sources?.attention.map(({ text, color }) => (
                <Badge key={text} variant="light" color={color} maw="100%">
                  {text}
                </Badge>
              ))}
            </Group>
            <Text size="sm" c="dimmed">
              {describeLastImport(sources)}
            </Text>
          </Stack>
        </div>
      </div>
    </Paper>
  );
});

function describeLastImport(sources: PatientSources | undefined): string {
  const task = sources?.lastImport;
  if (!task) return sources?.sources.length ? 'No import to tell of' : 'No health system connected';
  const { label } = wordsForStatus(task.status);
  return `Last import ${formatWhen(task.meta?.lastUpdated)} · ${label}`;
}
