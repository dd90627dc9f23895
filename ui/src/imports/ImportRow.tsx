import type { ImportStatus } from '@fasten-medplum/bridge/contract/import-status';
import { countsFromTask } from '@fasten-medplum/bridge/contract/import-task';
import { Group, Paper, Text } from '@mantine/core';
import type { Task } from '@medplum/fhirtypes';
import { memo } from 'react';
import { Link } from 'react-router';
import { DispositionBar } from './DispositionBar.tsx';
import { formatCount, formatTime } from './format.ts';
import { ImportProgressBar } from './ImportProgressBar.tsx';
import classes from './ImportRow.module.css';
import { describePhase, describeStatus } from './import-words.ts';
import { PatientName } from './PatientName.tsx';
import { StatusBadge } from './StatusBadge.tsx';

interface ImportRowProps {
  readonly task: Task;
  /** What the server tells of it, while it runs. */
  readonly live: ImportStatus | undefined;
}

/** One import of the list. The name is the link to its page, and its surface covers the whole row. */
export const ImportRow = memo(function ImportRow({ task, live }: ImportRowProps) {
  const counts = countsFromTask(task);
  return (
    <Paper withBorder p="md" className={classes.row ?? ''}>
      <div className={classes.columns ?? ''}>
        <div>
          <Group justify="space-between" wrap="nowrap" gap="xs">
            <Text component={Link} to={`/imports/${task.id}`} fw={600} truncate className={classes.link ?? ''}>
              <PatientName task={task} />
            </Text>
            <StatusBadge status={task.status} />
          </Group>
          <Text size="sm" c="dimmed">
            {formatTime(task.meta?.lastUpdated)}
          </Text>
        </div>
        <div>
          {counts.lines > 0 ? (
            <>
              <DispositionBar counts={counts} />
              <Text size="sm" c="dimmed" mt={2}>
                {formatCount(counts.lines)} lines received · {describePhase(task)}
              </Text>
            </>
          ) : (
            <Text size="sm" c="dimmed">
              {live ? describeStatus(live) : describePhase(task)}
            </Text>
          )}
          {live?.progress && <ImportProgressBar status={live} />}
        </div>
      </div>
    </Paper>
  );
});
