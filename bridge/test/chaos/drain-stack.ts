import { setTimeout as wait } from 'node:timers/promises';
import { type Job, Queue } from 'bullmq';
import { queueNames } from '../../queue/open-queues.ts';
import type { Injected } from './inject-faults.ts';
import type { ChaosStack } from './start-chaos-stack.ts';

const PREFIX = 'fasten-medplum';
const LOOK_EVERY_MS = 100;
/** Asked so often in a row, nothing may have begun in between. */
const QUIET_LOOKS = 3;
/** What is put off for longer than any try is part of the business: a look in an hour, another export in four. */
const SHORT_MS = 120_000;

/** Queues as they are seen from outside, past everything of the product. */
export type SeenQueues = readonly Queue[];

export function openSeenQueues({ connection }: ChaosStack): SeenQueues {
  return queueNames().map((name) => {
    const queue = new Queue(name, { connection, prefix: PREFIX });
    queue.on('error', () => undefined);
    return queue;
  });
}

/**
 * Ends the faults and waits until the system has come to rest: every process lives, every event is delivered, no job runs,
 * waits or is put off. What is put off is called at once, as if its time had come.
 *
 * @param journeys - Settles when the people have done what is theirs.
 * @throws Error that says what is left when the time is over.
 */
export async function drainStack(
  stack: ChaosStack,
  queues: SeenQueues,
  injected: Injected,
  journeys: Promise<unknown>,
  timeoutMs: number,
): Promise<void> {
  const until = performance.now() + timeoutMs;
  injected.stop();
  stack.fasten.faults.reset();
  await inTime(until, 'a process does not come back', livesAgain(stack));
  await fetch(`${stack.storeUrl}sandbox/faults`, { method: 'DELETE' });
  await injected.arrived();
  await inTime(until, 'a person is never let', callWhile(queues, journeys, until));
  await comeToRest(stack, queues, until);
  await inTime(until, 'a request is under way for ever', injected.release());
  await comeToRest(stack, queues, until);
}

/** Resolves when nothing but what waits for an hour or a day is left to do, however long that takes. */
export async function isAtRest(stack: ChaosStack, queues: SeenQueues): Promise<void> {
  for (let quiet = 0; quiet < QUIET_LOOKS; await wait(LOOK_EVERY_MS)) {
    const seen = await Promise.all(queues.map(lookAt));
    const isBusy = seen.some(({ running, late }) => running > 0 || late.some(isSoon));
    quiet = isBusy || busyFasten(stack).length > 0 ? 0 : quiet + 1;
  }
}

async function livesAgain({ api, workers, store, redis }: ChaosStack): Promise<void> {
  for (const mortal of [redis, store, api, ...workers]) await mortal.ready();
}

async function comeToRest(stack: ChaosStack, queues: SeenQueues, until: number): Promise<void> {
  for (let quiet = 0; quiet < QUIET_LOOKS; ) {
    const outside = busyFasten(stack);
    const busy = [...outside, ...(await callNext(queues, outside.length > 0))];
    quiet = busy.length === 0 ? quiet + 1 : 0;
    if (performance.now() > until) throw new Error(`it does not come to rest: ${busy.join(', ')}`);
    await wait(LOOK_EVERY_MS);
  }
}

/** People wait for what has been put off for a short time, as the next try of a load that they are to decide about. */
async function callWhile(queues: SeenQueues, journeys: Promise<unknown>, until: number): Promise<void> {
  let isOver = false;
  const over = journeys.finally(() => {
    isOver = true;
  });
  const looking = async () => {
    while (!isOver && performance.now() < until) {
      await callNext(queues, true);
      await wait(LOOK_EVERY_MS);
    }
  };
  await Promise.all([over, looking()]);
}

function busyFasten({ fasten }: ChaosStack): string[] {
  const pending = fasten.deliveries().filter(({ state }) => state === 'pending').length;
  const exports = fasten.tasks().filter(({ status }) => status === 'pending').length;
  return [...(pending > 0 ? [`${pending} events`] : []), ...(exports > 0 ? [`${exports} exports`] : [])];
}

/**
 * Gives what is not done yet; calls what is put off. What is put off for long is called in the order of its time, one after the
 * other, when nothing else is left: each must find what it would have found then.
 */
async function callNext(queues: SeenQueues, isMoreToCome: boolean): Promise<string[]> {
  const seen = await Promise.all(queues.map(lookAt));
  const busy = seen.filter(({ running, late }) => running > 0 || late.length > 0);
  const late = busy.flatMap((queue) => queue.late).toSorted((a, b) => dueAt(a) - dueAt(b));
  const soon = late.filter(isSoon);
  const isRunning = isMoreToCome || busy.some(({ running }) => running > 0);
  const next = soon.length > 0 || isRunning ? soon : late.slice(0, 1);
  await Promise.all(next.map(callNow));
  return busy.map((queue) => `${queue.name}: ${queue.running} running, ${queue.late.length} late`);
}

function dueAt({ timestamp, delay }: Job): number {
  return timestamp + delay;
}

function isSoon({ delay }: Job): boolean {
  return delay < SHORT_MS;
}

async function lookAt(queue: Queue) {
  const counts = await queue.getJobCounts('wait', 'active', 'prioritized', 'waiting-children');
  const running = Object.values(counts).reduce((sum, count) => sum + count, 0);
  // Those of a schedule come round for ever.
  const late = (await queue.getDelayed()).filter((job) => !job.id?.startsWith('repeat:'));
  return { name: queue.name, running, late };
}

/** It may have begun by itself meanwhile. */
async function callNow(job: Job): Promise<void> {
  await job.promote().catch(() => undefined);
}

async function inTime<T>(until: number, what: string, work: Promise<T>): Promise<T> {
  const late = new AbortController();
  const tooLate = wait(Math.max(0, until - performance.now()), undefined, { signal: late.signal }).then(() => {
    throw new Error(what);
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    late.abort();
    tooLate.catch(() => undefined);
  }
}
