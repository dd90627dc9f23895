import {
  type DeadLetter,
  type DeadLetterStep,
  deadLetterPageSchema,
  replaySchema,
} from '@fasten-medplum/bridge/contract/dead-letter';
import { Alert, Anchor, Button, Code, Group, Paper, Stack, Text } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useCallback, useState } from 'react';
import { Link } from 'react-router';
import { useBridge } from '../bridge/use-bridge.ts';
import { formatCount, formatTime } from '../imports/format.ts';
import { usePolled } from '../imports/use-polled.ts';
import { PageButtons } from '../lists/PageButtons.tsx';
import { useFocusOnArrival } from '../shell/use-focus-on-arrival.ts';
import { ErrorState } from '../states/ErrorState.tsx';
import { explainError } from '../states/explain-error.ts';
import { LoadingState } from '../states/LoadingState.tsx';
import { useAction } from '../states/use-action.ts';

const PAGE_SIZE = 20;
const PAUSE_MS = 10_000;

/** Jobs that nobody tries again by itself, the latest first. */
export function DeadLetters() {
  const bridge = useBridge();
  const [cursor, setCursor] = useState(0);
  const load = useCallback(
    () => bridge.ask('GET', `/queues/dead?_count=${PAGE_SIZE}&cursor=${cursor}`, deadLetterPageSchema),
    [bridge, cursor],
  );
  const { value, error, reload } = usePolled(load, PAUSE_MS);
  const ids = value?.deadLetters.map(({ queue, jobId }) => `${queue} ${jobId}`).join();
  const arrived = useFocusOnArrival<HTMLDivElement>(ids);
  if (error !== undefined) {
    return <ErrorState title="They could not be loaded" hint={explainError(error)} onRetry={reload} />;
  }
  if (value === undefined) return <LoadingState label="Loading what was given up" blocks={1} />;
  if (value.deadLetters.length === 0 && cursor === 0) {
    return (
      <Text c="dimmed" ref={arrived} tabIndex={-1} style={{ outline: 'none' }}>
        Nothing was given up: every job has done its work, or is still trying.
      </Text>
    );
  }
  return (
    <Stack gap="xs" ref={arrived} tabIndex={-1} style={{ outline: 'none' }}>
      <Stack gap="xs" role="list" aria-label="Jobs that were given up">
        {value.deadLetters.map((letter) => (
          <Letter key={`${letter.queue} ${letter.jobId}`} letter={letter} onReplayed={reload} />
        ))}
      </Stack>
      <PageButtons
        onBack={cursor > 0 ? () => setCursor(cursor - PAGE_SIZE) : undefined}
        onForth={value.next ? () => setCursor(cursor + PAGE_SIZE) : undefined}
      />
    </Stack>
  );
}

const STEP_WORDS: Readonly<Record<DeadLetterStep, string>> = {
  replay: 'Cure what was in its way, then run it again.',
  'new-export': 'This export is gone. Ask for new records of the connection.',
  reconnect: 'The patient has to connect the health system again.',
  support: 'The same would happen again. Ask for support with the code and the ids.',
};

const REPLAY_WORDS = { conflict: 'It was run again already.' };

function Letter({ letter, onReplayed }: { readonly letter: DeadLetter; readonly onReplayed: () => void }) {
  const bridge = useBridge();
  const { queue, jobId, code, nextStep, attempts, stalls, failedAt, about } = letter;
  const { act, isBusy, problem } = useAction(async () => {
    const path = `/queues/${encodeURIComponent(queue)}/dead/${encodeURIComponent(jobId)}/replay`;
    await bridge.ask('POST', path, replaySchema);
    onReplayed();
  }, REPLAY_WORDS);

  return (
    <Paper withBorder p="sm" role="listitem" aria-label={`${queue}: ${code}`}>
      <Group justify="space-between" align="flex-start">
        <div style={{ flex: 1, minWidth: 200 }}>
          <Group gap="xs">
            <Text fw={600}>{queue}</Text>
            <Code>{code}</Code>
          </Group>
          <Text size="sm">{STEP_WORDS[nextStep]}</Text>
          <Text size="sm" c="dimmed">
            {formatTime(failedAt)} · {attempts === 1 ? '1 attempt' : `${formatCount(attempts)} attempts`}
            {stalls > 0 && ` · its worker was lost ${stalls === 1 ? 'once' : `${formatCount(stalls)} times`}`}
          </Text>
          {about.taskId && (
            <Anchor component={Link} to={`/imports/${about.taskId}`} size="sm" underline="always">
              See the import
            </Anchor>
          )}
        </div>
        <Button
          size="xs"
          variant={nextStep === 'replay' ? 'light' : 'default'}
          loading={isBusy}
          onClick={() => act()}
          leftSection={<IconRefresh size={16} aria-hidden />}
        >
          Run it again
        </Button>
      </Group>
      {problem !== undefined && (
        <Alert color="red" role="alert" mt="xs">
          {problem}
        </Alert>
      )}
    </Paper>
  );
}
