import type { MedplumClient } from '@medplum/core';
import { Queue } from 'bullmq';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DeadLetter, deadLetterPageSchema, queueListSchema } from '../contract/dead-letter.ts';
import { jobIdOf } from '../queue/open-queues.ts';
import { eventually, startWorld, type World } from './start-world.ts';

let world: World;
let admin: MedplumClient;
let clinician: MedplumClient;

beforeAll(async () => {
  world = await startWorld();
  admin = await world.signIn('admin@example.com');
  clinician = await world.signIn('clinician@example.com');
});

afterAll(async () => {
  await world.close();
});

/** Jobs that no worker can do, since their Consent does not exist. Gives their ids. */
async function addPoison(count: number): Promise<string[]> {
  const queue = new Queue('connection-ended', { connection: world.redis.redis, prefix: world.redis.prefix });
  try {
    const keys = Array.from({ length: count }, () => jobIdOf([crypto.randomUUID()]));
    const data = { consentId: '00000000-0000-4000-8000-000000000000', secretName: 'Zyxwvut' };
    for (const jobId of keys) await queue.add('connection-ended', data, { jobId, attempts: 1 });
    await eventually(async () => ((await queue.getFailedCount()) >= count ? true : undefined));
    return keys;
  } finally {
    await queue.close();
  }
}

async function list(query: string) {
  const { status, body } = await world.call(admin, 'GET', `/queues/dead${query}`);
  expect(status).toBe(200);
  return deadLetterPageSchema.parse(body);
}

const replay = ({ queue, jobId }: Pick<DeadLetter, 'queue' | 'jobId'>, as = admin) =>
  world.call(as, 'POST', `/queues/${queue}/dead/${jobId}/replay`);

test('an admin sees what was given up page by page, by ids and codes only, and puts it back', async () => {
  const ids = await addPoison(3);
  const first = await list('?_count=2');
  expect(first.deadLetters).toHaveLength(2);
  const second = await list(new URL(first.next ?? '', world.api).search);
  expect(second.next).toBeUndefined();
  const all = [...first.deadLetters, ...second.deadLetters];
  expect(all.map(({ jobId }) => jobId).toSorted()).toEqual(ids.toSorted());
  expect(all[0]).toMatchObject({
    queue: 'connection-ended',
    nextStep: 'replay',
    attempts: 1,
    about: { consentId: '00000000-0000-4000-8000-000000000000' },
  });
  expect(JSON.stringify(all)).not.toContain('Zyxwvut');
  expect((await list('?queue=import')).deadLetters).toEqual([]);
  const { body } = await world.call(admin, 'GET', '/queues');
  const ended = queueListSchema.parse(body).queues.find(({ queue }) => queue === 'connection-ended');
  expect(ended).toMatchObject({ failed: 3 });

  const [dead] = all;
  if (!dead) throw new Error('nothing is dead');
  expect(await replay(dead)).toEqual({ status: 200, body: { outcome: 'replayed' } });
  const metrics = await (await fetch(new URL('/metrics', world.api))).text();
  expect(metrics).toContain('bridge_dead_letters_total{queue="connection-ended",event="replayed"} 1');
});

test('only an admin may, and only what exists', async () => {
  const [jobId = ''] = await addPoison(1);
  const dead = { queue: 'connection-ended', jobId };
  for (const [method, path] of [
    ['GET', '/queues'],
    ['GET', '/queues/dead'],
  ] as const) {
    expect((await world.call(clinician, method, path)).status).toBe(403);
  }
  expect((await replay(dead, clinician)).status).toBe(403);
  expect((await replay({ ...dead, jobId: 'unknown' })).status).toBe(404);
  expect((await replay({ ...dead, queue: 'constructor' })).status).toBe(404);
  expect((await world.call(admin, 'GET', '/queues/dead?queue=Nonsense!')).status).toBe(400);
  expect((await world.call(admin, 'GET', '/queues/dead?queue=nonsense')).status).toBe(404);
});
