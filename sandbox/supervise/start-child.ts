import { spawn } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { UserError } from './user-error.ts';

export interface ChildSpec {
  /** As people call it; in lower case it names the log file. */
  readonly name: string;
  /** The TypeScript file to run, relative to the root. */
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
  /** Says whether it is ready; asked again until it does. */
  readonly isHealthy: () => Promise<boolean>;
}

export interface Child {
  readonly name: string;
  readonly logFile: string;
  readonly pid: number | undefined;
  /** Resolves when the process is gone, with how it ended: `exit code 1`, `SIGKILL`. */
  readonly ended: Promise<string>;
  /** SIGTERM, then SIGKILL when it takes too long. Safe to call twice. */
  stop(): Promise<void>;
}

const HEALTHY_WITHIN_MS = 120_000;

/** The bridge hands its jobs back within 30 s. */
const STOP_WITHIN_MS = 35_000;

/**
 * Starts one process of the sandbox and waits until it is healthy. Its output goes to a log file of its own.
 *
 * @param spec - What to run.
 * @param place - Root of the clone and folder of the logs.
 * @param signal - Stops the waiting and the process.
 * @throws UserError with the last line of the log when it ends or does not get healthy; nothing is left running then.
 */
export async function startChild(
  spec: ChildSpec,
  place: { readonly root: string; readonly logDir: string },
  signal: AbortSignal,
): Promise<Child> {
  const logFile = join(place.logDir, `${spec.name.toLowerCase().replaceAll(' ', '-')}.log`);
  const log = await open(logFile, 'w');
  const child = spawn(process.execPath, ['--import', './sandbox/supervise/end-with-parent.ts', spec.script], {
    cwd: place.root,
    env: { ...process.env, ...spec.env },
    // A process group of its own: Ctrl-C reaches a terminal's whole group, and the order of stopping is ours to keep.
    detached: true,
    stdio: ['ignore', log.fd, log.fd, 'ipc'],
  });
  const exited = Promise.withResolvers<string>();
  child.once('exit', (code, killedBy) => exited.resolve(killedBy ?? `exit code ${code}`));
  child.once('error', (error) => exited.resolve(error.message));
  await log.close();
  const running: Child = {
    name: spec.name,
    logFile,
    pid: child.pid,
    ended: exited.promise,
    async stop() {
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
      child.kill('SIGTERM');
      await exited.promise;
      clearTimeout(timer);
    },
  };
  const fault = await waitUntilHealthy(spec, running, signal);
  if (fault !== undefined) {
    await running.stop();
    throw new UserError(`${spec.name} did not start (${fault}): ${await lastLine(logFile)} See ${logFile}.`);
  }
  return running;
}

/** Why it did not get healthy; undefined when it did. */
async function waitUntilHealthy(spec: ChildSpec, child: Child, signal: AbortSignal): Promise<string | undefined> {
  const deadline = Date.now() + HEALTHY_WITHIN_MS;
  let end: string | undefined;
  void child.ended.then((how) => {
    end = how;
  });
  while (!(await spec.isHealthy())) {
    if (end !== undefined || signal.aborted || Date.now() > deadline) {
      return end ?? (signal.aborted ? 'stopped' : `not healthy after ${HEALTHY_WITHIN_MS / 1000} s`);
    }
    await delay(100);
  }
  return end;
}

/** The last line a process wrote, which is where it says why it ended; shortened. */
async function lastLine(logFile: string): Promise<string> {
  const text = await readFile(logFile, 'utf8').catch(() => '');
  return (text.trimEnd().split('\n').at(-1) ?? '').slice(0, 300);
}

/** A health check by HTTP: any 2xx. */
export function answersOk(url: string): () => Promise<boolean> {
  return async () => {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(5000) });
      await response.body?.cancel();
      return response.ok;
    } catch {
      return false;
    }
  };
}
