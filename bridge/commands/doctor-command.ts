import { readConfig } from '../config.ts';
import { checkClock } from '../doctor/check-clock.ts';
import { checkFasten, checkKeys } from '../doctor/check-fasten.ts';
import { checkMedplum } from '../doctor/check-medplum.ts';
import { checkRedis } from '../doctor/check-redis.ts';
import { checkSpool } from '../doctor/check-spool.ts';
import { about, type Finding } from '../doctor/finding.ts';
import { ConfigError } from '../environment.ts';
import { probeTransactions } from '../ingest/write/probe-transactions.ts';
import { setPatience } from '../medplum/client/retry-read.ts';
import { openRedis } from '../queue/open-redis.ts';
import { type Command, UsageError } from './command.ts';
import { readOptions } from './read-options.ts';

const DEFAULT_PER_DAY = 100_000;

export const doctorCommand: Command = {
  usage: `usage: npm run doctor [-- --resources-per-day N] [--json]

  --resources-per-day  what the quota has to be enough for; default: ${DEFAULT_PER_DAY}
  --json               the findings as one JSON array

Looks at the configuration, Fasten's keys, Fasten, the webhook's secret, Medplum, its quota, Redis, the disk of the spool and
the clock. Each finding says what to do. Exits with 1 when there is a fault. It changes nothing.`,

  run: async (args, env) => {
    const options = { 'resources-per-day': { type: 'string' }, json: { type: 'boolean', default: false } } as const;
    const { values } = readOptions({ args, options });
    const resourcesPerDay = Number(values['resources-per-day'] ?? DEFAULT_PER_DAY);
    if (!Number.isInteger(resourcesPerDay) || resourcesPerDay < 1)
      throw new UsageError('--resources-per-day is a number');
    const findings = await examine(env, resourcesPerDay);
    if (values.json) console.log(JSON.stringify(findings));
    else for (const finding of findings) console.log(line(finding));
    return findings.some(({ state }) => state === 'fault') ? 1 : 0;
  },
};

async function examine(env: NodeJS.ProcessEnv, resourcesPerDay: number): Promise<Finding[]> {
  let config: ReturnType<typeof readConfig>;
  try {
    config = readConfig(env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const [, ...faults] = error.message.split('\n');
    const { fault: say } = about('configuration');
    const isBare = !env.MEDPLUM_BASE_URL && !env.REDIS_URL;
    return [
      ...(isBare ? [say('this is not the environment of a bridge: start it in the folder where its .env lies')] : []),
      ...faults.map((fault) => say(`${fault.trim()} (docs/configuration.md)`)),
    ];
  }
  // Whoever asks stands by: a server that is away is told at once.
  setPatience(0);
  const [fasten, medplum, redis, spool] = await Promise.all([
    checkFasten(config.fasten),
    checkMedplum(config, { probeTransactions, resourcesPerDay }),
    checkRedis(() => openRedis(config.redis)),
    // An API has none.
    config.role === 'api' ? undefined : checkSpool(config.spool),
  ]);
  const clocks = checkClock(Date.now(), { Medplum: medplum.clockMs, Fasten: fasten.clockMs });
  return [
    about('configuration').ok(`role ${config.role}`),
    ...checkKeys(config.fasten),
    ...fasten.found,
    ...medplum.found,
    ...redis,
    ...(spool ? [spool] : []),
    ...clocks,
  ];
}

function line({ about: what, state, text }: Finding): string {
  return `${{ ok: 'ok     ', warning: 'warning', fault: 'FAULT  ' }[state]}  ${what.padEnd(13)}  ${text}`;
}
