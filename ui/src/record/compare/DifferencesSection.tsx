import { Stack, Text, Title } from '@mantine/core';
import { IconArrowsLeftRight } from '@tabler/icons-react';
import { formatCount } from '../../imports/format.ts';
import { EmptyState } from '../../states/EmptyState.tsx';
import { ErrorState } from '../../states/ErrorState.tsx';
import { explainError } from '../../states/explain-error.ts';
import { LoadingState } from '../../states/LoadingState.tsx';
import type { FactFilters } from '../find-facts.ts';
import { useRecord } from '../record-context.ts';
import { SummaryPaper } from '../SummaryPaper.tsx';
import { Disagreements, KINDS } from './Disagreements.tsx';
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

/** As many as the other cards of the summary have. */
const CARD_ROWS = 5;

/** On the summary: what they are about, and the way to all of it. */
export function DifferencesCard() {
  const { patientId } = useRecord();
  const { value: disagreements, error } = useDisagreements(ALL, NO_FILTERS);
  return (
    <SummaryPaper
      label="Told differently"
      link={disagreements?.length ? { to: `/patients/${patientId}/differences`, text: 'Compare them' } : undefined}
    >
      {disagreements?.slice(0, CARD_ROWS).map(({ title, type, voices, elements }) => (
        <div key={voices[0]?.fact.id}>
          <Text size="sm">{title}</Text>
          <Text size="xs" c="dimmed">
            {KINDS[type] ?? type}: {voices.length} sources differ in {elements.join(', ').toLowerCase()}
          </Text>
        </div>
      ))}
      {disagreements && disagreements.length > CARD_ROWS && (
        <Text size="xs" c="dimmed">
          and {formatCount(disagreements.length - CARD_ROWS)} more
        </Text>
      )}
      {disagreements?.length === 0 && (
        <Text size="sm" c="dimmed">
          The sources do not contradict each other.
        </Text>
      )}
      {!disagreements && (
        <Text size="sm" c="dimmed">
          {error === undefined ? 'Comparing the sources…' : 'The sources could not be compared.'}
        </Text>
      )}
    </SummaryPaper>
  );
}
