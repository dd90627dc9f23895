import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { findFreePort } from '../../sandbox/redis/find-free-port.ts';
import { eventually } from './start-world.ts';

export interface ManyRedis {
  readonly ports: readonly number[];
  kill(port: number): Promise<void>;
  close(): Promise<void>;
}

/** redis-server processes by a configuration each; `start` answers once all of them do. */
async function startAll(configurations: (ports: readonly number[]) => string[]): Promise<ManyRedis> {
  const root = await mkdtemp(join(tmpdir(), 'many-redis-'));
  const count = configurations([]).length;
  const ports: number[] = [];
  while (ports.length < count) {
    const port = await findFreePort();
    // A cluster's own bus listens ten thousand above.
    if (port < 55_000 && !ports.includes(port)) ports.push(port);
  }
  const children = new Map<number, ChildProcess>();
  for (const [index, text] of configurations(ports).entries()) {
    const dir = join(root, `${index}`);
    await mkdir(dir);
    const file = join(dir, 'redis.conf');
    await writeFile(file, `port ${ports[index]}\nbind 127.0.0.1\ndir ${dir}\nsave ""\n${text}\n`);
    const args = text.includes('sentinel monitor') ? [file, '--sentinel'] : [file];
    children.set(ports[index] ?? 0, spawn('redis-server', args, { stdio: 'ignore' }));
  }
  for (const port of ports) await eventually(() => ask(port, 'PING').catch(() => undefined));
  const kill = async (port: number) => {
    const child = children.get(port);
    children.delete(port);
    if (!child) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
  return {
    ports,
    kill,
    close: async () => {
      await Promise.all([...children.keys()].map(kill));
      await rm(root, { recursive: true, force: true });
    },
  };
}

export async function ask(port: number, command: string, ...args: (string | number)[]): Promise<string> {
  const redis = new Redis(port, '127.0.0.1', { lazyConnect: true, retryStrategy: () => null });
  redis.on('error', () => undefined);
  try {
    return String(await redis.call(command, ...args.map(String)));
  } finally {
    redis.disconnect();
  }
}

/** A master, its replica, and the Sentinel that puts the one in place of the other. */
export async function startSentinel(): Promise<ManyRedis & { readonly sentinel: number }> {
  const many = await startAll(([master, , sentinel]) => [
    'maxmemory-policy noeviction',
    `replicaof 127.0.0.1 ${master}`,
    [
      `sentinel monitor mymaster 127.0.0.1 ${master} 1`,
      'sentinel down-after-milliseconds mymaster 500',
      'sentinel failover-timeout mymaster 3000',
      `# ${sentinel}`,
    ].join('\n'),
  ]);
  const [master = 0, , sentinel = 0] = many.ports;
  await eventually(async () =>
    (await ask(master, 'INFO', 'replication')).includes('state=online') ? true : undefined,
  );
  await eventually(async () => {
    const replicas = await ask(sentinel, 'SENTINEL', 'replicas', 'mymaster');
    return replicas === '' ? undefined : true;
  });
  return { ...many, sentinel };
}

const SLOTS = 16_384;

/** Three masters that share the slots. */
export async function startCluster(): Promise<ManyRedis> {
  const many = await startAll(() => Array(3).fill('cluster-enabled yes\ncluster-node-timeout 2000'));
  for (const [index, port] of many.ports.entries()) {
    const [from, to] = [index, index + 1].map((part) => Math.floor((part * SLOTS) / 3));
    await ask(port, 'CLUSTER', 'ADDSLOTSRANGE', from ?? 0, (to ?? 0) - 1);
    await ask(port, 'CLUSTER', 'MEET', '127.0.0.1', many.ports[0] ?? 0);
  }
  for (const port of many.ports) {
    await eventually(async () =>
      (await ask(port, 'CLUSTER', 'INFO')).includes('cluster_state:ok') ? true : undefined,
    );
    await eventually(async () =>
      (await ask(port, 'CLUSTER', 'INFO')).includes('cluster_known_nodes:3') ? true : undefined,
    );
  }
  return many;
}
