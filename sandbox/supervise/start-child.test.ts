import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { readSettings } from './read-settings.ts';
import { type ChildSpec, startChild } from './start-child.ts';

const { root } = readSettings({});
let dir: string;
let place: { root: string; logDir: string };

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'child-'));
  place = { root, logDir: dir };
});

afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

/** A program of one line, healthy once it has written that line. */
async function program(code: string): Promise<ChildSpec> {
  const script = join(dir, 'program.mjs');
  await writeFile(script, code);
  const isHealthy = async () => (await readFile(join(dir, 'the-program.log'), 'utf8')).includes('ready');
  return { name: 'The program', script, env: { GREETING: 'ready' }, isHealthy };
}

const SERVES = 'console.log(process.env.GREETING); setInterval(() => {}, 1e6);';
const alive = (pid: number | undefined) => () => process.kill(pid ?? 0, 0);

test('a process is started with its environment, logs to its own file, and ends when asked', async () => {
  const child = await startChild(await program(SERVES), place, new AbortController().signal);
  expect(alive(child.pid)).not.toThrow();
  await child.stop();
  await child.stop();
  expect(await child.ended).toBe('SIGTERM');
  expect(alive(child.pid)).toThrow('ESRCH');
});

test('one that ends before it is healthy is told with its last words', async () => {
  const spec = await program('console.error("no disk left"); process.exitCode = 3;');
  await expect(startChild(spec, place, new AbortController().signal)).rejects.toThrow(
    'The program did not start (exit code 3): no disk left See',
  );
});

test('waiting for health ends when we are asked to stop, and nothing is left running', async () => {
  const stopping = new AbortController();
  const spec = await program('console.log(process.pid); setInterval(() => {}, 1e6);');
  const isHealthy = async () => {
    if (/\d/.test(await readFile(join(dir, 'the-program.log'), 'utf8'))) {
      stopping.abort();
    }
    return false;
  };
  await expect(startChild({ ...spec, isHealthy }, place, stopping.signal)).rejects.toThrow('did not start (stopped)');
  expect(alive(Number(await readFile(join(dir, 'the-program.log'), 'utf8')))).toThrow('ESRCH');
});

test('a process does not outlive a supervisor that was killed', async () => {
  const { script } = await program(SERVES);
  const supervisor = `
    const { startChild } = await import(${JSON.stringify(join(root, 'sandbox/supervise/start-child.ts'))});
    const spec = { name: 'Orphan', script: ${JSON.stringify(script)}, env: {}, isHealthy: async () => true };
    const child = await startChild(spec, ${JSON.stringify(place)}, new AbortController().signal);
    console.log(child.pid);`;
  const run = spawn(process.execPath, ['--input-type=module', '-e', supervisor], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const pid = Number(await new Promise((resolve) => run.stdout.once('data', resolve)));
  expect(alive(pid)).not.toThrow();
  run.kill('SIGKILL');
  await vi.waitFor(() => expect(alive(pid)).toThrow('ESRCH'), { timeout: 20_000 });
});
