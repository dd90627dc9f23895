import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { createGzip } from 'node:zlib';
import type { Request, Response } from 'express';
import type { FastenFault } from '../faults/fault-kinds.ts';
import type { Faults, Strike } from '../faults/faults.ts';

/** A file as storage has it. */
export interface StoredFile {
  readonly path: string;
  readonly bytes: number;
  readonly etag: string;
}

/** What happens to one answer. */
interface Spoils {
  readonly flipped: ReadonlyMap<number, number>;
  readonly slowMs: number;
  /** Where the connection ends, if not with the file, and how. */
  readonly end?: { readonly at: number; readonly how: 'reset' | 'fin' };
}

const PIECE_BYTES = 64 * 1024;
/** What was sent is read by the other side before the connection is reset, else it never comes. */
const READ_MS = 50;

/**
 * Sends a file as the faults that strike will have it: another one in its place (packed, or shorter), wrong in some bytes,
 * slowly, and not to its end. Ranges are answered, so that a client can go on from where it was cut off.
 *
 * @param dir - Where packed copies lie.
 */
export async function sendSpoiled(
  faults: Faults<FastenFault>,
  file: StoredFile,
  dir: string,
  req: Request,
  res: Response,
): Promise<void> {
  const sent = await replaceFile(faults, file, dir, req, res);
  const { from, to } = rangeOf(req, sent);
  const isPart = from > 0 || to < sent.bytes;
  res.status(isPart ? 206 : 200).set({
    'accept-ranges': 'bytes',
    'content-length': `${to - from}`,
    etag: sent.etag,
    ...(isPart && { 'content-range': `bytes ${from}-${to - 1}/${sent.bytes}` }),
  });
  const spoils = drawSpoils(faults, from, to);
  const { at: until, how } = spoils.end ?? { at: to };
  try {
    await pipeline(Readable.from(spoiledPieces(sent.path, from, until, spoils)), res, { end: how === undefined });
    if (how !== undefined) await hangUp(res, how);
  } catch {
    // The client has hung up, or gets no more than it has.
    res.destroy();
  }
}

/** Which bytes stand at this address this time. */
async function replaceFile(
  faults: Faults<FastenFault>,
  file: StoredFile,
  dir: string,
  req: Request,
  res: Response,
): Promise<StoredFile> {
  if (faults.strike('gzipFile')) return packFile(file, dir);
  if (req.acceptsEncodings('gzip') && faults.strike('gzipEncoded')) {
    res.set('content-encoding', 'gzip');
    return packFile(file, dir);
  }
  const short = faults.strike('shortDownload');
  if (!short) return file;
  const bytes = short.random.int(1, Math.max(1, file.bytes - 1));
  return { path: file.path, bytes, etag: file.etag.replace(/"$/, `-${bytes}"`) };
}

/** A copy that is made once. */
async function packFile({ path, etag }: StoredFile, dir: string): Promise<StoredFile> {
  const folder = join(dir, 'packed');
  await mkdir(folder, { recursive: true });
  const packed = join(folder, `${createHash('sha256').update(`${path}${etag}`).digest('hex')}.gz`);
  const known = await stat(packed).catch(() => undefined);
  if (known === undefined) {
    const fresh = `${packed}.${crypto.randomUUID()}`;
    await pipeline(createReadStream(path), createGzip(), createWriteStream(fresh));
    await rename(fresh, packed);
  }
  return { path: packed, bytes: (await stat(packed)).size, etag: etag.replace(/"$/, '-gz"') };
}

/** From the first byte that is wanted to behind the last one. */
function rangeOf(req: Request, { bytes, etag }: StoredFile): { from: number; to: number } {
  const isSame = [undefined, etag].includes(req.get('if-range'));
  const ranges = isSame ? req.range(bytes) : undefined;
  const [first] = Array.isArray(ranges) ? ranges : [];
  return first === undefined ? { from: 0, to: bytes } : { from: first.start, to: first.end + 1 };
}

function drawSpoils(faults: Faults<FastenFault>, from: number, to: number): Spoils {
  const corrupt = faults.strike('corruptDownload');
  const flips = Array.from({ length: corrupt?.bytes ?? 0 }, () => drawFlip(corrupt, from, to));
  const slowMs = faults.strike('slowDownload')?.ms ?? 0;
  const reset = faults.strike('cutDownload');
  const fin = faults.strike('truncatedDownload');
  const cut = reset ?? fin;
  const spoils = { flipped: new Map(flips), slowMs };
  if (!cut) return spoils;
  return { ...spoils, end: { at: cut.random.int(from, Math.max(from, to - 1)), how: reset ? 'reset' : 'fin' } };
}

function drawFlip(strike: Strike | undefined, from: number, to: number): [at: number, bit: number] {
  return [strike?.random.int(from, to - 1) ?? 0, 1 << (strike?.random.int(0, 7) ?? 0)];
}

async function* spoiledPieces(path: string, from: number, to: number, { flipped, slowMs }: Spoils) {
  if (to <= from) return;
  const highWaterMark = slowMs > 0 ? Math.min(PIECE_BYTES, Math.ceil((to - from) / 10)) : PIECE_BYTES;
  let at = from;
  for await (const piece of createReadStream(path, { start: from, end: to - 1, highWaterMark })) {
    const bytes = Buffer.from(piece as Buffer);
    for (const [position, bit] of flipped) {
      const byte = bytes[position - at];
      if (byte !== undefined) bytes[position - at] = byte ^ bit;
    }
    if (slowMs > 0) await pause((slowMs * bytes.length) / (to - from));
    yield bytes;
    at += bytes.length;
  }
}

async function hangUp(res: Response, how: 'reset' | 'fin'): Promise<void> {
  res.flushHeaders();
  await pause(READ_MS);
  if (how === 'reset') res.socket?.resetAndDestroy();
  else res.socket?.end();
}
