import { Writable } from 'node:stream';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { PermanentError } from '../errors.ts';
import { createLog } from '../observe/log.ts';
import { createMetrics } from '../observe/metrics.ts';
import { type TestRedis, withRedis } from '../test/with-redis.ts';
import { jobIdOf, openQueues, type Queues, queueNames } from './open-queues.ts';
import { type JobHandler, type JobHandlers, startWorkers, type Workers } from './start-workers.ts';
import { TryLater } from './try-later.ts';

const PAYLOAD = { eventId: 'e1', orgConnectionId: 'c1' };
let store: TestRedis;
let prefix: string;
let queues: Queues;
let workers: Workers | undefined;
let logged: string;

beforeAll(async () => {
  store = await withRedis();
});

beforeEach(() => {
  prefix = `${store.prefix}-${Math.random()}`;
  queues = openQueues(store.redis, prefix);
  logged = '';
});

afterEach(async () => {
  await workers?.close();
  workers = undefined;
  await queues.close();
});

afterAll(async () => {
  await store.close();
});

/** Starts every worker; jobs of `connection-revoked` go to the handler. */
function startWith(handler: JobHandler<'connection-revoked'>): void {
  const unused = { run: () => Promise.reject(new Error('not for this test')) };
  const others = Object.fromEntries(queueNames().map((name) => [name, unused]));
  const handlers = { ...others, 'connection-revoked': handler } as JobHandlers;
  const destination = new Writable({
    write: (chunk, _encoding, done) => {
      logged += String(chunk);
      done();
    },
  });
  const log = createLog('debug', destination);
  workers = startWorkers({ redis: store.redis, prefix, handlers, log, metrics: createMetrics() });
}

/** Resolves when the handler was called for the n-th time. */
function handlerThat(act: (call: number) => Promise<void>, until = 1) {
  const reached = Promise.withResolvers<void>();
  let calls = 0;
  const handler = async () => {
    calls++;
    if (calls === until) {
      reached.resolve();
    }
    await act(calls);
  };
  return { handler, reached: reached.promise, calls: () => calls };
}

async function failedJob(): Promise<Record<string, string>> {
  for (;;) {
    const job = await store.redis.hgetall(`${prefix}:connection-revoked:${jobIdOf(['e1'])}`);
    if (job.finishedOn !== undefined) {
      return job as Record<string, string>;
    }
  }
}

test('a job added twice runs once', async () => {
  const { handler, reached, calls } = handlerThat(async () => undefined, 2);
  expect(await queues.add('connection-revoked', ['e1'], PAYLOAD)).toBe('added');
  expect(await queues.add('connection-revoked', ['e1'], PAYLOAD)).toBe('known');
  startWith({ run: handler });
  await queues.add('connection-revoked', ['e2'], { ...PAYLOAD, eventId: 'e2' });
  await reached;
  expect(calls()).toBe(2);
});

test('a permanent fault ends the job at once, keeps its words and tells the handler', async () => {
  const given: unknown[] = [];
  startWith({
    run: () => Promise.reject(new PermanentError('export-gone', 'Fasten no longer has it')),
    gaveUp: async (payload, fault) => {
      given.push(payload, fault.code);
    },
  });
  await queues.add('connection-revoked', ['e1'], PAYLOAD);
  const job = await failedJob();
  expect(job.failedReason).toBe('export-gone: Fasten no longer has it');
  expect(given).toEqual([PAYLOAD, 'export-gone']);
});

test('a job is not given up as long as nobody can be told', async () => {
  let told = 0;
  const { handler, reached, calls } = handlerThat(() => Promise.reject(new PermanentError('export-gone', 'gone')), 3);
  startWith({
    run: handler,
    gaveUp: async () => {
      if (++told < 3) throw new TryLater(1, 'medplum-unreachable');
    },
  });
  await queues.add('connection-revoked', ['e1'], PAYLOAD);
  await reached;
  expect((await failedJob()).failedReason).toBe('export-gone: gone');
  expect([told, calls()]).toEqual([3, 3]);
  expect(logged).toContain('"reason":"medplum-unreachable"');
});

