import { Container, Stack } from '@mantine/core';
import type { Task } from '@medplum/fhirtypes';
import { useMedplum } from '@medplum/react-hooks';
import { useCallback, useEffect, useState } from 'react';
import { useParams } from 'react-router';
import { useImportStatus } from '../bridge/use-import-status.ts';
import { BackToList } from '../lists/BackToList.tsx';
import { usePageTitle } from '../shell/use-page-title.ts';
import { ErrorState } from '../states/ErrorState.tsx';
import { explainError } from '../states/explain-error.ts';
import { LoadingState } from '../states/LoadingState.tsx';
import { IDLE_PAUSE_MS, isRunning, pauseFor } from './find-imports.ts';
import { ImportDetails } from './ImportDetails.tsx';
import { usePolled } from './use-polled.ts';

/** One import, live: what was received, how it ended, its story, and the lines that need a person. */
export function ImportPage() {
  const { taskId = '' } = useParams();
  const medplum = useMedplum();
  usePageTitle('Import');
  const load = useCallback(() => medplum.readResource('Task', taskId, { cache: 'reload' }), [medplum, taskId]);
  const [isLive, setIsLive] = useState(false);
  // What is live is told by itself; the look now and then is for a stream that broke.
  const { value: task, error, reload } = usePolled(load, isLive ? IDLE_PAUSE_MS : pauseForTask);
  const shown = task?.id === taskId ? task : undefined;
  const live = useImportStatus(shown && isRunning(shown) ? taskId : undefined);
  const told = live && JSON.stringify([live.status, live.phase, live.counts]);

  // The server tells of a change before the next look is due.
  useEffect(() => {
    setIsLive(told !== undefined);
    if (told !== undefined) reload();
  }, [told, reload]);

  return (
    <Container size="lg" px={0}>
      <Stack>
        <BackToList to="/imports">All imports</BackToList>
        {error !== undefined && (
          <ErrorState title="This import could not be loaded" hint={explainError(error)} onRetry={reload} />
        )}
        {!shown && error === undefined && <LoadingState label="Loading the import" />}
        {shown && <ImportDetails task={shown} live={live} onChanged={reload} />}
      </Stack>
    </Container>
  );
}

function pauseForTask(task: Task | undefined): number {
  return pauseFor(task && [task]);
}
