import type { Redis } from 'ioredis';
import { about, type Finding } from './finding.ts';

const redis = about('redis');

const PATIENCE_MS = 5_000;
/** What BullMQ asks for: https://docs.bullmq.io/guide/connections */
const LEAST_VERSION = [6, 2] as const;

/** Whether Redis answers, is new enough, drops no job, and keeps what it was given. */
export async function checkRedis(open: () => Redis): Promise<Finding[]> {
  const client = open();
  // Told once, below; the client would print each attempt.
  client.on('error', () => undefined);
  try {
    const late = AbortSignal.timeout(PATIENCE_MS);
    const given = Promise.withResolvers<never>();
    late.addEventListener('abort', () => given.reject(late.reason), { once: true });
    const info = await Promise.race([client.info(), given.promise]);
    return readInfo(new Map(info.split('\r\n').map((line) => line.split(':') as [string, string])));
  } catch {
    return [redis.fault('it does not answer, or refuses the password: check REDIS_URL')];
  } finally {
    client.disconnect();
  }
}

function readInfo(info: ReadonlyMap<string, string>): Finding[] {
  const found: Finding[] = [];
  const version = info.get('redis_version') ?? '';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < LEAST_VERSION[0] || (major === LEAST_VERSION[0] && minor < LEAST_VERSION[1])) {
    found.push(redis.fault(`version ${version} is too old: ${LEAST_VERSION.join('.')} or newer is needed`));
  }
  const policy = info.get('maxmemory_policy');
  if (policy !== 'noeviction') {
    found.push(redis.fault(`maxmemory-policy is ${policy}, so that it may drop jobs: set noeviction`));
  }
  if (info.get('aof_enabled') !== '1') {
    found.push(redis.fault('appendonly is off: what a webhook was answered for is lost with it; set appendonly yes'));
  }
  return found.length > 0 ? found : [redis.ok(`version ${version}, noeviction, AOF`)];
}
