import { Text, Timeline } from '@mantine/core';
import type { Task } from '@medplum/fhirtypes';
import { useMedplum } from '@medplum/react-hooks';
import { useEffect, useState } from 'react';
import { formatTime } from './format.ts';
import { eventsFromMoments, eventsFromVersions } from './import-events.ts';

/** The story of an import so far. Reads the Task's history anew only when status or phase change. */
export function ImportTimeline({ task }: { readonly task: Task }) {
  const moments = eventsFromMoments(task);
  const versions = useVersions(task, moments.length === 0);
  const events = moments.length > 0 ? moments : versions;
  return (
    <Timeline
      bulletSize={16}
      lineWidth={2}
      active={events.length - 1}
      color={events.at(-1)?.color ?? 'gray'}
      styles={{ itemTitle: { lineHeight: 1.3 } }}
    >
      {events.map((event) => (
        <Timeline.Item key={`${event.label} ${event.at}`} title={event.text}>
          <Text size="sm" c="dimmed">
            <time dateTime={event.at}>{formatTime(event.at)}</time>
          </Text>
        </Timeline.Item>
      ))}
    </Timeline>
  );
}

/** What the Task's versions tell; asked for when the Task itself does not tell it. */
function useVersions(task: Task, isNeeded: boolean) {
  const medplum = useMedplum();
  const [versions, setVersions] = useState<readonly Task[]>([]);
  const { id = '' } = task;
  const state = isNeeded ? eventsFromVersions([task]).at(0)?.text : undefined;

  useEffect(() => {
    let current = true;
    if (state !== undefined) {
      medplum.readHistory('Task', id, undefined, { cache: 'reload' }).then(
        (bundle) => current && setVersions(bundle.entry?.flatMap((entry) => entry.resource ?? []) ?? []),
        // A reader without access to the history still sees the newest state.
        () => current && setVersions([]),
      );
    }
    return () => {
      current = false;
    };
  }, [medplum, id, state]);

  return eventsFromVersions([...versions, task]);
}
