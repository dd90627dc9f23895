import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/** What a process used from its start to its end. */
export interface Usage {
  readonly peakRssMb: number;
  /** User and system time of all its threads. */
  readonly cpuSeconds: number;
}

export interface Ended {
  readonly stdout: string;
  readonly usage: Usage;
}

export interface Measured {
  /** Resolves with the first part of stdout that matches; rejects when the process ends without it. */
  firstMatch(pattern: RegExp): Promise<RegExpExecArray>;
  /** Resolves at the end. Rejects when the process failed, with what it said. */
  ended(): Promise<Ended>;
  /** Asks it to end, and waits until it did. */
  stop(): Promise<Ended>;
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const REPORT_USAGE = new URL('report-usage.ts', import.meta.url).href;
const running = new Set<ChildProcess>();

/**
 * Starts a Node process whose CPU time and peak memory are measured. Everything that takes memory runs in one of these:
 * Linux counts the starter's own pages to a process that it starts, so the bench itself stays small.
 *
 * @param args - What stands behind `node`, from the root of the repository.
 * @param environment - Added to the environment of the bench.
 */
export function startProcess(args: readonly string[], environment: NodeJS.ProcessEnv, timeoutMs: number): Measured {
  const child = spawn(process.execPath, ['--import', REPORT_USAGE, ...args], {
    cwd: ROOT,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  const [out, err, usage] = child.stdio.slice(1) as [Readable, Readable, Readable];
  const texts = Promise.all([text(out), text(err), text(usage)]);
  const exit = once(child, 'exit');

  const ended = async (): Promise<Ended> => {
    const [code, signal] = await exit;
    const [stdout, stderr, used] = await texts;
    if (code !== 0) throw new Error(`${args.join(' ')} ended with ${signal ?? code}: ${stderr.trim().slice(-2000)}`);
    return { stdout, usage: JSON.parse(used) };
  };
  // Whoever waits for the first words learns of the failure there.
  exit.catch(() => undefined);
  return {
    ended,
    stop: () => {
      child.kill('SIGTERM');
      return ended();
    },
    firstMatch: async (pattern) => {
      let said = '';
      const found = new Promise<RegExpExecArray>((resolve) => {
        out.on('data', (chunk: Buffer) => {
          said += chunk.toString();
          const match = pattern.exec(said);
          if (match) resolve(match);
        });
      });
      const failed = ended().then(() => Promise.reject(new Error(`${args.join(' ')} ended before it was ready`)));
      return Promise.race([found, failed]);
    },
  };
}

/** Ends whatever still runs, however the bench ends. */
export function killProcesses(): void {
  for (const child of running) child.kill('SIGKILL');
}
