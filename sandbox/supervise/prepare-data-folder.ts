import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from './user-error.ts';

/** Lies in every data folder of ours; a folder without it is never wiped. */
const MARKER = '.fasten-medplum-sandbox';

/** What commands of ours put into a data folder before its first `npm start`. */
const OURS: ReadonlySet<string> = new Set([
  'bench',
  'chaos',
  'fasten',
  'logs',
  'medplum',
  'redis',
  'spool',
  'uploads',
  MARKER,
]);

export interface DataFolder {
  /** Lets the next start have it. */
  release(): Promise<void>;
}

/**
 * Makes the data folder ready, and takes it, so that two starts never write into one.
 *
 * @param dir - Absolute path.
 * @param isFresh - Wipes it first.
 * @throws UserError when the folder is in use, or holds what is not ours.
 */
export async function prepareDataFolder(dir: string, isFresh: boolean): Promise<DataFolder> {
  const entries = await readdir(dir).catch((): string[] => []);
  const foreign = entries.find((entry) => !OURS.has(entry));
  if (foreign !== undefined && !entries.includes(MARKER)) {
    throw new UserError(`${dir} is no data folder of ours, it holds ${foreign}: set DATA_DIR to an empty folder.`);
  }
  const marker = join(dir, MARKER);
  const owner = Number(await readFile(marker, 'utf8').catch(() => ''));
  if (owner > 0 && (await isRunning(owner))) {
    throw new UserError(`${dir} is in use by process ${owner}: stop it, or set DATA_DIR to another folder.`);
  }
  if (isFresh) {
    // What is in it goes, the folder stays: it may be a mount.
    await Promise.all(entries.map((entry) => rm(join(dir, entry), { recursive: true, force: true })));
  }
  await mkdir(join(dir, 'logs'), { recursive: true });
  await writeFile(marker, `${process.pid}`);
  return { release: () => writeFile(marker, '') };
}

/** After a crash the id may belong to somebody else by now, which Linux lets us see. */
async function isRunning(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined);
  return pid !== process.pid && (commandLine === undefined || commandLine.includes('sandbox'));
}
