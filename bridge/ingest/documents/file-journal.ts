import { appendFileSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { UploadJournal } from './documents.ts';

/** An upload journal in a file, for a process that has no Redis. */
export interface FileJournal extends UploadJournal {
  /** The import is done: what carries the documents is stored, and nothing has to be remembered. */
  remove(): Promise<void>;
}

const entrySchema = z.object({ sha256: z.string(), binary: z.string() });

/**
 * Opens the journal of a namespace: NDJSON that is only appended to, hashes and Binary ids only. A process that is killed
 * while it writes leaves half a line, which counts as nothing.
 *
 * @param folder - For the journals of all namespaces; made when there is something to remember.
 */
export async function openFileJournal(folder: string, namespace: string): Promise<FileJournal> {
  const path = join(folder, `${encodeURIComponent(namespace)}.ndjson`);
  const text = await readFile(path, 'utf8').catch(() => '');
  const known = new Map(text.split('\n').flatMap(readEntry));
  let folderMade: Promise<unknown> | undefined;
  let isTorn = text !== '' && !text.endsWith('\n');
  return {
    find: async (sha256) => known.get(sha256),
    add: async (sha256, binary) => {
      known.set(sha256, binary);
      folderMade ??= mkdir(folder, { recursive: true, mode: 0o700 });
      await folderMade;
      const start = isTorn ? '\n' : '';
      isTorn = false;
      // Synchronous on purpose: a line goes into the page cache in microseconds, through the thread pool it costs ten times as much.
      appendFileSync(path, `${start}${JSON.stringify({ sha256, binary })}\n`, { mode: 0o600 });
    },
    remove: () => rm(path, { force: true }),
  };
}

function readEntry(line: string): [string, string][] {
  try {
    const { sha256, binary } = entrySchema.parse(JSON.parse(line));
    return [[sha256, binary]];
  } catch {
    return [];
  }
}
