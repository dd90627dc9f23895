import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { openQueues, type Queues } from '../queue/open-queues.ts';
import { eventually } from './start-world.ts';
import { type TestRedis, withRedis } from './with-redis.ts';

let store: TestRedis;
let queues: Queues;
let prefix: string;
const children = new Set<ChildProcess>();

beforeAll(async () => {
  store = await withRedis();
});

beforeEach(() => {
  prefix = `${store.prefix}-${crypto.randomUUID()}`;
  queues = openQueues(store.redis, prefix);
});

afterEach(async () => {
  await queues.close();
  await Promise.all([...children].map(kill));
});

afterAll(async () => {
  await store.close();
});

function startWorker(runs: number, ...stalls: string[]) {
  const script = join(import.meta.dirname, 'mortal-worker.ts');
  const child = spawn(process.execPath, [script, store.url, prefix, `${runs}`, ...stalls], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.add(child);
  let out = '';
  child.stdout.on('data', (chunk) => {
    out += String(chunk);
  });
  return { child, says: (text: string) => eventually(async () => (out.includes(text) ? true : undefined)) };
}

async function kill(child: ChildProcess): Promise<void> {
  children.delete(child);
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

const PAYLOAD = { eventId: 'e1', orgConnectionId: 'c1' };

test('a job whose worker is killed three times is done by the fourth', async () => {
  await queues.add('connection-revoked', ['e1'], PAYLOAD);
  for (let crash = 1; crash <= 3; crash++) {
    const { child, says } = startWorker(3);
    await says('begun');
    await kill(child);
  }
  const last = startWorker(3);
  await last.says('done');
  await eventually(async () => {
    const { active, waiting, failed } = (await queues.countJobs())['connection-revoked'];
    return active + waiting + failed === 0 ? true : undefined;
  });
});

test('a job that takes too many workers with it becomes a dead letter; replayed, it has as many to take', async () => {
  const takeOne = async () => {
    const { child, says } = startWorker(9, '1');
    await says('begun');
    await kill(child);
  };
  await queues.add('connection-revoked', ['e1'], PAYLOAD);
  await takeOne();
  await takeOne();
  const burying = startWorker(9, '1');
  await burying.says('given-up stalled-too-often');
  await kill(burying.child);
  const [dead] = await queues.listDead('connection-revoked', 0, 10);
  expect(dead).toMatchObject({ code: 'stalled-too-often', nextStep: 'replay', stalls: 2, about: PAYLOAD });
  expect(await queues.replayDead('connection-revoked', dead?.jobId ?? '')).toBe('retried');
  expect(await queues.listDead(undefined, 0, 10)).toEqual([]);
  await takeOne();
  await startWorker(9, '1').says('begun');
});
