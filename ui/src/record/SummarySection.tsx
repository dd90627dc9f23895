import { RECORD_CATEGORIES } from '@fasten-medplum/bridge/contract/record-category';
import { Group, Text, UnstyledButton } from '@mantine/core';
import type { ReactNode } from 'react';
import { formatWhen } from '../format-when.ts';
import { formatCount } from '../imports/format.ts';
import { ErrorState } from '../states/ErrorState.tsx';
import { explainError } from '../states/explain-error.ts';
import { LoadingState } from '../states/LoadingState.tsx';
import { DifferencesCard } from './compare/DifferencesSection.tsx';
import { describeFact, timeOfFact } from './describe-fact.ts';
import { FactSources } from './duplicates/ClusterRow.tsx';
import type { FactCluster, FactClusters } from './duplicates/find-clusters.ts';
import { groupFacts } from './duplicates/group-facts.ts';
import { useClusters } from './duplicates/use-clusters.ts';
import { NewBadge } from './FactRow.tsx';
import type { Fact, FactFilters } from './find-facts.ts';
import { useRecord } from './record-context.ts';
import { readingsOf } from './results/find-trend.ts';
import { groupReadings, type Measurement } from './results/group-readings.ts';
import { pairReadings } from './results/pair-readings.ts';
import { TakingButtons, TakingFlags } from './results/TakingValue.tsx';
import { SummaryPaper } from './SummaryPaper.tsx';
import classes from './SummarySection.module.css';
import type { FactSearch } from './sections.ts';
import { type FactPages, useFacts } from './use-facts.ts';

/** A card of the summary: what matters of one section, and the way to all of it. */
interface SummaryCard extends FactSearch {
  /** Of the section that has everything. */
  readonly path: string;
  readonly none: string;
}

const CARD_ROWS = 5;

/** What stands now comes before what was: active problems and medications, allergies, the newest of the rest. */
const LISTS: readonly SummaryCard[] = [
  {
    type: 'AllergyIntolerance',
    code: 'code',
    label: 'Allergies',
    date: 'date',
    path: 'allergies',
    none: 'None sent. That is not the same as having none.',
  },
  {
    type: 'Condition',
    code: 'code',
    label: 'Active problems',
    date: 'recorded-date',
    query: { 'clinical-status': 'active,recurrence,relapse' },
    path: 'problems',
    none: 'None is marked as active.',
  },
  {
    type: 'MedicationRequest',
    code: 'code',
    label: 'Active medications',
    date: 'authoredon',
    query: { status: 'active' },
    path: 'medications',
    none: 'No prescription is marked as active.',
  },
  { type: 'Encounter', label: 'Latest visits', date: 'date', code: 'type', path: 'encounters', none: 'None sent.' },
  {
    type: 'Immunization',
    code: 'vaccine-code',
    label: 'Latest immunizations',
    date: 'date',
    path: 'immunizations',
    none: 'None sent.',
  },
  {
    type: 'DocumentReference',
    code: 'type',
    label: 'Latest documents',
    date: 'date',
    path: 'documents',
    none: 'None sent.',
  },
];

/** Observations to look through for the newest of each measurement. */
const RESULTS_READ = 60;

const RESULTS: readonly SummaryCard[] = [
  {
    type: 'Observation',
    code: 'code',
    label: 'Latest labs',
    date: 'date',
    query: RECORD_CATEGORIES.labs[0].query,
    path: 'labs',
    none: 'None sent.',
  },
  {
    type: 'Observation',
    code: 'code',
    label: 'Latest vitals',
    date: 'date',
    query: RECORD_CATEGORIES.vitals[0].query,
    path: 'vitals',
    none: 'None sent.',
  },
];

