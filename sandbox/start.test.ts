import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { findFreePort } from './redis/find-free-port.ts';
import { checkPorts } from './supervise/check-ports.ts';
import { readSettings } from './supervise/read-settings.ts';

/** The real thing: every process, on free ports, with a data folder of its own. */
let env: Record<string, string>;
let dir: string;
const runs: Run[] = [];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'start-'));
  const names = ['BRIDGE', 'SANDBOX_MEDPLUM', 'SANDBOX_FASTEN', 'SANDBOX_STORAGE', 'SANDBOX_REDIS'];
  const ports = new Set<number>();
  while (ports.size < names.length) {
    ports.add(await findFreePort());
  }
  const chosen = [...ports];
  env = {
    DATA_DIR: dir,
    REDIS_URL: '',
    ...Object.fromEntries(names.map((name, i) => [`${name}_PORT`, `${chosen[i]}`])),
  };
});

afterAll(async () => {
  for (const { child, exited } of runs) {
    child.kill('SIGTERM');
    await exited;
  }
  await rm(dir, { recursive: true, force: true });
});

interface Run {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly exited: Promise<number | null>;
}

function run(script: string, ...args: string[]): Run {
  const path = join(import.meta.dirname, script);
  const child = spawn(process.execPath, [path, ...args], { env: { ...process.env, ...env } });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  }
  const started = { child, output: () => text, exited: once(child, 'close').then(([code]) => code as number | null) };
  runs.push(started);
  return started;
}

async function start(...args: string[]): Promise<Run> {
  const sandbox = run('start.ts', ...args);
  const isUp = vi.waitUntil(() => sandbox.output().includes('begins anew'), { timeout: 200_000, interval: 50 });
  await Promise.race([isUp, sandbox.exited]);
  expect(sandbox.output()).toContain('The sandbox is up.');
  return sandbox;
}

async function stop(sandbox: Run): Promise<void> {
  sandbox.child.kill('SIGTERM');
  expect(await sandbox.exited).toBe(0);
  await checkPorts(readSettings(env));
}

test('everything starts, the whole journey of a record works, and after a restart it is still there', {
  timeout: 300_000,
}, async () => {
  const first = await start();
  const demo = run('demo.ts', '--resources', '60');
  expect(await demo.exited, demo.output()).toBe(0);
  expect(demo.output()).toMatch(/Result\s+60 lines: \d+ created/);
  // What bots made of it: they are deployed by the start.
  expect(first.output()).toContain('  flag-critical-results: access, created, code, subscription\n');
  expect(demo.output()).toMatch(
    /\nMessage .+\n(.+\n)*Task {9}Look through new records.+\n(.+\n)*Flag {9}Potassium.+7\.1/,
  );
  const second = run('start.ts');
  expect(await second.exited).toBe(1);
  expect(second.output()).toBe(
    `Port ${env.BRIDGE_PORT} is busy: stop what listens there, or set BRIDGE_PORT to another port.\n`,
  );
  await stop(first);

  const restarted = await start();
  const again = run('demo.ts', '--resources', '60');
  expect(await again.exited, again.output()).toBe(0);
  expect(again.output()).not.toContain('requested');
  expect(restarted.output()).toMatch(/\nBots: \d+ bots and maps are in place\.\n/);
  expect(restarted.output()).not.toContain('created');
  await stop(restarted);
});

test('when one process dies the others are stopped and it is named', { timeout: 300_000 }, async () => {
  const sandbox = await start('--fresh');
  const pid = Number(
    /"pid":(\d+)/.exec(await (await fetch(`http://127.0.0.1:${env.SANDBOX_FASTEN_PORT}/healthz`)).text())?.[1],
  );
  process.kill(pid, 'SIGKILL');
  expect(await sandbox.exited).toBe(1);
  expect(sandbox.output()).toMatch(/Sandbox Fasten ended by itself \(SIGKILL\)\. See \S+sandbox-fasten\.log\.\n$/);
  await checkPorts(readSettings(env));
});

test('a wrong argument is answered with the right ones', async () => {
  const wrong = run('start.ts', '--clean');
  expect(await wrong.exited).toBe(1);
  expect(wrong.output()).toMatch(/^Usage: npm start/);
});
