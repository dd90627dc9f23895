import { parseArgs } from 'node:util';
import { Redis } from 'ioredis';
import { readMedplumSettings, readRedisSettings } from './config.ts';
import type { Decision } from './contract/import-hold.ts';
import { type AfterDecision, decideImport } from './export/decide-import.ts';
import { createMedplum } from './medplum/create-medplum.ts';
import { openQueues } from './queue/open-queues.ts';
import type { AddJob } from './queue/specs.ts';

export const DECIDE_USAGE = `usage: npm run decide -- --task ID --accept|--reject

  --task    the id of an import Task that is on hold: its records seem to be somebody else's
  --accept  they belong to the chart all the same: load them
  --reject  they do not: nothing of them is ever loaded

Server: MEDPLUM_BASE_URL, MEDPLUM_CLIENT_ID, MEDPLUM_CLIENT_SECRET; default: the running sandbox. The decision is written in
the name of this client. REDIS_URL and REDIS_PREFIX are needed when the worker has to go on.`;

const SAID: Readonly<Record<AfterDecision, string>> = {
  queued: 'accepted: the import is queued',
  'import-again': 'accepted: run the same import again, it goes on now',
  rejected: 'rejected: nothing of it will be loaded',
};

/** The command line is wrong; the message says how. */
export class DecideUsageError extends Error {}

/** `npm run decide`: gives one line to print. Throws what {@link decideImport} throws, DecideUsageError for wrong arguments. */
export async function runDecide(args: string[], env: NodeJS.ProcessEnv): Promise<string> {
  const { taskId, decision } = readArguments(args);
  const { client, close } = await createMedplum(readMedplumSettings(env));
  try {
    const addJob: AddJob = (...job) => withQueues(env, (add) => add(...job));
    return SAID[await decideImport({ medplum: client, decider: client, addJob }, taskId, decision)];
  } finally {
    await close();
  }
}

function readArguments(args: string[]): { taskId: string; decision: Decision } {
  const values = parse(args);
  const taskId = values.task?.replace(/^Task\//, '') ?? '';
  if (!/^[A-Za-z0-9-]{1,64}$/.test(taskId)) throw new DecideUsageError('--task must be the id of a Task');
  if (values.accept === values.reject) throw new DecideUsageError('say either --accept or --reject');
  return { taskId, decision: values.accept ? 'accepted' : 'rejected' };
}

function parse(args: string[]) {
  try {
    const options = { task: { type: 'string' }, accept: { type: 'boolean' }, reject: { type: 'boolean' } } as const;
    return parseArgs({ args, options }).values;
  } catch (error) {
    throw new DecideUsageError(error instanceof Error ? error.message : 'bad arguments');
  }
}

/** Opened only for an import that the worker goes on with: a file imported by hand needs no Redis. */
async function withQueues<T>(env: NodeJS.ProcessEnv, work: (addJob: AddJob) => Promise<T>): Promise<T> {
  const { url, prefix } = readRedisSettings(env);
  const redis = new Redis(url, { maxRetriesPerRequest: null });
  redis.on('error', () => undefined);
  const queues = openQueues(redis, prefix);
  try {
    return await work(queues.add);
  } finally {
    await queues.close();
    redis.disconnect();
  }
}
