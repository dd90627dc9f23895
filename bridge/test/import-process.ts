import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SCRIPTS: Record<string, string> = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')).scripts;

/** How a process ended, and what it said. */
export interface Ended {
  /** `SIGKILL` when it was killed, else its exit code. */
  readonly how: number | 'SIGKILL' | string;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command of the bridge in a process of its own. */
export interface BridgeProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

/**
 * Starts a command as its npm script starts it: `env NAME=value node --flag bridge/cli.ts import`.
 *
 * @param name - The script: `import`, `verify`, `decide`.
 * @param args - What a user would write behind `--`.
 */
export function startCommand(
  name: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): BridgeProcess {
  const words = String(SCRIPTS[name]).split(' ');
  const pairs = words.slice(0, words.indexOf('node')).flatMap((word) => /^(\w+)=(\S*)$/.exec(word)?.slice(1, 3) ?? []);
  const own = Object.fromEntries(pairs.flatMap((key, at) => (at % 2 === 0 ? [[key, pairs[at + 1]]] : [])));
  const flags = words.slice(words.indexOf('node') + 1);
  const env = { PATH: process.env.PATH, ...own, ...environment };
  const child = spawn(process.execPath, [...flags, ...args], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = Promise.all([text(child.stdout), text(child.stderr)]);
  const ended = once(child, 'exit').then(async ([code, signal]): Promise<Ended> => {
    const [stdout, stderr] = await said;
    return { how: signal ?? code, stdout, stderr };
  });
  return { child, ended };
}
