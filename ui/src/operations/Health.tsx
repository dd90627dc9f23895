import type { HealthCheck } from '@fasten-medplum/bridge/contract/health';
import { Badge, Group, Text } from '@mantine/core';
import { usePolled } from '../imports/use-polled.ts';
import { ErrorState } from '../states/ErrorState.tsx';
import { LoadingState } from '../states/LoadingState.tsx';
import { readHealth } from './read-health.ts';

const PAUSE_MS = 5_000;

interface Words {
  readonly name: string;
  readonly ok: string;
  readonly down: string;
}

const ANSWER = { ok: 'Answers', down: 'Does not answer' };
const WORDS: Readonly<Record<HealthCheck, Words>> = {
  redis: { name: 'Redis', ...ANSWER },
  medplum: { name: 'Medplum', ...ANSWER },
  worker: { name: 'Workers', ok: 'At work', down: 'None is running' },
  disk: { name: 'Disk of the spool', ok: 'Has room', down: 'Too little room' },
};

/** What the service needs, and whether it is there. */
export function Health() {
  const { value, error, reload } = usePolled(readHealth, PAUSE_MS);
  if (error !== undefined) {
    return (
      <ErrorState
        title="The service does not answer"
        hint="Its process may have stopped: look at its log, then try again."
        onRetry={reload}
      />
    );
  }
  if (value === undefined) return <LoadingState label="Asking for the health" blocks={1} />;
  return (
    <Group component="ul" m={0} p={0}>
      {Object.entries(value).map(([name, state]) => (
        <Part key={name} words={wordsOf(name)} isOk={state === 'ok'} />
      ))}
    </Group>
  );
}

function Part({ words, isOk }: { readonly words: Words; readonly isOk: boolean }) {
  return (
    <Group component="li" gap="xs">
      <Text>{words.name}</Text>
      <Badge variant="light" color={isOk ? 'green' : 'red'}>
        {isOk ? words.ok : words.down}
      </Badge>
    </Group>
  );
}

/** A newer bridge may ask for more than this page knows. */
function wordsOf(check: string): Words {
  const known: Readonly<Record<string, Words>> = WORDS;
  return known[check] ?? { name: check, ...ANSWER };
}
