import { redriveFromTask } from '@fasten-medplum/bridge/contract/import-redrive';
import type { ImportStatus } from '@fasten-medplum/bridge/contract/import-status';
import {
  announcedFromTask,
  byTypeFromTask,
  countsFromTask,
  ledgerFromTask,
  problemsFromTask,
  receivedByTypeFromTask,
  repairsFromTask,
  settledLines,
  storedLines,
  unsureTraitsFromTask,
} from '@fasten-medplum/bridge/contract/import-task';
import { Alert, Anchor, Code, Container, Grid, Group, Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import type { Task } from '@medplum/fhirtypes';
import { useMedplum } from '@medplum/react-hooks';
import { lazy, type ReactNode, Suspense, useCallback, useEffect, useState } from 'react';
import { Link, useParams } from 'react-router';
import { useImportStatus } from '../bridge/use-import-status.ts';
import { BackToList } from '../lists/BackToList.tsx';
import { useFocusOnArrival } from '../shell/use-focus-on-arrival.ts';
import { usePageTitle } from '../shell/use-page-title.ts';
import { ErrorState } from '../states/ErrorState.tsx';
import { explainError } from '../states/explain-error.ts';
import { LoadingState } from '../states/LoadingState.tsx';
import { DispositionBar } from './DispositionBar.tsx';
import { isRunning, pauseFor } from './find-imports.ts';
import { formatCount } from './format.ts';
import { HoldDecision } from './HoldDecision.tsx';
import { ImportProgressBar } from './ImportProgressBar.tsx';
import { ImportTimeline } from './ImportTimeline.tsx';
import { describePhase, describeReason, describeTrait } from './import-words.ts';
import { LedgerTable } from './LedgerTable.tsx';
import { PatientName } from './PatientName.tsx';
import { ProblemTable } from './ProblemTable.tsx';
import { RawLine, type RawLineId } from './RawLine.tsx';
import { RedriveLines } from './RedriveLines.tsx';
import { RepairList } from './RepairList.tsx';
import { RetryImport } from './RetryImport.tsx';
import { StatusBadge } from './StatusBadge.tsx';
import { usePolled } from './use-polled.ts';

/** The chart library is as large as the rest of the page: it comes when there is something to draw. */
const TypeChart = lazy(() => import('./TypeChart.tsx').then((part) => ({ default: part.TypeChart })));

/** One import, live: what was received, how it ended, its story, and the lines that need a person. */
export function ImportPage() {
  const { taskId = '' } = useParams();
  const medplum = useMedplum();
  usePageTitle('Import');
  const load = useCallback(() => medplum.readResource('Task', taskId, { cache: 'reload' }), [medplum, taskId]);
  const [isLive, setIsLive] = useState(false);
  const { value: task, error, reload } = usePolled(load, isLive ? pauseWhenLive : pauseForTask);
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

interface ImportDetailsProps {
  readonly task: Task;
  /** What the server says of the running job. */
  readonly live: ImportStatus | undefined;
  readonly onChanged: () => void;
}

function ImportDetails({ task, live, onChanged }: ImportDetailsProps) {
  const [line, setLine] = useState<RawLineId>();
  // What a person can decide about it goes once it is decided.
  const arrived = useFocusOnArrival<HTMLDivElement>(task.status);
  const counts = countsFromTask(task);
  const problems = problemsFromTask(task);
  const stored = byTypeFromTask(task);
  const announced = announcedFromTask(task);
  const repairs = repairsFromTask(task);
  const ledger = ledgerFromTask(task);
  const reason = describeReason(task);
  const unsure = unsureTraitsFromTask(task);
  const [, patientId] = /^Patient\/(.+)$/.exec(task.for?.reference ?? '') ?? [];
  return (
    <Stack ref={arrived} tabIndex={-1} style={{ outline: 'none' }}>
      <div>
        <Group gap="sm">
          <Title order={1} size="h2">
            <PatientName task={task} />
          </Title>
          <StatusBadge status={task.status} />
        </Group>
        <Text c="dimmed">{describePhase(task)}</Text>
        {patientId && (
          <Anchor component={Link} to={`/connections/${patientId}`} size="sm" underline="always">
            Where the records come from
          </Anchor>
        )}
      </div>
      {isRunning(task) && <ImportProgressBar status={live} />}
      {task.status === 'on-hold' && <HoldDecision task={task} onDecided={onChanged} />}
      {task.status === 'failed' && (
        <Alert color="red" title="This import stopped before its end">
          What was loaded stays, and running it again continues from there.{' '}
          {reason && <Text size="sm">Reason: {reason}</Text>}
          <RetryImport taskId={task.id ?? ''} onQueued={onChanged} />
        </Alert>
      )}
      {unsure.length > 0 && (
        <Alert color="yellow" title="Look whether this is the right patient">
          The records and the chart do not contradict each other, but say too little to be sure. Not said:{' '}
          {unsure.map(describeTrait).join(', ')}.
        </Alert>
      )}
      <Section title="Lines of the export">
        <SimpleGrid cols={{ base: 2, sm: announced.total === undefined ? 4 : 5 }} spacing="xs" mb="md">
          {announced.total !== undefined && <Figure label="Announced" count={announced.total} />}
          <Figure label="Received" count={counts.lines} />
          <Figure label="In Medplum" count={storedLines(counts)} />
          <Figure label="Set aside" count={counts.quarantined} />
          <Figure label="Left out" count={counts.skipped} />
        </SimpleGrid>
        <DispositionBar counts={counts} size="xl" />
        {ledger && settledLines(counts) === counts.lines && (
          <Text size="sm" c="dimmed" mt="xs">
            Checked: every line has exactly one ending. Sealed by <Code>{ledger.merkleRoot.slice(0, 12)}</Code>
          </Text>
        )}
      </Section>
      <Grid gutter="md">
        <Grid.Col span={{ base: 12, md: 5 }}>
          <Section title="What happened">
            <ImportTimeline task={task} />
          </Section>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 7 }}>
          <Section title="By type">
            {Object.keys(stored).length > 0 ? (
              <Suspense fallback={<LoadingState label="Loading the chart" blocks={2} />}>
                <TypeChart announced={announced.byType} received={receivedByTypeFromTask(task)} stored={stored} />
              </Suspense>
            ) : (
              <Text c="dimmed">Nothing has been stored yet.</Text>
            )}
          </Section>
        </Grid.Col>
      </Grid>
      {Object.keys(repairs).length > 0 && (
        <Section title="Repaired on the way">
          <RepairList repairs={repairs} />
        </Section>
      )}
      {(problems.length > 0 || redriveFromTask(task)) && (
        <Section title="Lines that need a look">
          <RedriveLines task={task} onQueued={onChanged} />
          <ProblemTable
            problems={problems}
            total={counts.quarantined + counts.skipped}
            {...(ledger && { onOpen: setLine })}
          />
          <RawLine taskId={task.id ?? ''} line={line} onClose={() => setLine(undefined)} />
        </Section>
      )}
      {ledger && (
        <Section title="Every line">
          <LedgerTable task={task} />
        </Section>
      )}
    </Stack>
  );
}

function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <Paper withBorder p="md" component="section" aria-label={title} h="100%">
      <Title order={2} size="h4" mb="md">
        {title}
      </Title>
      {children}
    </Paper>
  );
}

function Figure({ label, count }: { readonly label: string; readonly count: number }) {
  return (
    <div>
      <Text size="xl" fw={650}>
        {formatCount(count)}
      </Text>
      <Text size="sm" c="dimmed">
        {label}
      </Text>
    </div>
  );
}

/** The server tells by itself; the look now and then is for a stream that broke. */
function pauseWhenLive(): number {
  return pauseFor(undefined);
}

function pauseForTask(task: Task | undefined): number {
  return pauseFor(task && [task]);
}
