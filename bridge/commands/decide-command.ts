import { readRedisSettings } from '../config.ts';
import type { Decision } from '../contract/import-hold.ts';
import { type AfterDecision, decideImport } from '../export/decide-import.ts';
import { openQueues } from '../queue/open-queues.ts';
import { openRedis } from '../queue/open-redis.ts';
import type { AddJob } from '../queue/specs.ts';
import { type Command, UsageError } from './command.ts';
import { readOptions } from './read-options.ts';
import { SERVER_USAGE, withMedplum } from './with-medplum.ts';

const SAID: Readonly<Record<AfterDecision, string>> = {
  queued: 'accepted: the import is queued',
  'import-again': 'accepted: run the same import again, it goes on now',
  rejected: 'rejected: nothing of it will be loaded',
};

export const decideCommand: Command = {
  usage: `usage: npm run decide -- --task ID --accept|--reject

  --task    the id of an import Task that is on hold: its records seem to be somebody else's
  --accept  they belong to the chart all the same: load them
  --reject  they do not: nothing of them is ever loaded

${SERVER_USAGE} The decision is written in
the name of this client. REDIS_URL and REDIS_PREFIX are needed when the worker has to go on.`,

  run: (args, env) => {
    const { taskId, decision } = readArguments(args);
    return withMedplum(env, async (client) => {
      const addJob: AddJob = (...job) => withQueues(env, (add) => add(...job));
      console.log(SAID[await decideImport({ medplum: client, decider: client, addJob }, taskId, decision)]);
      return 0;
    });
  },
};

function readArguments(args: string[]): { taskId: string; decision: Decision } {
  const options = { task: { type: 'string' }, accept: { type: 'boolean' }, reject: { type: 'boolean' } } as const;
  const { values } = readOptions({ args, options });
  const taskId = values.task?.replace(/^Task\//, '') ?? '';
  if (!/^[A-Za-z0-9-]{1,64}$/.test(taskId)) throw new UsageError('--task must be the id of a Task');
  if (values.accept === values.reject) throw new UsageError('say either --accept or --reject');
  return { taskId, decision: values.accept ? 'accepted' : 'rejected' };
}

/** Opened only for an import that the worker goes on with: a file imported by hand needs no Redis. */
async function withQueues<T>(env: NodeJS.ProcessEnv, work: (addJob: AddJob) => Promise<T>): Promise<T> {
  const settings = readRedisSettings(env);
  const redis = openRedis(settings);
  redis.on('error', () => undefined);
  const queues = openQueues(redis, settings.prefix);
  try {
    return await work(queues.add);
  } finally {
    await queues.close();
    redis.disconnect();
  }
}
