import { access, mkdir, mkdtemp, readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { readPieces, saveFile } from '../spool/open-file.ts';
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

async function* bytesOf(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text);
}

async function textOf(path: string): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of readPieces(path, 5)) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces).toString();
}

test('what lies in a folder of the spool is read back, and is noise to whoever has no key', async () => {
  const { spool } = await openSpool(root);
  await spool.withFolder('job', async (folder) => {
    const path = join(folder, 'deeper', 'x.jsonl');
    await mkdir(join(folder, 'deeper'));
    await saveFile(path, bytesOf('{"family":"Zyxwvut"}'));
    expect(await textOf(path)).toBe('{"family":"Zyxwvut"}');
    expect((await stat(path)).size).toBe(20);
    expect((await readFile(path)).toString('latin1')).not.toMatch(/Zyx|family|wvut/);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });
  const path = join(root, 'plain.jsonl');
  await saveFile(path, bytesOf('a record'));
  expect(await readFile(path, 'utf8')).toBe('a record');
});

test('a folder is private and gone after the work, also when the work fails', async () => {
  const { spool } = await openSpool(root);
  let used = '';
  const work = spool.withFolder('job', async (folder) => {
    used = folder;
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    await saveFile(join(folder, 'x.jsonl'), bytesOf('a record'));
    throw new Error('failed');
  });
  await expect(work).rejects.toThrow('failed');
  await expect(access(used)).rejects.toThrow('ENOENT');
});

test('what a dead process left is swept, also by one that has its id now; what others use is not', async () => {
  const dead = `${hostname()}@999999999@a`;
  const before = `${hostname()}@${process.pid}@earlier`;
  const alive = `${hostname()}@${process.ppid}@b`;
  const [elsewhere, gone] = ['another-host@1@c', 'a-container-of-last-month@1@d'];
  for (const name of [dead, before, alive, elsewhere, gone]) {
    await mkdir(join(root, name));
  }
  await utimes(join(root, gone), new Date(0), new Date(0));
  expect((await openSpool(root)).swept).toBe(3);
  const { spool } = await openSpool(root);
  await spool.withFolder('job', async () => {
    expect((await openSpool(root)).swept).toBe(0);
    expect((await readdir(root)).filter((name) => !name.startsWith(`${hostname()}@${process.pid}`)).sort()).toEqual(
      [alive, elsewhere].sort(),
    );
  });
});
