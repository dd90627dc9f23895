import type { Job, Queue } from 'bullmq';
import type { BotFeed } from '../contract/bot-run.ts';
import { readCode } from './dead-letters.ts';
import { jobProgress, QUEUES } from './specs.ts';

/** A feed as its queue knows it: the bot by its id only. */
export type KnownFeed = Omit<BotFeed, 'bot'>;

const STATES = { active: 'running', completed: 'done', failed: 'given-up' } as const;
const WAITING = ['waiting', 'delayed', 'prioritized'] as const;

/**
 * The feeds of bots that the queue keeps, the one that was added last first.
 *
 * @param queue - `bot-feed`.
 */
export async function listFeeds(queue: Queue, from: number, count: number): Promise<KnownFeed[]> {
  const groups: (readonly [BotFeed['state'], (Job | undefined)[]])[] = await Promise.all([
    ...Object.entries(STATES).map(async ([state, told]) => {
      return [told, await queue.getJobs([state as keyof typeof STATES], 0, from + count - 1)] as const;
    }),
    queue.getJobs([...WAITING], 0, from + count - 1).then((jobs) => ['waiting', jobs] as const),
  ]);
  const found = groups.flatMap(([state, jobs]) => jobs.flatMap((job) => (job ? [describe(job, state)] : [])));
  return found.toSorted((a, b) => (a.addedAt < b.addedAt ? 1 : -1)).slice(from, from + count);
}

function describe(job: Job, state: BotFeed['state']): KnownFeed {
  const payload = QUEUES['bot-feed'].payload.parse(job.data);
  const progress = jobProgress.safeParse(job.progress).data;
  const code = state === 'done' ? undefined : readCode(job.failedReason);
  return {
    ...payload,
    state,
    run: Number(progress?.run ?? 0),
    failed: Number(progress?.failed ?? 0),
    ...(code !== undefined && { code }),
    addedAt: instant(job.timestamp),
    ...(job.processedOn && { startedAt: instant(job.processedOn) }),
    ...(job.finishedOn && { endedAt: instant(job.finishedOn) }),
  };
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}
