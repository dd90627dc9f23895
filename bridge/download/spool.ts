import { mkdir, readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** Where exports lie while they are loaded: a folder of this process, readable by its user alone. */
export interface Spool {
  /** Lends a folder for the time of `work`; it is gone afterwards, however the work ended. */
  withFolder<T>(name: string, work: (folder: string) => Promise<T>): Promise<T>;
}

/**
 * Opens the spool and removes what processes that are gone left behind.
 *
 * @param root - Folder that all workers of this host may share; made when absent.
 * @returns The spool, and how many left-over folders were removed.
 */
export async function openSpool(root: string): Promise<{ spool: Spool; swept: number }> {
  await mkdir(root, { recursive: true, mode: 0o700 });
  const swept = await sweep(root);
  const own = join(root, folderName(process.pid));
  const spool: Spool = {
    withFolder: async (name, work) => {
      const folder = join(own, name);
      await rm(folder, { recursive: true, force: true });
      await mkdir(folder, { recursive: true, mode: 0o700 });
      try {
        return await work(folder);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
  return { spool, swept };
}

/** In a container every process has the same id, so the host's name tells whose folder it is. */
function folderName(pid: number): string {
  return `${hostname()}@${pid}`;
}

async function sweep(root: string): Promise<number> {
  const left = (await readdir(root)).filter((name) => {
    const [host, pid] = name.split('@');
    return host === hostname() && pid !== undefined && !isOthersAlive(Number(pid));
  });
  await Promise.all(left.map((name) => rm(join(root, name), { recursive: true, force: true })));
  return left.length;
}

function isOthersAlive(pid: number): boolean {
  if (pid === process.pid) {
    return true;
  }
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, and belongs to another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
