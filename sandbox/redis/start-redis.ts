import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { findFreePort } from './find-free-port.ts';
import { pingRedis } from './ping-redis.ts';

export interface RedisOptions {
  /** Folder for the append-only file; made when absent. */
  readonly dir: string;
  /** TCP port on 127.0.0.1; 0 or nothing: any free one. */
  readonly port?: number;
  /** false: nothing is written to disk, for tests that never restart it. Default true: append-only file. */
  readonly persistent?: boolean;
}

export interface RunningRedis {
  /** `redis://127.0.0.1:<port>` */
  readonly url: string;
  readonly pid: number;
  /** Resolves when the process is gone, whoever ended it. */
  readonly exited: Promise<void>;
  /** Stops the server and waits for it; a persistent one keeps its data. Safe to call twice. */
  close(): Promise<void>;
}

const START_TIMEOUT_MS = 20_000;

/** A port picked as free can be taken by someone else before redis-server binds it. */
const PORT_ATTEMPTS = 5;

/**
 * Starts a private redis-server with the settings that BullMQ and the bridge's durability ask for.
 *
 * @param options - Where it keeps its data and where it listens.
 * @returns The running server, already answering PING.
 * @throws Error of one line when redis-server is not installed, ends at once (a busy port) or does not answer in time.
 */
export async function startRedis(options: RedisOptions): Promise<RunningRedis> {
  await mkdir(options.dir, { recursive: true });
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOn(options.port || (await findFreePort()), options);
    } catch (error) {
      if (options.port || attempt === PORT_ATTEMPTS || isMissingBinary(error)) {
        throw error;
      }
    }
  }
}

async function startOn(port: number, options: RedisOptions): Promise<RunningRedis> {
  // A process group of its own: Ctrl-C reaches a terminal's whole group, and Redis has to be the last to stop.
  const child = spawn('redis-server', serverArguments(port, options), { detached: true, stdio: 'ignore' });
  const killWithUs = () => child.kill();
  process.once('exit', killWithUs);
  let failure: Error | undefined;
  const exited = new Promise<void>((resolve) => {
    child.once('exit', (code) => {
      process.off('exit', killWithUs);
      failure ??= new Error(`redis-server on port ${port} ended at once (exit code ${code}): is the port busy?`);
      resolve();
    });
    child.once('error', (cause) => {
      failure = isMissingBinary(cause) ? new Error('redis-server is not installed', { cause }) : cause;
      resolve();
    });
  });
  const deadline = Date.now() + START_TIMEOUT_MS;
  // Another Redis may listen there already: its answer must not be taken for ours.
  while (child.pid === undefined || (await pingRedis(port)) !== child.pid) {
    if (failure === undefined && Date.now() > deadline) {
      child.kill('SIGKILL');
      failure = new Error(`redis-server on port ${port} did not answer within ${START_TIMEOUT_MS / 1000} s`);
    }
    if (failure !== undefined) {
      throw failure;
    }
    await delay(20);
  }
  const pid = child.pid;
  if (pid === undefined) {
    throw failure ?? new Error('redis-server has no process id');
  }
  return { url: `redis://127.0.0.1:${port}`, pid, exited, close: () => stop(child, exited) };
}

function serverArguments(port: number, options: RedisOptions): string[] {
  const persistence = (options.persistent ?? true) ? ['--appendonly', 'yes'] : ['--appendonly', 'no'];
  const settings = ['--maxmemory-policy', 'noeviction', '--save', '', '--daemonize', 'no', '--loglevel', 'warning'];
  return ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', options.dir, ...persistence, ...settings];
}

async function stop(child: ChildProcess, exited: Promise<void>): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGTERM');
  }
  await exited;
}

function isMissingBinary(error: unknown): boolean {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
}
