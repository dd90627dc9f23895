import { access, constants, statfs } from 'node:fs/promises';

/** Bytes that this process may still write below a folder. Throws when the folder is not there, or cannot be written. */
export async function measureRoom(folder: string): Promise<number> {
  await access(folder, constants.W_OK);
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** Throws when there is less room than an import should begin with. */
export async function assertRoom(folder: string, leastBytes: number): Promise<void> {
  if ((await measureRoom(folder)) < leastBytes) throw new Error('the disk of the spool is nearly full');
}
