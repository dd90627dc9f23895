import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { prepareDataFolder } from './prepare-data-folder.ts';

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'data-'));
});

afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

test('data stays from start to start until it is wiped on request', async () => {
  await (await prepareDataFolder(dir, false)).release();
  await mkdir(join(dir, 'medplum'));
  await (await prepareDataFolder(dir, false)).release();
  expect(await readdir(dir)).toContain('medplum');
  await (await prepareDataFolder(dir, true)).release();
  expect(await readdir(dir)).not.toContain('medplum');
});

test('a folder that is not ours is neither used nor wiped', async () => {
  await writeFile(join(dir, 'thesis.txt'), '');
  await expect(prepareDataFolder(dir, false)).rejects.toThrow('it holds thesis.txt: set DATA_DIR to an empty folder');
  await expect(prepareDataFolder(dir, true)).rejects.toThrow('thesis.txt');
  expect(await readdir(dir)).toEqual(['thesis.txt']);
});

test.each(['spool', 'uploads', 'chaos'])('what a command left in %s before the first start is ours', async (name) => {
  await mkdir(join(dir, name));
  await expect(prepareDataFolder(dir, false)).resolves.toBeDefined();
});

test('a folder in use by another start is refused, one left behind by a crash is not', async () => {
  const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)', 'sandbox/start.ts'], { stdio: 'ignore' });
  try {
    await writeFile(join(dir, '.fasten-medplum-sandbox'), `${other.pid}`);
    await expect(prepareDataFolder(dir, true)).rejects.toThrow(`in use by process ${other.pid}`);
  } finally {
    other.kill();
    await new Promise((resolve) => other.once('exit', resolve));
  }
  await expect(prepareDataFolder(dir, false)).resolves.toBeDefined();
});
