import { setTimeout as wait } from 'node:timers/promises';
import { Queue } from 'bullmq';
import type { QueueName } from '../queue/specs.ts';
import type { World } from './start-world.ts';

/** Runs every job of a queue that waits for its time, as if that had come. Gives how many there were, and for how long they wait. */
export async function promoteJobs({ redis }: World, name: QueueName): Promise<number[]> {
  const queue = new Queue(name, { connection: redis.redis, prefix: redis.prefix });
  try {
    const delayed = await queue.getDelayed();
    const delays = delayed.map(({ delay }) => delay);
    for (const job of delayed) await job.promote();
    return delays;
  } finally {
    await queue.close();
  }
}

/** Lets no job of these queues wait for its time while `work` is under way. */
export async function promoteDuring<T>(world: World, names: readonly QueueName[], work: Promise<T>): Promise<T> {
  let isOver = false;
  const end = (): void => {
    isOver = true;
  };
  work.then(end, end);
  while (!isOver) {
    for (const name of names) await promoteJobs(world, name);
    await wait(100);
  }
  return work;
}
