import { access, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { openSpool } from './spool.ts';

let root: string;
const made: string[] = [];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'spool-'));
  made.push(root);
});

afterAll(async () => {
  await Promise.all(made.map((dir) => rm(dir, { recursive: true })));
});

test('a folder is private and gone after the work, also when the work fails', async () => {
  const { spool } = await openSpool(root);
  let used = '';
  const work = spool.withFolder('job', async (folder) => {
    used = folder;
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    await writeFile(join(folder, 'x.jsonl'), 'a record');
    throw new Error('failed');
  });
  await expect(work).rejects.toThrow('failed');
  await expect(access(used)).rejects.toThrow('ENOENT');
});

test('what a dead process left is swept, what others use is not', async () => {
  const dead = `${hostname()}@999999999`;
  const alive = `${hostname()}@${process.ppid}`;
  const elsewhere = 'another-host@1';
  for (const name of [dead, alive, elsewhere]) {
    await mkdir(join(root, name));
  }
  expect((await openSpool(root)).swept).toBe(1);
  expect((await readdir(root)).sort()).toEqual([alive, elsewhere].sort());
});