test('a job that failed for good runs again when its cause comes again', async () => {
  const { handler, reached } = handlerThat(async (call) => {
    if (call === 1) {
      throw new PermanentError('export-gone', 'gone');
    }
  }, 2);
  startWith({ run: handler });
  await queues.add('connection-revoked', ['e1'], PAYLOAD);
  await failedJob();
  expect(await queues.add('connection-revoked', ['e1'], PAYLOAD)).toBe('retried');
  await reached;
});

test('of several who replay a dead letter at once one wins, and it has all its attempts again', async () => {
  startWith({ run: () => Promise.reject(new PermanentError('not-jsonl', 'the file is not JSONL')) });
  await queues.add('connection-revoked', ['e1'], PAYLOAD);
  await failedJob();
  await workers?.close();
  const [dead] = await queues.listDead('connection-revoked', 0, 10);
  expect(dead).toMatchObject({ code: 'not-jsonl', nextStep: 'support', attempts: 1, about: PAYLOAD });
  const jobId = dead?.jobId ?? '';
  const operators = [1, 2, 3].map(() => queues.replayDead('connection-revoked', jobId));
  expect((await Promise.all(operators)).toSorted()).toEqual(['known', 'known', 'retried']);
  expect(await queues.replayDead('connection-revoked', 'unknown')).toBe('gone');
  expect(await store.redis.hget(`${prefix}:connection-revoked:${jobId}`, 'atm')).toBeNull();
});

test('what a foreign error says stays out of Redis and the log', async () => {
  startWith({
    run: async () => {
      JSON.parse('{"family":"Zyxwvut"');
    },
  });
  await queues.add('connection-revoked', ['e1'], PAYLOAD);
  while (!logged.includes('job.retried')) {
    await new Promise(setImmediate);
  }
  expect(`${logged}${await store.dump()}`).not.toContain('Zyxwvut');
  expect(logged).toContain('"code":"SyntaxError"');
});

test('a job that has to wait uses up no attempt', async () => {
  const { handler, reached } = handlerThat(async (call) => {
    if (call < 20) {
      throw new TryLater(1, 'locked');
    }
  }, 20);
  startWith({ run: handler });
  await queues.add('connection-revoked', ['e1'], PAYLOAD);
  await reached;
  const job = await failedJob();
  expect(job.failedReason).toBeUndefined();
});

test('a worker that stops hands its running job back, and the next one runs it at once', async () => {
  const running = Promise.withResolvers<void>();
  startWith({
    run: (_payload, { signal }) => {
      running.resolve();
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('interrupted')));
      });
    },
  });
  await queues.add('connection-revoked', ['e1'], PAYLOAD);
  await running.promise;
  await workers?.close();
  expect(logged).toContain('job.handed-back');
  const { handler, reached } = handlerThat(async () => undefined);
  startWith({ run: handler });
  await reached;
});

test('what a job reports can be read while it is kept', async () => {
  startWith({ run: (_payload, { report }) => report({ phase: 'write', done: 3 }) });
  await queues.add('connection-revoked', ['e1'], PAYLOAD);
  await failedJob();
  expect(await queues.readProgress('connection-revoked', ['e1'])).toEqual({ phase: 'write', done: 3 });
  expect(await queues.readProgress('connection-revoked', ['unknown'])).toBeUndefined();
});

test('a payload that is not as specified is refused before it is kept', async () => {
  const wrong = { eventId: 'e1' } as typeof PAYLOAD;
  await expect(queues.add('connection-revoked', ['e1'], wrong)).rejects.toThrow();
  expect(await queues.countJobs()).toMatchObject({ 'connection-revoked': { waiting: 0 } });
});
