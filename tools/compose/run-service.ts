import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { projectRoot, type Service } from './read-compose.ts';

/** A service of the compose file that runs as a process of this machine. */
export interface Running {
  readonly child: ChildProcess;
  /** What it wrote so far. */
  output(): string;
  /** Runs its health check again and again until it says that all is well. Throws when the service ends before that. */
  untilHealthy(): Promise<void>;
  /** Exit code of a service that ends by itself. */
  ended(): Promise<number | null>;
  /** As Docker stops it: SIGTERM, and its exit code. */
  stop(): Promise<number | null>;
}

/**
 * Starts a service with its own command and nothing but its own environment. What differs from a container are addresses and
 * paths: `place` puts those of this machine in their place.
 */
export function runService(service: Service, place: (text: string) => string): Running {
  const env = Object.fromEntries(
    Object.entries(service.environment ?? {}).map(([name, text]) => [name, place(`${text}`)]),
  );
  const child = start(service.command ?? [], env, place);
  let said = '';
  child.stdout?.on('data', (chunk) => {
    said += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    said += chunk;
  });
  const exited = once(child, 'exit');
  const ended = async () => ((await exited) as [number | null])[0];
  return {
    child,
    output: () => said,
    ended,
    stop: async () => {
      child.kill('SIGTERM');
      return ended();
    },
    untilHealthy: async () => {
      const [kind, ...check] = service.healthcheck?.test ?? [];
      if (kind !== 'CMD') throw new Error('only health checks of the form CMD are run');
      for (;;) {
        if (child.exitCode !== null) throw new Error(`ended with ${child.exitCode}: ${said.slice(-2000)}`);
        const [code] = (await once(start(check, env, place), 'exit')) as [number | null];
        if (code === 0) return;
        await wait(300);
      }
    },
  };
}

function start(command: readonly string[], env: Readonly<Record<string, string>>, place: (text: string) => string) {
  const [program = '', ...args] = command.map(place);
  return spawn(program === 'node' ? process.execPath : program, args, {
    cwd: projectRoot,
    // PATH is the image's; nothing else of this machine's environment gets in.
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}
