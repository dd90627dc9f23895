import { createWriteStream } from 'node:fs';
import { PassThrough, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { createGunzip } from 'node:zlib';
import type { Dispatcher } from 'undici';
import { PermanentError } from '../errors.ts';
import type { FastenGateway } from '../fasten/client.ts';
import type { ExportFile } from '../fasten/export-file.ts';
import type { StorageClient } from './storage-client.ts';

/** The file did not arrive whole, or its storage refused; a fresh link may cure it. `code` is short and constant. */
export class DownloadError extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.name = 'DownloadError';
    this.code = code;
  }
}

export interface FetchDeps {
  readonly fasten: FastenGateway;
  readonly storage: StorageClient;
  /** Waits between tries in milliseconds; each try asks Fasten for a fresh link. Default 1, 5 and 20 seconds. */
  readonly waitsMs?: readonly number[];
}

const WAITS_MS = [1_000, 5_000, 20_000];
const MAX_HOPS = 4;
const REDIRECTS = [301, 302, 303, 307, 308];

/**
 * Streams one file of an export to disk, never holding more than a chunk of it.
 *
 * @param deps - Where from.
 * @param file - Which file; its link is asked for anew at every try, since a signed one lives for minutes.
 * @param path - Where to; made with mode 0600, overwritten by the next try.
 * @param signal - Ends the download.
 * @returns Bytes on disk, after any gzip was undone.
 * @throws PermanentError `export-gone` when Fasten no longer has it, `storage-refused` for a target that may not be asked.
 * @throws DownloadError or FastenError when all tries failed.
 */
export async function fetchFile(deps: FetchDeps, file: ExportFile, path: string, signal: AbortSignal): Promise<number> {
  const waitsMs = deps.waitsMs ?? WAITS_MS;
  for (let attempt = 0; ; attempt++) {
    try {
      return await save(await open(deps, file, signal), path, signal);
    } catch (error) {
      const fault = toFault(error);
      const waitMs = waitsMs[attempt];
      if (fault instanceof PermanentError || signal.aborted || waitMs === undefined) {
        throw fault;
      }
      await wait(waitMs, undefined, { signal });
    }
  }
}

async function open(deps: FetchDeps, file: ExportFile, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
  const answer = await deps.fasten.openFile(file, signal);
  if (answer.kind === 'body') {
    return answer.response;
  }
  let url = answer.url;
  for (let hop = 1; hop <= MAX_HOPS; hop++) {
    const response = await deps.storage.get(url, signal);
    const location = response.headers.location;
    if (response.statusCode === 200) {
      return response;
    }
    await response.body.dump();
    if (!REDIRECTS.includes(response.statusCode) || typeof location !== 'string' || !URL.canParse(location, url.href)) {
      throw new DownloadError(`storage-${response.statusCode}`);
    }
    url = new URL(location, url);
  }
  throw new DownloadError('storage-redirects');
}

async function save(response: Dispatcher.ResponseData, path: string, signal: AbortSignal): Promise<number> {
  const announced = Number(response.headers['content-length'] ?? Number.NaN);
  const wire = countBytes();
  const plain = countBytes();
  const unpack = response.headers['content-encoding'] === 'gzip' ? createGunzip() : new PassThrough();
  await pipeline(response.body, wire.stream, unpack, plain.stream, createWriteStream(path, { mode: 0o600 }), {
    signal,
  });
  if (Number.isFinite(announced) && wire.bytes() !== announced) {
    throw new DownloadError('download-cut-off');
  }
  return plain.bytes();
}

function countBytes() {
  let bytes = 0;
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  return { stream, bytes: () => bytes };
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
