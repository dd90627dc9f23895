import {
  type BotFeed,
  type BotRun,
  botFeedPageSchema,
  botRunPageSchema,
} from '@fasten-medplum/bridge/contract/bot-run';
import { Anchor, Badge, Checkbox, Code, Group, Stack, Table, Text, Title } from '@mantine/core';
import { type ReactNode, useCallback, useState } from 'react';
import { Link } from 'react-router';
import { useBridge } from '../bridge/use-bridge.ts';
import { formatCount, formatTime } from '../imports/format.ts';
import { usePolled } from '../imports/use-polled.ts';
import { PageButtons } from '../lists/PageButtons.tsx';
import { ErrorState } from '../states/ErrorState.tsx';
import { explainError } from '../states/explain-error.ts';
import { LoadingState } from '../states/LoadingState.tsx';

const PAGE_SIZE = 20;
const PAUSE_MS = 10_000;

/** What bots did: how far each was fed with what imports brought, and each single run. */
export function BotRuns() {
  return (
    <Stack>
      <Feeds />
      <Runs />
    </Stack>
  );
}

function Feeds() {
  const bridge = useBridge();
  const [cursor, setCursor] = useState(0);
  const load = useCallback(
    () => bridge.ask('GET', `/bots/feeds?_count=${PAGE_SIZE}&cursor=${cursor}`, botFeedPageSchema),
    [bridge, cursor],
  );
  const { value, error, reload } = usePolled(load, PAUSE_MS);
  return (
    <div>
      <Title order={3} size="h5" mb="xs">
        Fed after imports
      </Title>
      {error !== undefined && (
        <ErrorState title="The feeds could not be loaded" hint={explainError(error)} onRetry={reload} />
      )}
      {value === undefined && error === undefined && <LoadingState label="Loading the feeds" blocks={1} />}
      {value?.feeds.length === 0 && cursor === 0 && (
        <Text c="dimmed">No bot was fed lately: no import ended, or no bot asks for what imports bring.</Text>
      )}
      {value && value.feeds.length > 0 && (
        <Listing label="Feeds of bots" columns={['Bot', 'With', 'State', 'Resources', 'Failed', 'Since']}>
          {value.feeds.map((feed) => (
            <FeedRow key={`${feed.botId} ${feed.taskId} ${feed.since} ${feed.addedAt}`} feed={feed} />
          ))}
        </Listing>
      )}
      <Pager cursor={cursor} hasMore={value?.next !== undefined} onTurn={setCursor} />
    </div>
  );
}

const FEED_STATES: Readonly<Record<BotFeed['state'], readonly [string, string]>> = {
  waiting: ['Waits', 'gray'],
  running: ['Runs', 'blue'],
  done: ['Done', 'green'],
  'given-up': ['Given up', 'red'],
};

function FeedRow({ feed }: { readonly feed: BotFeed }) {
  const { bot, botId, taskId, since, state, run, failed, code, addedAt } = feed;
  const [word, color] = FEED_STATES[state];
  return (
    <Table.Tr>
      <Table.Th scope="row">{bot ?? botId}</Table.Th>
      <Table.Td>
        {taskId ? (
          <Anchor component={Link} to={`/imports/${taskId}`} size="sm" underline="always">
            An import
          </Anchor>
        ) : (
          `All since ${formatTime(since)}`
        )}
      </Table.Td>
      <Table.Td>
        <Badge variant="light" color={color}>
          {word}
        </Badge>{' '}
        {code && <Code>{code}</Code>}
      </Table.Td>
      <Table.Td ta="right">{formatCount(run)}</Table.Td>
      <Table.Td ta="right" {...(failed > 0 && { fw: 700 })}>
        {formatCount(failed)}
      </Table.Td>
      <Table.Td>{formatTime(addedAt)}</Table.Td>
    </Table.Tr>
  );
}

function Runs() {
  const bridge = useBridge();
  const [cursor, setCursor] = useState(0);
  const [onlyFailed, setOnlyFailed] = useState(false);
  const load = useCallback(() => {
    const outcome = onlyFailed ? '&outcome=failed' : '';
    return bridge.ask('GET', `/bots/runs?_count=${PAGE_SIZE}&cursor=${cursor}${outcome}`, botRunPageSchema);
  }, [bridge, cursor, onlyFailed]);
  const { value, error, reload } = usePolled(load, PAUSE_MS);
  return (
    <div>
      <Group justify="space-between" mb="xs">
        <Title order={3} size="h5">
          Single runs
        </Title>
        <Checkbox
          label="Failed ones only"
          checked={onlyFailed}
          onChange={({ currentTarget }) => {
            setOnlyFailed(currentTarget.checked);
            setCursor(0);
          }}
        />
      </Group>
      {error !== undefined && (
        <ErrorState title="The runs could not be loaded" hint={explainError(error)} onRetry={reload} />
      )}
      {value === undefined && error === undefined && <LoadingState label="Loading the runs" blocks={2} />}
      {value?.runs.length === 0 && <Text c="dimmed">{onlyFailed ? 'No run failed.' : 'No bot has run yet.'}</Text>}
      {value && value.runs.length > 0 && (
        <Listing label="Runs of bots" columns={['When', 'Bot', 'With', 'Started by', 'Outcome', 'Took']}>
          {value.runs.map((one) => (
            <RunRow key={one.id} one={one} />
          ))}
        </Listing>
      )}
      <Pager cursor={cursor} hasMore={value?.next !== undefined} onTurn={setCursor} />
    </div>
  );
}

const STARTED_BY: Readonly<Record<BotRun['startedBy'], string>> = { event: 'A change', call: 'A feed or a call' };

function RunRow({ one }: { readonly one: BotRun }) {
  const { bot, botId, resource, startedBy, outcome, at, durationMs } = one;
  return (
    <Table.Tr>
      <Table.Td>{formatTime(at)}</Table.Td>
      <Table.Th scope="row">{bot ?? botId}</Table.Th>
      <Table.Td>{resource && <Code>{resource}</Code>}</Table.Td>
      <Table.Td>{STARTED_BY[startedBy]}</Table.Td>
      <Table.Td>
        <Badge variant="light" color={outcome === 'done' ? 'green' : 'red'}>
          {outcome === 'done' ? 'Done' : 'Failed'}
        </Badge>
      </Table.Td>
      <Table.Td ta="right">{durationMs === undefined ? '' : `${formatCount(Math.round(durationMs))} ms`}</Table.Td>
    </Table.Tr>
  );
}

interface ListingProps {
  readonly label: string;
  readonly columns: readonly string[];
  readonly children: ReactNode;
}

const RIGHT: readonly string[] = ['Resources', 'Failed', 'Took'];

function Listing({ label, columns, children }: ListingProps) {
  return (
    <Table.ScrollContainer minWidth={620}>
      <Table verticalSpacing={6} aria-label={label}>
        <Table.Thead>
          <Table.Tr>
            {columns.map((column) => (
              <Table.Th key={column} {...(RIGHT.includes(column) && { ta: 'right' })}>
                {column}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>{children}</Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

interface PagerProps {
  readonly cursor: number;
  readonly hasMore: boolean;
  readonly onTurn: (cursor: number) => void;
}

function Pager({ cursor, hasMore, onTurn }: PagerProps) {
  return (
    <PageButtons
      onBack={cursor > 0 ? () => onTurn(cursor - PAGE_SIZE) : undefined}
      onForth={hasMore ? () => onTurn(cursor + PAGE_SIZE) : undefined}
    />
  );
}
