import { openQueues } from '../queue/open-queues.ts';
import type { World } from './start-world.ts';

/** What can be counted of what a request has done. */
export interface Effects {
  /** Versions in Medplum, deletions too. */
  readonly writes: number;
  /** Jobs in every queue, in any state. */
  readonly jobs: number;
}

/**
 * Counts what is stored and queued once nothing is under way any more: two counts of which the first differs from the
 * second say that a request had an effect.
 */
export async function measureEffects({ medplum, redis }: World): Promise<Effects> {
  const queues = openQueues(redis.redis, redis.prefix);
  try {
    for (;;) {
      const counts = Object.values(await queues.countJobs());
      if (counts.every(({ waiting = 0, active = 0 }) => waiting + active === 0)) {
        const jobs = counts.flatMap((states) => Object.values(states)).reduce((sum, count) => sum + count, 0);
        return { writes: medplum.countWrites(), jobs };
      }
      await new Promise((done) => setTimeout(done, 50));
    }
  } finally {
    await queues.close();
  }
}
