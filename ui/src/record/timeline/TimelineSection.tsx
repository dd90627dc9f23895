import { Badge, Button, Group, Stack, Text, Timeline, Title, UnstyledButton } from '@mantine/core';
import { IconTimeline } from '@tabler/icons-react';
import { memo } from 'react';
import { formatWhen } from '../../format-when.ts';
import { EmptyState } from '../../states/EmptyState.tsx';
import { ErrorState } from '../../states/ErrorState.tsx';
import { explainError } from '../../states/explain-error.ts';
import { LoadingState } from '../../states/LoadingState.tsx';
import { DeniedLists } from '../DeniedLists.tsx';
import { describeFact, timeOfFact } from '../describe-fact.ts';
import { FactSources } from '../duplicates/ClusterRow.tsx';
import { type FactGroup, groupFacts } from '../duplicates/group-facts.ts';
import { useClusters } from '../duplicates/use-clusters.ts';
import { NewBadge } from '../FactRow.tsx';
import type { FactFilters } from '../find-facts.ts';
import { useRecord } from '../record-context.ts';
import type { FactSearch } from '../sections.ts';
import { useFacts } from '../use-facts.ts';
import { mergeStrands, timeOfEvent } from './merge-strands.ts';

/** What a life with doctors is told by. Single results stand in their reports. */
const STRANDS: readonly FactSearch[] = [
  { type: 'Encounter', label: 'Visit', date: 'date' },
  { type: 'Condition', label: 'Diagnosis', date: 'recorded-date' },
  { type: 'Procedure', label: 'Procedure', date: 'date' },
  { type: 'MedicationRequest', label: 'Prescription', date: 'authoredon' },
  { type: 'Immunization', label: 'Immunization', date: 'date' },
  { type: 'AllergyIntolerance', label: 'Allergy', date: 'date' },
  { type: 'DiagnosticReport', label: 'Report', date: 'date' },
  { type: 'DocumentReference', label: 'Document', date: 'date' },
];

/** What happened, of all kinds and all sources, newest first. */
export function TimelineSection({ filters }: { readonly filters: FactFilters }) {
  const { patientId } = useRecord();
  const { lists: found, error, isLoading, reload } = useFacts(patientId, STRANDS, filters);
  const { lists, clusters } = useClusters(found);
  if (error !== undefined) {
    return <ErrorState title="The timeline could not be loaded" hint={explainError(error)} onRetry={reload} />;
  }
  if (!lists) return <LoadingState label="Loading the timeline" />;
  const strands = lists.map((list) => ({ ...list, hasMore: list.more !== undefined }));
  const { shown, undated, next } = mergeStrands(strands);
  if (shown.length === 0 && undated.length === 0 && next.length === 0) {
    if (lists.some(({ isDenied }) => isDenied)) return <DeniedLists lists={lists} />;
    return (
      <EmptyState icon={<IconTimeline />} title="Nothing has happened here">
        {Object.values(filters).some(Boolean)
          ? 'Take a filter away to see more of the record.'
          : 'No connected health system has sent anything yet.'}
      </EmptyState>
    );
  }
  const groups = groupFacts([...shown, ...undated], clusters);
  const isUndated = ({ fact }: FactGroup): boolean => undated.includes(fact);
  const withoutDate = groups.filter(isUndated);
  const readOn = (): void => {
    for (const { search, more } of lists) if (next.includes(search)) more?.();
  };
  return (
    <Stack>
      <DeniedLists lists={lists} />
      {groupByYear(groups.filter((group) => !isUndated(group))).map(({ year, events }) => (
        <section key={year} aria-label={year}>
          <Title order={2} size="h4" mb="sm">
            {year}
          </Title>
          <Events groups={events} />
        </section>
      ))}
      {withoutDate.length > 0 && (
        <section aria-label="Without a date">
          <Title order={2} size="h4" mb="sm">
            Without a date
          </Title>
          <Events groups={withoutDate} />
        </section>
      )}
      {next.length > 0 && (
        <Button variant="default" onClick={readOn} loading={isLoading}>
          Show earlier
        </Button>
      )}
    </Stack>
  );
}

function Events({ groups }: { readonly groups: readonly FactGroup[] }) {
  return (
    <Timeline bulletSize={14} lineWidth={2}>
      {groups.map((group) => (
        <Timeline.Item key={group.fact.id}>
          <Event {...group} />
        </Timeline.Item>
      ))}
    </Timeline>
  );
}

/** Reading on draws what is new only. */
const Event = memo(function Event({ fact, cluster }: FactGroup) {
  const { open } = useRecord();
  const words = describeFact(fact);
  const kind = STRANDS.find(({ type }) => type === fact.resourceType)?.label;
  return (
    <Stack gap={2}>
      <Group gap={6}>
        <Badge variant="light" color="gray" tt="none">
          {kind}
        </Badge>
        <UnstyledButton fw={600} mih={24} onClick={() => open(fact)}>
          {words.title}
        </UnstyledButton>
        <NewBadge fact={fact} />
      </Group>
      <Group gap={6}>
        <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          {[timeOfFact(words), ...words.details].filter(Boolean).join(' · ')}
        </Text>
        <FactSources fact={fact} cluster={cluster} />
      </Group>
    </Stack>
  );
});

function groupByYear(groups: readonly FactGroup[]): { year: string; events: FactGroup[] }[] {
  const byYear = Map.groupBy(groups, ({ fact }) => formatWhen(`${new Date(timeOfEvent(fact)).getUTCFullYear()}`));
  return [...byYear].map(([year, events]) => ({ year, events }));
}
