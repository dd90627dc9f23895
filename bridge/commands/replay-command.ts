import { readRedisSettings } from '../config.ts';
import { openQueues } from '../queue/open-queues.ts';
import { openRedis } from '../queue/open-redis.ts';
import { type Command, UsageError } from './command.ts';
import { readOptions } from './read-options.ts';
import { SERVER_USAGE, withMedplum } from './with-medplum.ts';

export const replayCommand: Command = {
  usage: `usage: npm run bots:replay -- --bot NAME --since DATE

  --bot    the bot's name in medplum.config.json
  --since  an instant or a day, such as 2026-11-01: everything that its Subscriptions are about and that has changed since,
           up to now, is handed to it once more, in order, by whichever worker is free

${SERVER_USAGE} REDIS_URL and REDIS_PREFIX say where the workers' queue is.`,

  run: async (args, env) => {
    const { name, since } = readArguments(args);
    const botId = await withMedplum(env, async (medplum) => {
      const found = await medplum.searchResources('Bot', { name, _count: '100' }, { cache: 'reload' });
      return found.find((bot) => bot.name === name)?.id;
    });
    if (botId === undefined) throw new UsageError(`the server knows no bot named ${name}: npm run bots:deploy`);
    const until = new Date().toISOString();
    await withQueues(env, (add) => add('bot-feed', [botId, since, until], { botId, since, until }));
    console.log(`queued: ${name} is fed with what changed from ${since} to ${until}`);
    return 0;
  },
};

function readArguments(args: string[]): { name: string; since: string } {
  const { values } = readOptions({ args, options: { bot: { type: 'string' }, since: { type: 'string' } } });
  const { bot: name = '', since = '' } = values;
  if (!/^[a-z][a-z0-9-]{0,63}$/.test(name)) throw new UsageError('--bot must be the name of a bot');
  if (!/^\d{4}-\d\d-\d\d/.test(since) || Number.isNaN(Date.parse(since)))
    throw new UsageError('--since must be a date');
  return { name, since: new Date(since).toISOString() };
}

async function withQueues(
  env: NodeJS.ProcessEnv,
  work: (add: ReturnType<typeof openQueues>['add']) => Promise<unknown>,
): Promise<void> {
  const settings = readRedisSettings(env);
  const redis = openRedis(settings);
  redis.on('error', () => undefined);
  const queues = openQueues(redis, settings.prefix);
  try {
    await work(queues.add);
  } finally {
    await queues.close();
    redis.disconnect();
  }
}
