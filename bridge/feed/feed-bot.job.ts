import { setTimeout as wait } from 'node:timers/promises';
import { getStatus, type MedplumClient, OperationOutcomeError, type WithId } from '@medplum/core';
import type { Resource } from '@medplum/fhirtypes';
import { EHI_EXPORT_SYSTEM } from '../contract/identifiers.ts';
import { PermanentError } from '../errors.ts';
import { readTask } from '../medplum/read-task.ts';
import type { Log } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { HoldLock } from '../queue/hold-lock.ts';
import type { BegunRun, FeedMemory, FeedPosition } from '../queue/remember-feed.ts';
import type { JobProgress, Payload } from '../queue/specs.ts';
import { findFedSubscriptions, findSubscriptionsOf } from './find-fed-bots.ts';
import { type Feeding, type FeedSource, listChanged, versionOf } from './list-changed.ts';
import type { Rest } from './rest.ts';
import { hasRun, runBot } from './run-bot.ts';

export interface FeedDeps {
  readonly medplum: Pick<MedplumClient, 'readResource' | 'searchResources' | 'searchResourcePages' | 'executeBot'>;
  /** `ClientApplication/<id>` of the bridge's own client. */
  readonly ownReference: string;
  readonly remember: (key: readonly string[]) => FeedMemory;
  readonly holdLock: HoldLock;
  readonly rest: Rest;
  readonly log: Log;
  readonly metrics: Metrics;
  /** How long a run can still be under way after its caller was killed; default 15 seconds, as bots are stopped after 10. */
  readonly settleMs?: number;
}

const SETTLE_MS = 15_000;
/** How far the server's clock may be behind ours. */
const CLOCK_SKEW_MS = 60_000;
/** How often it is told how far a feed has come: nobody looks more often. */
const TELL_EVERY_MS = 1_000;

interface FeedContext {
  readonly signal: AbortSignal;
  report(progress: JobProgress): Promise<void>;
}

interface Feed extends FeedContext, Feeding {
  readonly memory: FeedMemory;
  readonly counts: Counts;
}

/** Of the whole feed, what earlier attempts did included. */
interface Counts {
  run: number;
  failed: number;
  /** When they were told last, by `performance.now()`. */
  toldAt: number;
}

/**
 * Makes the job that feeds one bot: with what an import wrote, or with all that changed since a date (`npm run bots:replay`).
 * One resource after the other in the order in which they were stored, with a rest between two. May be killed anywhere: it goes on
 * where it was, and what was begun and not ended is looked for among the server's records of runs, so that no version is
 * fed twice.
 */
export function createFeedBotJob(deps: FeedDeps) {
  return async (job: Payload<'bot-feed'>, context: FeedContext): Promise<void> => {
    const { botId } = job;
    await deps.holdLock(`bot:${botId}`, context.signal, async (signal) => {
      await requireBot(deps, botId);
      const source = await readSource(deps, job);
      if (source === undefined) return;
      const counts = { run: 0, failed: 0, toldAt: 0 };
      for (const subscription of await subscriptionsFor(deps, job)) {
        const memory = deps.remember([botId, job.taskId ?? `${job.since} ${job.until}`, subscription.id]);
        await feed(deps, { ...context, signal, botId, source, subscription, memory, counts });
      }
      await context.report({ phase: 'feeding', run: counts.run, failed: counts.failed });
      deps.log.info('bot.fed', { botId, taskId: job.taskId, count: counts.run, failed: counts.failed });
    });
  };
}

async function requireBot({ medplum }: FeedDeps, botId: string): Promise<void> {
  try {
    await medplum.readResource('Bot', botId, { cache: 'reload' });
  } catch (error) {
    if (!(error instanceof OperationOutcomeError) || ![403, 404, 410].includes(getStatus(error.outcome))) throw error;
    throw new PermanentError('bot-missing', 'the bot is gone, or the AccessPolicy of the bridge’s client hides it');
  }
}