/** The record at a glance. */
export function SummarySection({ filters }: { readonly filters: FactFilters }) {
  const { patientId, sources } = useRecord();
  const lists = useFacts(patientId, LISTS, filters, CARD_ROWS);
  const results = useFacts(patientId, RESULTS, filters, RESULTS_READ);
  const { lists: grouped, clusters } = useClusters(lists.lists);
  const error = lists.error ?? results.error;
  const reload = (): void => {
    lists.reload();
    results.reload();
  };
  if (error !== undefined) {
    return <ErrorState title="The summary could not be loaded" hint={explainError(error)} onRetry={reload} />;
  }
  if (!grouped || !results.lists) return <LoadingState label="Loading the summary" />;
  return (
    <div className={classes.cards}>
      {grouped.slice(0, 3).map((list, index) => (
        <ListCard key={list.search.label} card={LISTS[index]} list={list} clusters={clusters} />
      ))}
      {results.lists.map((list, index) => (
        <ResultCard key={list.search.label} card={RESULTS[index]} list={list} />
      ))}
      {grouped.slice(3).map((list, index) => (
        <ListCard key={list.search.label} card={LISTS[index + 3]} list={list} clusters={clusters} />
      ))}
      {sources.length > 0 && <DifferencesCard />}
    </div>
  );
}

interface CardProps {
  readonly card: SummaryCard | undefined;
  readonly list: FactPages;
}

function ListCard({ card, list, clusters }: CardProps & { readonly clusters: FactClusters }) {
  return (
    <Card card={card} list={list}>
      {groupFacts(list.facts, clusters).map(({ fact, cluster }) => (
        <FactLine key={fact.id} fact={fact} cluster={cluster} />
      ))}
    </Card>
  );
}

function FactLine({ fact, cluster }: { readonly fact: Fact; readonly cluster: FactCluster | undefined }) {
  const { open } = useRecord();
  const words = describeFact(fact);
  return (
    <div>
      <Group gap={6}>
        <UnstyledButton fz="sm" td="underline" onClick={() => open(fact)}>
          {words.title}
        </UnstyledButton>
        <NewBadge fact={fact} />
      </Group>
      <Group gap={6}>
        <Text size="xs" c="dimmed" lineClamp={1}>
          {[timeOfFact(words), ...words.details].filter(Boolean).join(' · ')}
        </Text>
        <FactSources fact={fact} cluster={cluster} />
      </Group>
    </div>
  );
}

/** What is unusual comes first. */
function ResultCard({ card, list }: CardProps) {
  const latest = groupReadings(readingsOf(list));
  const shown = latest.toSorted((a, b) => urgency(b) - urgency(a)).slice(0, CARD_ROWS);
  return (
    <Card card={card} list={list}>
      {shown.map((measurement) => (
        <ReadingLine key={measurement.key} measurement={measurement} />
      ))}
    </Card>
  );
}

function urgency({ readings }: Measurement): number {
  const flags = pairReadings(readings)[0]?.readings.flatMap(({ flag }) => flag ?? []) ?? [];
  if (flags.length === 0) return 0;
  return flags.some(({ color }) => color === 'red') ? 2 : 1;
}

function ReadingLine({ measurement }: { readonly measurement: Measurement }) {
  const { open } = useRecord();
  const [latest] = pairReadings(measurement.readings);
  if (!latest) return null;
  return (
    <Group justify="space-between" gap={6}>
      <UnstyledButton fz="sm" td="underline" onClick={() => open(latest.facts[0])}>
        {measurement.name}
      </UnstyledButton>
      <Group gap={6}>
        <TakingFlags taking={latest} />
        {latest.facts.length > 1 ? (
          <TakingButtons taking={latest} />
        ) : (
          <Text size="sm" fw={600} style={{ overflowWrap: 'anywhere' }}>
            {latest.text}
          </Text>
        )}
        <Text size="xs" c="dimmed">
          {formatWhen(latest.at)}
        </Text>
      </Group>
    </Group>
  );
}

function Card({ card, list, children }: CardProps & { readonly children: ReactNode }) {
  const { patientId } = useRecord();
  const { label } = list.search;
  const isMore = list.total > list.facts.length;
  const link = card && {
    to: `/patients/${patientId}/${card.path}`,
    text: `See all${isMore ? ` ${formatCount(list.total)}` : ''}`,
  };
  return (
    <SummaryPaper label={label} link={list.total > 0 ? link : undefined}>
      {list.facts.length > 0 ? (
        children
      ) : (
        <Text size="sm" c="dimmed">
          {list.isDenied ? 'You are not allowed to see these.' : card?.none}
        </Text>
      )}
    </SummaryPaper>
  );
}
