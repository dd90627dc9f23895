import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { sealFolder } from '../spool/sealed-folders.ts';

/**
 * Where exports lie while they are loaded: a folder of this process, readable by its user alone, its files encrypted with
 * keys that live as long as the work. What a killed process leaves can be read by nobody.
 */
export interface Spool {
  /** Lends a folder for the time of `work`; it is gone afterwards, however the work ended. */
  withFolder<T>(name: string, work: (folder: string) => Promise<T>): Promise<T>;
  /** Removes what processes that are gone left behind, those of other hosts once it is this old; gives how many folders. */
  sweep(abandonedMs: number): Promise<number>;
}

/**
 * Opens the spool and removes what processes that are gone left behind.
 *
 * @param root - Folder that all workers of this host may share; made when absent.
 * @returns The spool, and how many left-over folders were removed.
 */
export async function openSpool(root: string): Promise<{ spool: Spool; swept: number }> {
  await mkdir(root, { recursive: true, mode: 0o700 });
  const swept = await sweep(root, ABANDONED_MS);
  const own = join(root, `${hostname()}@${process.pid}@${THIS_PROCESS}`);
  const spool: Spool = {
    sweep: (abandonedMs) => sweep(root, abandonedMs),
    withFolder: async (name, work) => {
      const folder = join(own, name);
      await rm(folder, { recursive: true, force: true });
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const forgetKeys = sealFolder(folder);
      try {
        return await work(folder);
      } finally {
        await rm(folder, { recursive: true, force: true });
        forgetKeys();
      }
    },
  };
  return { spool, swept };
}

/**
 * In a container every process has the same id, so the host's name tells whose folder it is; and one that was started again
 * has the name and the id of the one that died, so each has a mark of its own.
 */
const THIS_PROCESS = randomUUID();

/** No import lasts as long: what another host left untouched since belongs to a container that is no more. */
const ABANDONED_MS = 7 * 24 * 3600 * 1000;

async function sweep(root: string, abandonedMs: number): Promise<number> {
  const found = await readdir(root);
  const isLeft = await Promise.all(found.map((name) => isLeftBehind(root, name, abandonedMs)));
  const left = found.filter((_, position) => isLeft[position]);
  await Promise.all(left.map((name) => rm(join(root, name), { recursive: true, force: true })));
  return left.length;
}

async function isLeftBehind(root: string, name: string, abandonedMs: number): Promise<boolean> {
  const [host, pid, mark] = name.split('@');
  if (pid === undefined) return false;
  if (host === hostname()) return Number(pid) === process.pid ? mark !== THIS_PROCESS : !isAlive(Number(pid));
  const touched = await stat(join(root, name)).catch(() => undefined);
  return touched !== undefined && Date.now() - touched.mtimeMs > abandonedMs;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, and belongs to another user.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
