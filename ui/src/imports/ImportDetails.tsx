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
import { Alert, Anchor, Code, Grid, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import type { Task } from '@medplum/fhirtypes';
import { lazy, Suspense, useState } from 'react';
import { Link } from 'react-router';
import { PageSection } from '../shell/PageSection.tsx';
import { useFocusOnArrival } from '../shell/use-focus-on-arrival.ts';
import { LoadingState } from '../states/LoadingState.tsx';
import { DispositionBar } from './DispositionBar.tsx';
import { isRunning } from './find-imports.ts';
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

/** The chart library is as large as the rest of the page: it comes when there is something to draw. */
const TypeChart = lazy(() => import('./TypeChart.tsx').then((part) => ({ default: part.TypeChart })));

interface OfTask {
  readonly task: Task;
}

interface ImportDetailsProps extends OfTask {
  /** What the server says of the running job. */
  readonly live: ImportStatus | undefined;
  readonly onChanged: () => void;
}

/** All that the Task of an import tells: whose, how far, what needs a person, the counts, its story, and every line. */
export function ImportDetails({ task, live, onChanged }: ImportDetailsProps) {
  const repairs = repairsFromTask(task);
  // What a person can decide about it goes once it is decided.
  const arrived = useFocusOnArrival<HTMLDivElement>(task.status);
  return (
    <Stack ref={arrived} tabIndex={-1} style={{ outline: 'none' }}>
      <Head task={task} />
      {isRunning(task) && <ImportProgressBar status={live} />}
      {task.status === 'on-hold' && <HoldDecision task={task} onDecided={onChanged} />}
      {task.status === 'failed' && <Stopped task={task} onChanged={onChanged} />}
      <Unsure task={task} />
      <PageSection title="Lines of the export">
        <Counts task={task} />
      </PageSection>
      <Grid gutter="md">
        <Grid.Col span={{ base: 12, md: 5 }}>
          <PageSection title="What happened">
            <ImportTimeline task={task} />
          </PageSection>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 7 }}>
          <PageSection title="By type">
            <Types task={task} />
          </PageSection>
        </Grid.Col>
      </Grid>
      {Object.keys(repairs).length > 0 && (
        <PageSection title="Repaired on the way">
          <RepairList repairs={repairs} />
        </PageSection>
      )}
      <Problems task={task} onChanged={onChanged} />
      {ledgerFromTask(task) && (
        <PageSection title="Every line">
          <LedgerTable task={task} />
        </PageSection>
      )}
    </Stack>
  );
}

function Head({ task }: OfTask) {
  const [, patientId] = /^Patient\/(.+)$/.exec(task.for?.reference ?? '') ?? [];
  return (
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
  );
}

type ChangeableProps = Pick<ImportDetailsProps, 'task' | 'onChanged'>;

function Stopped({ task, onChanged }: ChangeableProps) {
  const reason = describeReason(task);
  return (
    <Alert color="red" title="This import stopped before its end">
      What was loaded stays, and running it again continues from there.{' '}
      {reason && <Text size="sm">Reason: {reason}</Text>}
      <RetryImport taskId={task.id ?? ''} onQueued={onChanged} />
    </Alert>
  );
}

function Unsure({ task }: OfTask) {
  const traits = unsureTraitsFromTask(task);
  if (traits.length === 0) return null;
  return (
    <Alert color="yellow" title="Look whether this is the right patient">
      The records and the chart do not contradict each other, but say too little to be sure. Not said:{' '}
      {traits.map(describeTrait).join(', ')}.
    </Alert>
  );
}

function Counts({ task }: OfTask) {
  const counts = countsFromTask(task);
  const { total } = announcedFromTask(task);
  const ledger = ledgerFromTask(task);
  return (
    <>
      <SimpleGrid cols={{ base: 2, sm: total === undefined ? 4 : 5 }} spacing="xs" mb="md">
        {total !== undefined && <Figure label="Announced" count={total} />}
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
    </>
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

function Types({ task }: OfTask) {
  const stored = byTypeFromTask(task);
  if (Object.keys(stored).length === 0) return <Text c="dimmed">Nothing has been stored yet.</Text>;
  const { byType } = announcedFromTask(task);
  return (
    <Suspense fallback={<LoadingState label="Loading the chart" blocks={2} />}>
      <TypeChart announced={byType} received={receivedByTypeFromTask(task)} stored={stored} />
    </Suspense>
  );
}

/** The lines that were set aside or left out, as many as the Task names. */
function Problems({ task, onChanged }: ChangeableProps) {
  const [line, setLine] = useState<RawLineId>();
  const problems = problemsFromTask(task);
  if (problems.length === 0 && !redriveFromTask(task)) return null;
  const { quarantined, skipped } = countsFromTask(task);
  return (
    <PageSection title="Lines that need a look">
      <RedriveLines task={task} onQueued={onChanged} />
      <ProblemTable
        problems={problems}
        total={quarantined + skipped}
        {...(ledgerFromTask(task) && { onOpen: setLine })}
      />
      <RawLine taskId={task.id ?? ''} line={line} onClose={() => setLine(undefined)} />
    </PageSection>
  );
}