/** Undefined when the import is gone, as after its connection was erased. */
async function readSource(
  { medplum, ownReference }: FeedDeps,
  job: Payload<'bot-feed'>,
): Promise<FeedSource | undefined> {
  if (job.taskId === undefined) return { kind: 'replay', since: job.since ?? '', until: job.until ?? '' };
  const task = await readTask(medplum, job.taskId);
  if (task === undefined) return undefined;
  const exportId = task.identifier?.find(({ system }) => system === EHI_EXPORT_SYSTEM)?.value;
  if (exportId === undefined) throw new PermanentError('task-without-export', 'the Task names no export');
  const author = task.meta?.author?.reference;
  return { kind: 'import', exportId, loaders: [ownReference, ...(author ? [author] : [])] };
}

async function subscriptionsFor({ medplum }: FeedDeps, { botId, taskId }: Payload<'bot-feed'>) {
  if (taskId === undefined) return findSubscriptionsOf(medplum, botId);
  return (await findFedSubscriptions(medplum)).filter((one) => one.botId === botId);
}

async function feed(deps: FeedDeps, one: Feed): Promise<void> {
  const { signal, memory, counts } = one;
  let { position, begun } = await memory.read();
  let unkept: FeedPosition | undefined;
  let tookMs = 0;
  counts.run += position?.run ?? 0;
  counts.failed += position?.failed ?? 0;
  if (begun) await wait(Math.max(0, begun.at + (deps.settleMs ?? SETTLE_MS) - Date.now()), undefined, { signal });
  try {
    for await (const resource of listChanged(deps.medplum, one, position?.at)) {
      signal.throwIfAborted();
      if (isBehind(resource, position)) continue;
      let isDone = await hasEnded(deps, one, begun, resource);
      if (!isDone) {
        await memory.begin({ version: versionOf(resource), at: Date.now() }, position);
        unkept = undefined;
        await deps.rest(tookMs, signal);
        ({ isDone, tookMs } = await run(deps, one, resource));
      }
      position = movedTo(resource, position, isDone);
      unkept = position;
      await count(one, isDone);
    }
  } finally {
    // Whoever is stopped may have lost the feed to another worker, which looks by itself whether the last run was.
    if (unkept && !signal.aborted) await memory.pass(unkept);
  }
}

/** Whether a run that a process which was killed had begun came to its end all the same. */
async function hasEnded(
  { medplum }: FeedDeps,
  { botId, source }: Feed,
  begun: BegunRun | undefined,
  resource: WithId<Resource>,
): Promise<boolean> {
  if (begun?.version !== versionOf(resource)) return false;
  return hasRun(medplum, botId, resource, earliestRun(begun, resource, source));
}

/** A version cannot be fed before it was stored; at a replay it may have been fed before, and only our clock tells since when. */
function earliestRun(begun: BegunRun, { meta }: Resource, source: FeedSource): number {
  const storedAt = Date.parse(meta?.lastUpdated ?? '');
  return source.kind === 'import' ? storedAt : Math.max(storedAt, begun.at - CLOCK_SKEW_MS);
}

async function run({ medplum, log, metrics }: FeedDeps, { botId, signal }: Feed, resource: Resource) {
  const startedAt = performance.now();
  const isDone = await runBot(medplum, botId, resource, signal);
  if (!isDone) log.warn('bot.failed', { botId });
  metrics.botRuns.inc({ outcome: isDone ? 'done' : 'failed' });
  return { isDone, tookMs: performance.now() - startedAt };
}

async function count({ counts, report }: Feed, isDone: boolean): Promise<void> {
  counts.run++;
  if (!isDone) counts.failed++;
  if (performance.now() - counts.toldAt < TELL_EVERY_MS) return;
  counts.toldAt = performance.now();
  await report({ phase: 'feeding', run: counts.run, failed: counts.failed });
}

function isBehind(resource: WithId<Resource>, position: FeedPosition | undefined): boolean {
  if (position === undefined) return false;
  const at = resource.meta?.lastUpdated ?? '';
  return at < position.at || (at === position.at && position.done.includes(versionOf(resource)));
}

function movedTo(resource: WithId<Resource>, position: FeedPosition | undefined, isDone: boolean): FeedPosition {
  const at = resource.meta?.lastUpdated ?? '';
  const { run = 0, failed = 0 } = position ?? {};
  const done = [...(position?.at === at ? position.done : []), versionOf(resource)];
  return { at, done, run: run + 1, failed: failed + (isDone ? 0 : 1) };
}
