import { BRIDGE_CODE_SYSTEM, CCDA_CONVERSION_CODE } from '@fasten-medplum/bridge/contract/identifiers';
import { Alert, Text } from '@mantine/core';
import type { DocumentReference } from '@medplum/fhirtypes';
import { useMedplum } from '@medplum/react-hooks';
import { useCallback } from 'react';
import { useLoaded } from '../../states/use-loaded.ts';

interface ConversionNoteProps {
  readonly document: DocumentReference & { readonly id: string };
}

/**
 * What became of a C-CDA document: how much of it stands in the record as data, what does not and why, in the words of the
 * bot's Task. Nothing for a document that no bot has looked at, and for a reader who may not see it.
 */
export function ConversionNote({ document }: ConversionNoteProps) {
  const medplum = useMedplum();
  const load = useCallback(
    () =>
      medplum.searchOne('Task', {
        code: `${BRIDGE_CODE_SYSTEM}|${CCDA_CONVERSION_CODE}`,
        focus: `DocumentReference/${document.id}`,
        _sort: '-_lastUpdated',
      }),
    [medplum, document.id],
  );
  const { value: task } = useLoaded(load);
  if (!task?.description) return null;
  if (task.status !== 'requested') {
    return (
      <Text size="sm" c="dimmed">
        {task.description}
      </Text>
    );
  }
  return (
    <Alert color="yellow" title={task.code?.text}>
      {task.description}
    </Alert>
  );
}
