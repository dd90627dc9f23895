import { setTimeout as wait } from 'node:timers/promises';
import { isDiskFull, PermanentError } from '../errors.ts';
import type { ExportFile } from '../fasten/export-file.ts';
import { type OpenDeps, openFile } from './open-file.ts';
import { openPartialFile, type PartialFile } from './partial-file.ts';

export interface FetchDeps extends OpenDeps {
  /** Waits in milliseconds after tries that brought nothing new. Default 1, 5 and 20 seconds. */
  readonly waitsMs?: readonly number[];
  /** Told once of each signed link that a download has used for so long that it is about to end. */
  readonly onAgingLink?: () => void;
  /** Default 8 minutes. */
  readonly linkAgesMs?: number;
}

/** A signed link lives for ten minutes; a download that is cut then goes on with a fresh one, if the host takes ranges. */
const LINK_AGES_MS = 8 * 60_000;

const WAITS_MS = [1_000, 5_000, 20_000];

/**
 * Streams one file of an export to disk as it is sent (gzip stays gzip), never holding more than a chunk of it. What is
 * cut off goes on from where it stopped, with a fresh link, when the host still has the same file and answers ranges;
 * otherwise it begins anew. A file whose last line is cut is fetched once more: Fasten may have been read while writing.
 *
 * @param deps - Where from.
 * @param path - Where to; made with mode 0600.
 * @param signal - Ends the download.
 * @returns Bytes on disk: as many as the host announced, if it did.
 * @throws PermanentError `export-gone` when Fasten no longer has it, `storage-refused` for a target that may not be asked.
 * @throws The file system's error when the disk is full.
 * @throws DownloadError or FastenError when several tries in a row brought nothing new.
 */
export async function fetchFile(deps: FetchDeps, file: ExportFile, path: string, signal: AbortSignal): Promise<number> {
  const partial = await openPartialFile(path);
  try {
    await fetchWhole(deps, file, partial, signal);
    if (!(await partial.hasWholeLastLine())) {
      await partial.clear();
      await fetchWhole(deps, file, partial, signal);
    }
    return partial.bytes();
  } finally {
    await partial.close();
  }
}

async function fetchWhole(deps: FetchDeps, file: ExportFile, partial: PartialFile, signal: AbortSignal): Promise<void> {
  const waitsMs = deps.waitsMs ?? WAITS_MS;
  let most = 0;
  for (let tries = 0; ; tries++) {
    try {
      return await fetchByLink(deps, file, partial, signal);
    } catch (error) {
      const fault = toFault(error);
      // Gigabytes over a bad line are cut many times; as long as each try brings more, none counts.
      if (partial.bytes() > most) tries = 0;
      most = Math.max(most, partial.bytes());
      // The file has become shorter than what is here of it.
      if (fault instanceof Error && 'code' in fault && /-416$/.test(String(fault.code))) await partial.clear();
      const waitMs = waitsMs[tries];
      // Room is made in minutes or hours, which the queue's own retries span.
      if (fault instanceof PermanentError || isDiskFull(fault) || signal.aborted || waitMs === undefined) {
        throw fault;
      }
      await wait(waitMs, undefined, { signal });
    }
  }
}

async function fetchByLink(
  deps: FetchDeps,
  file: ExportFile,
  partial: PartialFile,
  signal: AbortSignal,
): Promise<void> {
  const aging = setTimeout(() => deps.onAgingLink?.(), deps.linkAgesMs ?? LINK_AGES_MS);
  try {
    const response = await openFile(deps, file, partial.rangeHeaders(), signal);
    await partial.take(response, signal);
  } finally {
    clearTimeout(aging);
  }
}

/** undici wraps what the dialer threw; a refusal must stay one. Fasten deletes exports after a day: asking again is vain. */
function toFault(error: unknown): unknown {
  if (!(error instanceof Error)) {
    return error;
  }
  if (error.cause instanceof PermanentError) {
    return error.cause;
  }
  if ('status' in error && (error.status === 404 || error.status === 410)) {
    return new PermanentError('export-gone', 'Fasten no longer has this export; request a new one');
  }
  return error;
}
