import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { eventually } from '../start-world.ts';

/** Something that can be killed and comes back by itself. */
export interface Mortal {
  readonly name: string;
  /** SIGKILL, and a new life after so long. Nothing when it is dead already. */
  kill(downMs: number): void;
  /** Resolves when it can be worked with. */
  ready(): Promise<void>;
}

/** A process under a supervisor that starts it again whenever it ends, as production has one. */
export interface Supervised extends Mortal {
  /** What it has said since the last time that this was taken, over all its lives. */
  takeSaid(): string;
  /** SIGTERM, and no new life. Gives how it ended: `0` when in order. */
  end(): Promise<string>;
}

interface Spec {
  readonly name: string;
  /** Arguments of Node, from the root of the clone. */
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** In its output, when it can be worked with. */
  readonly isReady: RegExp;
}

const LEASH = ['--import', './sandbox/supervise/end-with-parent.ts'];
const ROOT = join(import.meta.dirname, '../../..');
/** A process whose server is away ends at once, and is tried again. */
const RESTART_MS = 150;

export function superviseProcess({ name, args, env, isReady }: Spec): Supervised {
  let child: ChildProcess;
  let [said, life] = ['', ''];
  let [isEnding, isUp, downMs] = [false, false, RESTART_MS];
  const start = (): void => {
    if (isEnding) return;
    [life, isUp, downMs] = ['', false, RESTART_MS];
    // The channel ends it when this process is killed itself.
    const stdio = ['ignore', 'pipe', 'pipe', 'ipc'] as const;
    const born = spawn(process.execPath, [...LEASH, ...args], { cwd: ROOT, env, stdio: [...stdio] });
    child = born;
    const hear = (chunk: Buffer): void => {
      said += String(chunk);
      if (isUp) return;
      life += String(chunk);
      isUp = isReady.test(life);
    };
    born.stdout?.on('data', hear);
    born.stderr?.on('data', hear);
    born.once('exit', () => {
      isUp = false;
      void wait(downMs).then(start);
    });
  };
  start();
  return {
    name,
    takeSaid: () => {
      const taken = said;
      said = '';
      return taken;
    },
    kill: (ms) => {
      isUp = false;
      if (child.exitCode === null && child.signalCode === null) downMs = ms;
      child.kill('SIGKILL');
    },
    ready: () => eventually(async () => (isUp ? true : undefined)).then(() => undefined),
    end: async () => {
      isEnding = true;
      if (child.exitCode === null && child.signalCode === null) {
        const gone = once(child, 'exit');
        child.kill('SIGTERM');
        await gone;
      }
      return `${child.signalCode ?? child.exitCode}`;
    },
  };
}
