import { Accordion, Box, Group, Stack, Text } from '@mantine/core';
import { useMemo, useState } from 'react';
import { formatWhen } from '../../format-when.ts';
import { formatCount } from '../../imports/format.ts';
import { ErrorState } from '../../states/ErrorState.tsx';
import { explainError } from '../../states/explain-error.ts';
import { LoadingState } from '../../states/LoadingState.tsx';
import { DeniedLists } from '../DeniedLists.tsx';
import { NewBadge } from '../FactRow.tsx';
import { NothingHere, ShowMore } from '../FactSection.tsx';
import type { Fact, FactFilters } from '../find-facts.ts';
import { useRecord } from '../record-context.ts';
import type { RecordSection } from '../sections.ts';
import { useFacts } from '../use-facts.ts';
import { readingsOf } from './find-trend.ts';
import { groupReadings, type Measurement } from './group-readings.ts';
import classes from './LatestReading.module.css';
import { pairReadings, type Taking } from './pair-readings.ts';
import { TakingSources } from './TakingSources.tsx';
import { TakingFlags } from './TakingValue.tsx';
import { TrendPanel } from './TrendPanel.tsx';

/** Observations a page: enough that the usual measurements are among the newest. */
const PAGE_SIZE = 200;

interface ResultsSectionProps {
  readonly section: RecordSection;
  readonly filters: FactFilters;
}

/** Laboratory results or vital signs: the newest value of each measurement, and its trend when it is opened. */
export function ResultsSection({ section, filters }: ResultsSectionProps) {
  const { patientId } = useRecord();
  const { lists, error, isLoading, reload } = useFacts(patientId, section.searches, filters, PAGE_SIZE);
  const [list] = lists ?? [];
  const measurements = useMemo(() => (list ? groupReadings(readingsOf(list)) : []), [list]);
  const [opened, setOpened] = useState<string | null>(null);
  const name = section.label.toLowerCase();
  return (
    <Stack>
      {error !== undefined && (
        <ErrorState title={`The ${name} could not be loaded`} hint={explainError(error)} onRetry={reload} />
      )}
      {!list && error === undefined && <LoadingState label={`Loading the ${name}`} />}
      <DeniedLists lists={lists} />
      {list && measurements.length === 0 && !list.more && !list.isDenied && (
        <NothingHere section={section} filters={filters} />
      )}
      {list && (
        <Accordion variant="separated" value={opened} onChange={setOpened} order={2}>
          {measurements.map((measurement) => (
            <Accordion.Item key={measurement.key} value={measurement.key}>
              <Accordion.Control>
                <LatestReading measurement={measurement} />
              </Accordion.Control>
              <Accordion.Panel>
                {opened === measurement.key && <TrendPanel measurement={measurement} filters={filters} />}
              </Accordion.Panel>
            </Accordion.Item>
          ))}
        </Accordion>
      )}
      {list?.more && (
        <div>
          <Text size="sm" c="dimmed">
            From the newest {formatCount(list.facts.length)} of {formatCount(list.total)} results. Older ones may hold
            measurements that are not in this list.
          </Text>
          <ShowMore list={list} isLoading={isLoading} />
        </div>
      )}
    </Stack>
  );
}

function LatestReading({ measurement }: { readonly measurement: Measurement }) {
  const [latest] = pairReadings(measurement.readings);
  if (!latest) return null;
  return (
    <Box className={classes.columns ?? ''} pr="xs">
      <Group gap={6}>
        <Text fw={600}>{measurement.name}</Text>
        <NewBadge fact={storedLast(latest.facts)} />
      </Group>
      <Group gap={6}>
        <Text style={{ overflowWrap: 'anywhere' }}>{latest.text}</Text>
        <TakingFlags taking={latest} />
      </Group>
      <Group gap="2px 8px">
        <Text size="sm" c="dimmed">
          {formatWhen(latest.at)}
        </Text>
        <TakingSources taking={latest} />
      </Group>
    </Box>
  );
}

/** What is new about it, is so by the last of what it was told by. */
function storedLast([first, second = first]: Taking['facts']): Fact {
  return (second.meta?.lastUpdated ?? '') > (first.meta?.lastUpdated ?? '') ? second : first;
}
