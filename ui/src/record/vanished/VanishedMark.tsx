import { Text } from '@mantine/core';
import { getReferenceString } from '@medplum/core';
import { formatWhen } from '../../format-when.ts';
import type { Fact } from '../find-facts.ts';
import { useRecord } from '../record-context.ts';

interface VanishedProps {
  readonly fact: Fact;
}

/** Beside its source, for a fact that the source's latest export does not hold. */
export function VanishedMark({ fact }: VanishedProps) {
  const { vanished } = useRecord();
  return (
    vanished.has(getReferenceString(fact)) && (
      <Text component="span" size="xs" c="dimmed">
        no longer sent
      </Text>
    )
  );
}

/** The same in a sentence. */
export function VanishedNote({ fact }: VanishedProps) {
  const { vanished } = useRecord();
  const since = vanished.get(getReferenceString(fact));
  if (since === undefined) return null;
  return (
    <Text size="sm" c="dimmed" role="note">
      Missing from what its source sends since {formatWhen(since)}. It may have been removed or corrected there; here it
      stays as it came.
    </Text>
  );
}
