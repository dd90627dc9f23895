import { Group, Text, UnstyledButton } from '@mantine/core';
import { useMedplum } from '@medplum/react-hooks';
import { useCallback, useMemo } from 'react';
import { formatCount } from '../../imports/format.ts';
import { NEVER_AGAIN_MS, usePolled } from '../../imports/use-polled.ts';
import { describeFact, timeOfFact } from '../describe-fact.ts';
import type { Fact, FactFilters } from '../find-facts.ts';
import { useRecord } from '../record-context.ts';
import type { FactSearch } from '../sections.ts';
import { findVanishedFacts, MOST_NAMED } from './find-vanished-facts.ts';

interface VanishedNewsProps {
  /** FHIR instant. */
  readonly since: string;
  /** The lists that it is about. Must keep its identity between renders, as must `filters`. */
  readonly searches: readonly FactSearch[];
  readonly filters: FactFilters;
}

/** What the sources have stopped sending since then, by name; nothing when there is none. */
export function VanishedNews({ since, searches, filters }: VanishedNewsProps) {
  const medplum = useMedplum();
  const { patientId, vanished } = useRecord();
  const gone = useMemo(() => {
    const later = [...vanished].filter(([, date]) => Date.parse(date) > Date.parse(since));
    return later.map(([reference]) => reference);
  }, [vanished, since]);
  const load = useCallback(
    () => findVanishedFacts(medplum, patientId, searches, filters, gone),
    [medplum, patientId, searches, filters, gone],
  );
  const { value: facts } = usePolled(load, NEVER_AGAIN_MS);
  if (!facts || facts.length === 0) return null;
  const more = gone.length - MOST_NAMED;
  return (
    <section aria-label="No longer sent">
      <Text size="sm" fw={600}>
        No longer sent by its source since you last looked; it stays here as it came:
      </Text>
      <Group component="ul" gap="2px 16px" m={0} p={0} style={{ listStyle: 'none' }}>
        {facts.map((fact) => (
          <li key={fact.id}>
            <Gone fact={fact} />
          </li>
        ))}
      </Group>
      {more > 0 && <Text size="sm">and up to {formatCount(more)} more</Text>}
    </section>
  );
}

function Gone({ fact }: { readonly fact: Fact }) {
  const { open } = useRecord();
  const words = describeFact(fact);
  return (
    <>
      <UnstyledButton fz="sm" td="underline" mih={24} onClick={() => open(fact)}>
        {words.title}
      </UnstyledButton>{' '}
      <Text span size="sm">
        {timeOfFact(words)}
      </Text>
    </>
  );
}
