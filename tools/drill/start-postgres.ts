import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { findFreePort } from '../../sandbox/redis/find-free-port.ts';
import { run } from './run.ts';

const DEBIAN = '/usr/lib/postgresql';

/** A PostgreSQL of its own on 127.0.0.1, for trying the drill. Undefined where its programs are not installed. */
export async function startPostgres(): Promise<{ url: string; close(): Promise<void> } | undefined> {
  const [version] = (await readdir(DEBIAN).catch(() => [])).toSorted().toReversed();
  if (version === undefined) return undefined;
  const bin = join(DEBIAN, version, 'bin');
  // Not below the drill's own folder, which other users cannot enter.
  const data = await mkdtemp(join(tmpdir(), 'drill-postgres-'));
  const user = await otherUser(data);
  await run(join(bin, 'initdb'), ['-D', data, '-A', 'trust', '-U', 'drill', '--no-sync'], user);
  const port = await findFreePort();
  const settings = [
    '-c',
    'listen_addresses=127.0.0.1',
    '-p',
    `${port}`,
    '-c',
    'unix_socket_directories=',
    '-c',
    'fsync=off',
  ];
  const server = spawn(join(bin, 'postgres'), ['-D', data, ...settings], { ...user, stdio: 'ignore' });
  const url = `postgresql://drill@127.0.0.1:${port}/postgres`;
  for (let tries = 0; tries < 100; tries++) {
    const answers = await run(join(bin, 'pg_isready'), ['-q', '-d', url]).then(
      () => true,
      () => false,
    );
    if (answers) break;
    await wait(100);
  }
  return {
    url,
    close: async () => {
      const gone = once(server, 'exit');
      server.kill('SIGINT');
      await gone;
      await rm(data, { recursive: true, force: true });
    },
  };
}

/** PostgreSQL does not run as root, as which containers build. */
async function otherUser(data: string): Promise<{ uid?: number; gid?: number }> {
  if (process.getuid?.() !== 0) return {};
  const [uid, gid] = await Promise.all(['-u', '-g'].map(async (which) => Number(await run('id', [which, 'postgres']))));
  if (uid === undefined || gid === undefined) return {};
  await chown(data, uid, gid);
  return { uid, gid };
}
