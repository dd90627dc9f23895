import { parseArgs } from 'node:util';
import type { MedplumClient } from '@medplum/core';
import { Queue } from 'bullmq';
import { countsFromTask, storedLines } from '../contract/import-task.ts';
import { openRedis } from '../queue/open-redis.ts';
import { type Stack, startStack } from '../test/start-stack.ts';
import { connectPatient, countCompleted, signIn, until } from './connect-patient.ts';
import { describeMachine } from './describe-machine.ts';
import { type Fairness, measureFairness, type Turn } from './measure-fairness.ts';

const USAGE = `usage: npm run bench:scale -- [--workers 1,2,4] [--exports 200] [--small 60] [--medium 600] [--large 3000] [--json]

So many exports are announced at once, of three sizes (of each hundred 88 small, 10 medium, 2 large), to so many worker processes,
each with a spool of its own, over one Redis and one sandbox. Prints throughput and how fairly the queue has served them; --json as one
line of JSON. The sandbox is one process: its own limit is the row "limit" of npm run bench.`;

const SIZES = ['small', 'medium', 'large'] as const;
type Size = (typeof SIZES)[number];

interface Options {
  readonly workers: readonly number[];
  readonly exports: number;
  readonly resources: Readonly<Record<Size, number>>;
  readonly json: boolean;
}

interface ScaleFigures extends Fairness {
  readonly workers: number;
  readonly imports: number;
  readonly stored: number;
  /** From the announcement of all exports to the end of the last import. */
  readonly seconds: number;
  readonly storedPerSecond: number;
}

/** Fewer would not fit: the bridge answers a caller 600 times a minute. */
const UNLIMITED = { RATE_LIMIT_PER_MINUTE: '1000000' };
const PREFIX = 'fasten-medplum';

process.exitCode = await main();

async function main(): Promise<number> {
  const options = readOptions();
  if (!options) return 2;
  const machine = await describeMachine();
  const runs: ScaleFigures[] = [];
  for (const workers of options.workers) {
    console.error(`bench: ${options.exports} exports, ${workers} workers`);
    runs.push(await measureWorkers(workers, options));
  }
  if (options.json) console.log(JSON.stringify({ ...machine, resources: options.resources, runs }));
  else printTables(machine.machine, runs);
  return 0;
}

function readOptions(): Options | undefined {
  try {
    const text = (value: string) => ({ type: 'string', default: value }) as const;
    const { values } = parseArgs({
      options: {
        workers: text('1,2,4'),
        exports: text('200'),
        small: text('60'),
        medium: text('600'),
        large: text('3000'),
        json: { type: 'boolean', default: false },
      },
    });
    const workers = values.workers.split(',').map(Number);
    const resources = { small: Number(values.small), medium: Number(values.medium), large: Number(values.large) };
    const counts = [...workers, Number(values.exports)];
    if (!counts.every((count) => count >= 1) || !Object.values(resources).every((count) => count >= 8))
      throw new Error('numbers, of resources at least 8');
    return { workers, exports: Number(values.exports), resources, json: values.json };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${USAGE}`);
    return undefined;
  }
}

async function measureWorkers(workers: number, options: Options): Promise<ScaleFigures> {
  const stack = await startStack(UNLIMITED);
  try {
    const medplum = await signIn(stack);
    for (let name = 0; name < workers; name++) await stack.makeWorker(`spool-${name}`).start();
    await prepareExports(stack, medplum, options);
    const beganAt = Date.now();
    // From here on Fasten tells of all of them.
    await stack.fasten.setWebhook({ url: `${stack.api.origin}/api/fasten-health/webhook` });
    await until(async () => (await countCompleted(medplum)) >= options.exports, 500);
    const sizes = await readSizes(medplum, options);
    const turns = await readTurns(stack.redis.url(), beganAt, (taskId) => sizes.get(taskId)?.size ?? 'small');
    const seconds = Math.max(...turns.map(({ endedAt }) => endedAt));
    const stored = [...sizes.values()].reduce((sum, size) => sum + size.stored, 0);
    return {
      workers,
      imports: turns.length,
      stored,
      seconds: Number(seconds.toFixed(1)),
      storedPerSecond: Math.round(stored / seconds),
      ...measureFairness(turns),
    };
  } finally {
    await stack.close();
  }
}

/** Every export is ready at Fasten, which has nobody to tell yet. */
async function prepareExports(stack: Stack, medplum: MedplumClient, { exports, resources }: Options): Promise<void> {
  await stack.fasten.setWebhook({ connectionEvents: false });
  for (let seed = 1; seed <= exports; seed++) await connectPatient(stack, medplum, seed, resources[sizeOf(seed)]);
  await until(() => stack.fasten.tasks().filter(({ status }) => status === 'success').length >= exports, 100);
}

/** Large ones in the midst of small ones, so that each kind has the other before and behind it. */
function sizeOf(seed: number): Size {
  if (seed % 50 === 25) return 'large';
  return seed % 10 === 3 ? 'medium' : 'small';
}

/** Size and stored resources of each import, by the id of its Task. */
async function readSizes(medplum: MedplumClient, { resources }: Options) {
  const tasks = await medplum.searchResources('Task', 'status=completed&_count=1000', { cache: 'reload' });
  return new Map(
    tasks.map((task) => {
      const stored = storedLines(countsFromTask(task));
      const nearest = (a: Size, b: Size) => Math.abs(resources[a] - stored) - Math.abs(resources[b] - stored);
      return [task.id, { stored, size: SIZES.toSorted(nearest)[0] ?? 'small' }] as const;
    }),
  );
}

/** What the queue itself has noted of each import. */
async function readTurns(url: string, beganAt: number, kindOf: (taskId: string) => string): Promise<Turn[]> {
  const redis = openRedis({ url });
  const queue = new Queue('import', { connection: redis, prefix: PREFIX });
  try {
    const jobs = await queue.getCompleted(0, -1);
    const since = (ms: number) => (ms - beganAt) / 1000;
    return jobs.map(({ data, timestamp, processedOn = 0, finishedOn = 0 }) => ({
      kind: kindOf(data.taskId),
      queuedAt: since(timestamp),
      startedAt: since(processedOn),
      endedAt: since(finishedOn),
    }));
  } finally {
    await queue.close();
    redis.disconnect();
  }
}

function printTables(machine: object, runs: readonly ScaleFigures[]): void {
  console.log(machine);
  const rows = runs.map(({ workers, stored, seconds, storedPerSecond, firstWait, medianWait, lastWait, ...fair }) => [
    `${workers} workers`,
    {
      resources: stored,
      seconds,
      'resources/s': storedPerSecond,
      'wait, s: first': firstWait,
      median: medianWait,
      last: lastWait,
      'Jain, sizes': fair.jain,
      'overtaken by': fair.mostOvertaken,
      'stall, s': fair.longestStall,
    },
  ]);
  console.table(Object.fromEntries(rows));
  const kinds = runs.flatMap(({ workers, byKind }) =>
    Object.entries(byKind).map(([kind, waits]) => [`${workers} workers, ${kind}`, waits]),
  );
  console.table(Object.fromEntries(kinds));
}
