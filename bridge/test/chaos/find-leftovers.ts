import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CONNECTION_REVOKED } from '../../export/end-task.ts';
import type { SeenQueues } from './drain-stack.ts';
import type { ChaosStack } from './start-chaos-stack.ts';

/**
 * What nobody needs any more and is still there when everything has come to rest, one sentence each.
 *
 * @param isEnded - Whether a connection has ended: a job of it that was under way is given up by that very name.
 */
export async function findLeftovers(stack: ChaosStack, queues: SeenQueues, isEnded: boolean): Promise<string[]> {
  const locks = await stack.connection.keys('*:lock:*');
  const files = (await Promise.all(stack.spools.map(listFiles))).flat();
  return [
    ...locks.map((lock) => `a lock is held: ${lock}`),
    ...files.map((file) => `a file is left in the spool: ${file}`),
    ...(await findDead(queues, isEnded)),
  ];
}

async function listFiles(folder: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  return found.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
}

/** Dead letters. They are taken away, so that the next run does not find them too. */
async function findDead(queues: SeenQueues, isEnded: boolean): Promise<string[]> {
  const found: string[] = [];
  for (const queue of queues) {
    for (const job of await queue.getFailed()) {
      const isExpected = isEnded && job.failedReason?.startsWith(CONNECTION_REVOKED);
      if (!isExpected) found.push(`a job was given up: ${queue.name}, ${job.failedReason}`);
      await job.remove();
    }
  }
  return found;
}
