import { Accordion, Badge, Group, Text } from '@mantine/core';
import { useMedplum, useMedplumProfile } from '@medplum/react-hooks';
import { useCallback, useMemo, useState } from 'react';
import { formatCount } from '../../imports/format.ts';
import { ErrorState } from '../../states/ErrorState.tsx';
import { explainError } from '../../states/explain-error.ts';
import { LoadingState } from '../../states/LoadingState.tsx';
import { useLoaded } from '../../states/use-loaded.ts';
import { FactSection, NothingHere } from '../FactSection.tsx';
import type { FactFilters } from '../find-facts.ts';
import { useRecord } from '../record-context.ts';
import type { FactSearch, RecordSection } from '../sections.ts';
import { findCounts } from './find-counts.ts';
import { OTHER_TYPES } from './other-types.ts';

interface EverythingSectionProps {
  readonly section: RecordSection;
  readonly filters: FactFilters;
}

/** What no other section shows, by type: how many there are, and the list of those that are opened. */
export function EverythingSection({ section, filters }: EverythingSectionProps) {
  const medplum = useMedplum();
  const isStaff = useMedplumProfile()?.resourceType !== 'Patient';
  const { patientId } = useRecord();
  const load = useCallback(() => findCounts(medplum, patientId, OTHER_TYPES, filters), [medplum, patientId, filters]);
  const { value: counts, error, reload } = useLoaded(load);
  const [opened, setOpened] = useState<string | null>(null);
  if (error !== undefined) {
    return <ErrorState title="The rest could not be counted" hint={explainError(error)} onRetry={reload} />;
  }
  if (!counts) return <LoadingState label="Counting the rest of the record" />;
  const filled = counts.filter(({ count }) => count > 0);
  if (filled.length === 0) return <NothingHere section={section} filters={filters} />;
  return (
    <Accordion variant="separated" value={opened} onChange={setOpened} order={2}>
      {filled.map(({ search, count }) => (
        <Accordion.Item key={search.type} value={search.type}>
          <Accordion.Control>
            <Group gap="xs">
              <Text fw={600}>{search.label}</Text>
              <Badge variant="light" color="gray">
                {formatCount(count)}
              </Badge>
              {isStaff && (
                <Text size="sm" c="dimmed">
                  {search.type}
                </Text>
              )}
            </Group>
          </Accordion.Control>
          <Accordion.Panel>{opened === search.type && <OneType search={search} filters={filters} />}</Accordion.Panel>
        </Accordion.Item>
      ))}
    </Accordion>
  );
}

function OneType({ search, filters }: { readonly search: FactSearch; readonly filters: FactFilters }) {
  const section = useMemo((): RecordSection => {
    return { path: search.type, label: search.label, kind: 'list', searches: [search], empty: 'There is none.' };
  }, [search]);
  return <FactSection section={section} filters={filters} />;
}
