import { createHmac, timingSafeEqual } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import express, { type Express, type Response } from 'express';
import type { FastenFault } from '../faults/fault-kinds.ts';
import type { Faults } from '../faults/faults.ts';
import { CATALOG_FILES } from './catalog.ts';
import type { Chaos } from './chaos.ts';
import type { KeptState } from './keep-state.ts';
import type { Clock } from './make-clock.ts';
import { sendSpoiled } from './send-spoiled.ts';

/** What goes wrong with the next file that storage sends. */
export interface StorageFault {
  /** It breaks off after so many bytes, and its signed address has expired by then. */
  cut?: { readonly afterBytes: number; readonly done: () => void } | undefined;
}

export interface StorageOptions {
  readonly kept: KeptState;
  readonly clock: Clock;
  readonly cut: StorageFault;
  readonly chaos: Chaos;
  readonly faults: Faults<FastenFault>;
  /** Folder for copies of what is sent otherwise than it is kept. */
  readonly dir: string;
}

/** The signed target of a download lives this long; the API gives a fresh one on every call. */
export const SIGNED_URL_MS = 10 * 60 * 1000;

/**
 * Makes the signed address of a file at the storage origin.
 *
 * @param signingKey - Any secret text; the storage origin must hold the same.
 * @param fileId - As in the export's task.
 * @param nowMs - The time from which its life counts.
 * @param lifeMs - How long it opens the file; a download's ten minutes when left out.
 * @returns Path and query, to be put behind the storage origin.
 */
export function signStoragePath(signingKey: string, fileId: string, nowMs: number, lifeMs = SIGNED_URL_MS): string {
  const expires = nowMs + lifeMs;
  return `/${encodeURIComponent(fileId)}?expires=${expires}&signature=${signatureOf(signingKey, fileId, `${expires}`)}`;
}

/**
 * The second origin, which behaves like S3 behind a signed URL: the query is the only credential, a request that carries
 * an Authorization header too is refused, and a file comes with Content-Length, ETag and byte ranges.
 */
export function serveStorage({ kept, clock, cut: fault, chaos, faults, dir }: StorageOptions): Express {
  const { state } = kept;
  const app = express().disable('x-powered-by');
  app.get('/:fileId', async (req, res) => {
    const { fileId } = req.params;
    const { expires = '', signature = '' } = req.query;
    if (req.headers.authorization !== undefined) {
      return sendXmlError(res, 400, 'InvalidArgument', 'Only one auth mechanism allowed');
    }
    if (!isSame(`${signature}`, signatureOf(state.signingKey, fileId, `${expires}`))) {
      return sendXmlError(res, 403, 'SignatureDoesNotMatch', 'The signature does not match');
    }
    if (Number(expires) <= clock.now()) {
      return sendXmlError(res, 403, 'AccessDenied', 'Request has expired');
    }
    const catalog = CATALOG_FILES[fileId];
    if (catalog !== undefined) return res.json(catalog);
    const path = state.tasks.find((task) => task.file?.fileId === fileId)?.file?.path;
    const found = path === undefined ? undefined : await stat(path).catch(() => undefined);
    if (path === undefined || found === undefined) {
      return sendXmlError(res, 404, 'NoSuchKey', 'The specified key does not exist');
    }
    const etag = `"${found.size.toString(16)}-${Math.trunc(found.mtimeMs)}"`;
    res.set({ 'content-type': 'binary/octet-stream', etag });
    const { cut } = fault;
    if (cut !== undefined) {
      fault.cut = undefined;
      return sendStart(res.set('content-length', `${found.size}`), path, cut.afterBytes, () => {
        clock.advance(SIGNED_URL_MS);
        cut.done();
      });
    }
    if (chaos.keepBytes > 0) {
      const kept = (await readFile(path)).subarray(0, chaos.keepBytes);
      return res.set('content-length', `${kept.length}`).end(kept);
    }
    if (faults.isAny('downloads')) {
      return sendSpoiled(faults, { path, bytes: found.size, etag }, dir, req, res);
    }
    // The data folder begins with a dot, which Express hides unless told not to.
    return res.sendFile(path, { dotfiles: 'allow', cacheControl: false });
  });
  return app;
}

/** Sends the first bytes of a file and hangs up once they are on their way. */
function sendStart(res: Response, path: string, bytes: number, done: () => void): void {
  createReadStream(path, { end: bytes - 1 })
    .on('data', (chunk) => res.write(chunk))
    .on('close', () => {
      done();
      res.socket?.end();
    });
}

function sendXmlError(res: Response, status: number, code: string, message: string): void {
  res.status(status).type('application/xml').send(`<Error><Code>${code}</Code><Message>${message}</Message></Error>`);
}

function signatureOf(signingKey: string, fileId: string, expires: string): string {
  return createHmac('sha256', signingKey).update(`${fileId}\n${expires}`).digest('hex');
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
