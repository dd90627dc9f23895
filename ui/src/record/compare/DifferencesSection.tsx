import { Alert, Anchor, Stack, Text, Title } from '@mantine/core';
import { IconArrowsLeftRight } from '@tabler/icons-react';
import { Link } from 'react-router';
import { formatCount } from '../../imports/format.ts';
import { EmptyState } from '../../states/EmptyState.tsx';
import { ErrorState } from '../../states/ErrorState.tsx';
import { explainError } from '../../states/explain-error.ts';
import { LoadingState } from '../../states/LoadingState.tsx';
import type { FactFilters } from '../find-facts.ts';
import { useRecord } from '../record-context.ts';
import { Disagreements } from './Disagreements.tsx';
import { COMPARED_COUNT, type ComparableType } from './find-comparable.ts';
import { useDisagreements } from './use-disagreements.ts';

const ALL: readonly ComparableType[] = [
  'Patient',
  'AllergyIntolerance',
  'Condition',
  'MedicationRequest',
  'MedicationStatement',
  'Observation',
];

/** What is compared within a section of the record, by its path. */
const OF_SECTION: Readonly<Record<string, readonly ComparableType[]>> = {
  problems: ['Condition'],
  medications: ['MedicationRequest', 'MedicationStatement'],
  allergies: ['AllergyIntolerance'],
};

const NONE: readonly ComparableType[] = [];

interface FilteredProps {
  readonly filters: FactFilters;
}

/** Everything that sources say differently, side by side. */
export function DifferencesSection({ filters }: FilteredProps) {
  const { value: disagreements, error, reload } = useDisagreements(ALL, filters);
  if (error !== undefined) {
    return <ErrorState title="The sources could not be compared" hint={explainError(error)} onRetry={reload} />;
  }
  if (!disagreements) return <LoadingState label="Comparing the sources" />;
  if (disagreements.length === 0) {
    return (
      <EmptyState icon={<IconArrowsLeftRight />} title="The sources do not contradict each other">
        Compared were the person, blood groups, allergies, problems and medications, where two sources tell of the same.
      </EmptyState>
    );
  }
  return (
    <Stack>
      <Text size="sm" c="dimmed">
        Nobody has decided who is right. Compared were the person, blood groups, and the newest{' '}
        {formatCount(COMPARED_COUNT)} allergies, problems and medications of each kind, where two sources tell of the
        same.
      </Text>
      <Disagreements disagreements={disagreements} />
    </Stack>
  );
}

/** The same for one section, above its list; nothing when nobody contradicts. */
export function SectionDifferences({ path, filters }: FilteredProps & { readonly path: string }) {
  const { value: disagreements } = useDisagreements(OF_SECTION[path] ?? NONE, filters);
  if (!disagreements?.length) return null;
  return (
    <section aria-label="Told differently">
      <Title order={2} size="h4" mb="xs">
        Told differently
      </Title>
      <Disagreements disagreements={disagreements} />
    </section>
  );
}

const NO_FILTERS: FactFilters = {};

/** As many as a glance takes in. */
const NAMED = 4;

/** One line on the summary that leads to them; nothing when nobody contradicts. */
export function DifferencesNotice() {
  const { patientId } = useRecord();
  const { value: disagreements } = useDisagreements(ALL, NO_FILTERS);
  if (!disagreements?.length) return null;
  const titles = disagreements.map(({ title }) => title);
  return (
    <Alert color="orange" p="xs" icon={<IconArrowsLeftRight />}>
      Sources say different things of {titles.slice(0, NAMED).join(', ')}
      {titles.length > NAMED && ` and ${formatCount(titles.length - NAMED)} more`}.{' '}
      <Anchor component={Link} to={`/patients/${patientId}/differences`} size="sm" c="inherit" td="underline">
        Compare them
      </Anchor>
    </Alert>
  );
}
