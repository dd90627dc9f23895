import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { cp, readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { assertSame } from './restore-postgres.ts';

/** Copies the folder of Medplum's binaries and compares every file. A bucket is its provider's to keep twice: see operations.md. */
export async function drillBinaries(from: string, to: string): Promise<number> {
  const expected = await digestFiles(from);
  await cp(from, to, { recursive: true });
  assertSame(expected, await digestFiles(to));
  return expected.length;
}

/** Each file below a folder with its SHA-256. */
async function digestFiles(folder: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = found.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return Promise.all(paths.toSorted().map(async (path) => `${relative(folder, path)} ${await digest(path)}`));
}

async function digest(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
