import { spawnSync } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

/** A clone of its own: setup.mjs, a lock of one package, and a PATH that holds nothing but what a test puts there. */
let clone: string;
const isRoot = process.getuid?.() === 0;

const lock = { packages: { '': {}, 'node_modules/one': { version: '1.0.0', integrity: 'sha512-one' } } };
const npmCi = `mkdir -p node_modules && cp package-lock.json node_modules/.package-lock.json && echo ran >> npm-calls`;

beforeEach(async () => {
  clone = await mkdtemp(join(tmpdir(), 'setup-'));
  await mkdir(join(clone, 'sandbox'));
  await mkdir(join(clone, 'bin'));
  await copyFile(fileURLToPath(new URL('setup.mjs', import.meta.url)), join(clone, 'sandbox/setup.mjs'));
  await writeFile(join(clone, 'package-lock.json'), JSON.stringify(lock));
  await symlink(process.execPath, join(clone, 'bin/node'));
  for (const tool of ['mkdir', 'cp', 'chmod', 'sh']) {
    await symlink(`/bin/${tool}`, join(clone, 'bin', tool));
  }
  await addTool('npm', npmCi);
});

afterEach(async () => {
  await rm(clone, { recursive: true, force: true });
});

async function addTool(name: string, script: string): Promise<void> {
  await writeFile(join(clone, 'bin', name), `#!/bin/sh\n${script}\n`);
  await chmod(join(clone, 'bin', name), 0o755);
}

function setUp(args: string[] = [], env: Record<string, string> = {}) {
  const run = spawnSync(process.execPath, [join(clone, 'sandbox/setup.mjs'), ...args], {
    env: { PATH: join(clone, 'bin'), ...env },
    encoding: 'utf8',
  });
  return { status: run.status, said: run.stderr.trim().split('\n') };
}

test('packages are installed once, and again when the lock changes', async () => {
  await addTool('redis-server', '');
  expect(setUp().status).toBe(0);
  expect(setUp()).toEqual({ status: 0, said: [''] });
  expect(await readFile(join(clone, 'npm-calls'), 'utf8')).toBe('ran\n');
  const changed = { packages: { ...lock.packages, 'node_modules/two': { version: '2.0.0', integrity: 'sha512-two' } } };
  await writeFile(join(clone, 'package-lock.json'), JSON.stringify(changed));
  expect(setUp().status).toBe(0);
  expect(await readFile(join(clone, 'npm-calls'), 'utf8')).toBe('ran\nran\n');
});

test('a failing npm ci is one line with npm’s reason', async () => {
  await addTool('npm', 'echo "npm error code EUSAGE" >&2; echo "npm error Missing: one from lock file" >&2; exit 1');
  const { status, said } = setUp();
  expect(status).toBe(1);
  expect(said.at(-1)).toBe('npm ci failed (npm error Missing: one from lock file): run it by hand to see more.');
});

test('a Redis given by REDIS_URL is enough', () => {
  expect(setUp([], { REDIS_URL: 'redis://127.0.0.1:6379' }).status).toBe(0);
});

test('without Redis and apt-get one line says what to install', () => {
  const { status, said } = setUp();
  expect(status).toBe(1);
  expect(said.at(-1)).toMatch(/^Redis is missing: install redis-server .* or set REDIS_URL\.$/);
});

test('a CHROMIUM_PATH that leads nowhere is named', () => {
  const { status, said } = setUp(['--test'], {
    REDIS_URL: 'redis://127.0.0.1:6379',
    CHROMIUM_PATH: '/nowhere/chromium',
  });
  expect(status).toBe(1);
  expect(said.at(-1)).toContain('/nowhere/chromium');
});

test.runIf(isRoot)('root gets what is missing by apt-get, quietly and without the service started', async () => {
  const install = `cp "$0" ${clone}/bin/redis-server; cp "$0" ${clone}/bin/chromium`;
  await addTool('apt-get', `echo "$DEBIAN_FRONTEND $RUNLEVEL $*" >> ${clone}/apt-calls; ${install}`);
  expect(setUp(['--test']).status).toBe(0);
  expect((await readFile(join(clone, 'apt-calls'), 'utf8')).trim().split('\n')).toEqual([
    'noninteractive 1 update -q',
    'noninteractive 1 install -q -y --no-install-recommends redis-server chromium',
  ]);
  expect(setUp(['--test']).said).toEqual(['']);
});

test.runIf(isRoot)('a failing apt-get is one line with its reason', async () => {
  await addTool('apt-get', 'echo "E: Unable to locate package" >&2; exit 100');
  const { status, said } = setUp();
  expect(status).toBe(1);
  expect(said.at(-1)).toContain('apt-get update failed (E: Unable to locate package)');
});
