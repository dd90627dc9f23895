import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startRedis } from './start-redis.ts';

let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'redis-'));
});

afterAll(async () => {
  await rm(dir, { recursive: true, force: true });
});

/** Sends inline commands and returns everything answered until the server hangs up. */
async function ask(url: string, ...commands: string[]): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write([...commands, 'QUIT', ''].join('\r\n'));
  return await text(socket);
}

test('it answers at once, never evicts and keeps an append-only file', async () => {
  const redis = await startRedis({ dir: join(dir, 'settings') });
  try {
    expect(await ask(redis.url, 'PING')).toContain('+PONG');
    expect(await ask(redis.url, 'CONFIG GET maxmemory-policy')).toContain('noeviction');
    expect(await ask(redis.url, 'CONFIG GET appendonly')).toContain('yes');
  } finally {
    await redis.close();
  }
});

test('what was written is there after a restart in the same folder', async () => {
  const first = await startRedis({ dir: join(dir, 'kept') });
  await ask(first.url, 'SET key value');
  await first.close();
  const second = await startRedis({ dir: join(dir, 'kept') });
  const answer = await ask(second.url, 'GET key');
  await second.close();
  expect(answer).toContain('value');
});

test('a port where another Redis listens is refused, and that other one goes on', async () => {
  const other = await startRedis({ dir: join(dir, 'other'), persistent: false });
  try {
    const port = Number(new URL(other.url).port);
    await expect(startRedis({ dir: join(dir, 'late'), port })).rejects.toThrow('is the port busy?');
    expect(await ask(other.url, 'PING')).toContain('+PONG');
  } finally {
    await other.close();
  }
});

test('closing twice is harmless and leaves no process', async () => {
  const redis = await startRedis({ dir: join(dir, 'closed'), persistent: false });
  await redis.close();
  await redis.close();
  expect(() => process.kill(redis.pid, 0)).toThrow('ESRCH');
});
