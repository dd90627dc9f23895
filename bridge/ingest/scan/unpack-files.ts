import { mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { PermanentError } from '../../errors.ts';
import { fileSize, readPieces, saveFile } from '../../spool/open-file.ts';
import { sealFolder } from '../../spool/sealed-folders.ts';

export interface Unpacking {
  /** Bytes that one file may take unpacked; default: what the disk has, less a reserve for everybody else on it. */
  readonly maxBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A full disk stops more than this import. */
const RESERVE_BYTES = 512 << 20;
const MAGIC = Buffer.from([0x1f, 0x8b]);
const CHUNK_BYTES = 1 << 20;
const PACKED_BYTES = 64 * 1024;

/**
 * Lends files as plain text for the time of `work`: one that is gzip, by its first bytes and whatever it is called, is
 * unpacked beside itself (in the system's temporary folder where that may not be written), encrypted, and gone afterwards
 * however the work ended. Everything that says where a line lies means the unpacked file.
 * Throws PermanentError `gzip-damaged` and `no-room-to-unpack`.
 */
export async function withUnpacked<T>(
  files: readonly string[],
  work: (files: readonly string[]) => Promise<T>,
  unpacking: Unpacking = {},
): Promise<T> {
  const folders = new Map<string, () => void>();
  try {
    const plain: string[] = [];
    for (const file of files) {
      if (!(await isGzip(file))) {
        plain.push(file);
        continue;
      }
      const folder = await makeFolder(file);
      folders.set(folder, sealFolder(folder));
      plain.push(await unpack(file, join(folder, 'unpacked.jsonl'), unpacking));
    }
    return await work(plain);
  } finally {
    for (const [folder, forget] of folders) {
      await rm(folder, { recursive: true, force: true });
      forget();
    }
  }
}

async function isGzip(file: string): Promise<boolean> {
  return (await readStart(file)).equals(MAGIC);
}

function makeFolder(file: string): Promise<string> {
  return mkdtemp(join(dirname(file), '.unpacked-')).catch(() => mkdtemp(join(tmpdir(), 'unpacked-')));
}

async function unpack(file: string, target: string, { maxBytes, signal }: Unpacking): Promise<string> {
  const room = maxBytes ?? (await freeBytes(dirname(target)));
  const gunzip = createGunzip();
  const save = (plain: AsyncIterable<Buffer>) => saveFile(target, plain);
  try {
    await pipeline(copies(readPieces(file, PACKED_BYTES)), gunzip, bounded(room), save, { signal });
  } catch (error) {
    throw isDamage(error) ? damaged() : error;
  }
  await refuseRest(file, gunzip.bytesWritten);
  return target;
}

function bounded(maxBytes: number): Transform {
  let bytes = 0;
  return new Transform({
    transform: (chunk: Buffer, _, done) => {
      bytes += chunk.length;
      done(bytes > maxBytes ? noRoom(maxBytes) : null, chunk);
    },
  });
}

/** A stream holds on to what it was given, while the pieces of a file lie in one buffer. */
async function* copies(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const piece of pieces) yield Buffer.from(piece);
}

/** zlib leaves alone what follows the last member: padding, or a member of which the beginning is lost. */
async function refuseRest(file: string, consumed: number): Promise<void> {
  const rest = { offset: consumed, length: (await fileSize(file)) - consumed };
  for await (const piece of readPieces(file, CHUNK_BYTES, rest)) {
    if (piece.some((byte) => byte !== 0)) throw damaged();
  }
}

async function readStart(file: string): Promise<Buffer> {
  for await (const piece of readPieces(file, MAGIC.length)) return piece;
  return Buffer.alloc(0);
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return Math.max(0, bavail * bsize - RESERVE_BYTES);
}

function isDamage(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^Z_/.test(String(error.code));
}

function damaged(): PermanentError {
  return new PermanentError('gzip-damaged', 'the gzip file is cut or damaged: fetch it, or pack it, again');
}

function noRoom(maxBytes: number): PermanentError {
  const room = Math.floor(maxBytes / (1 << 20));
  return new PermanentError(
    'no-room-to-unpack',
    `the gzip file unpacks to more than the ${room} MiB that are free for it: make room on the disk`,
  );
}
