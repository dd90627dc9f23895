import { closeSync, openSync, readSync } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { readAhead } from './read-ahead.ts';
import type { Seal } from './seal.ts';
import { newSealOf, sealOf } from './sealed-folders.ts';

/** From here on the way through another thread is worth it. */
const LONG_BYTES = 128 * 1024;

/** A file whose bytes are read by their place, without waiting: for what was just read, and comes out of the page cache. */
export interface SyncFile {
  /** All of these bytes. Throws when the file is shorter than it was. */
  read(position: number, length: number): Buffer;
  close(): void;
}

/** A file that is being made. No place of it may be written twice, but after `clear`. */
export interface WritableFile {
  write(bytes: Uint8Array, position: number): Promise<void>;
  /** Up to `length` bytes that were written before. */
  read(position: number, length: number): Promise<Buffer>;
  /** Begins anew. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** Bytes of a file; as many as it holds, sealed or not. */
export async function fileSize(path: string): Promise<number> {
  return (await stat(path)).size;
}

/** Opens a file to be read without waiting. */
export function openFileSync(path: string): SyncFile {
  const descriptor = openSync(path, 'r');
  const run = sealOf(path)?.run();
  return {
    read: (position, length) => {
      const bytes = readFully(descriptor, position, length);
      return run?.turn(bytes, position) ?? bytes;
    },
    close: () => closeSync(descriptor),
  };
}

function readFully(descriptor: number, position: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let read = 0; read < length; ) {
    const more = readSync(descriptor, bytes, read, length - read, position + read);
    if (more === 0) throw new Error('the spool file is shorter than it was');
    read += more;
  }
  return bytes;
}

/** Makes a file, or begins one anew, that only this user may read; sealed when it lies below a sealed folder. */
export async function createFile(path: string): Promise<WritableFile> {
  const file = await open(path, 'w+', 0o600);
  let seal = newSealOf(path);
  let run = seal?.run();
  return {
    write: (bytes, position) => writeFully(file, run?.turned(bytes, position) ?? bytes, position),
    read: async (position, length) => {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
      const bytes = buffer.subarray(0, bytesRead);
      return seal?.run().turn(bytes, position) ?? bytes;
    },
    clear: async () => {
      await file.truncate(0);
      seal = newSealOf(path);
      run = seal?.run();
    },
    close: () => file.close(),
  };
}

async function writeFully(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
  }
}

/** Makes a file out of a stream; gives its bytes. */
export async function saveFile(path: string, source: AsyncIterable<Uint8Array>): Promise<number> {
  const file = await createFile(path);
  let bytes = 0;
  try {
    for await (const chunk of source) {
      await file.write(chunk, bytes);
      bytes += chunk.length;
    }
    return bytes;
  } finally {
    await file.close();
  }
}

/** A file, or a part of it, in pieces of up to `pieceBytes`. Each is only valid until the next is asked for. */
export async function* readPieces(path: string, pieceBytes: number, part?: Part): AsyncGenerator<Buffer> {
  const file = await open(path, 'r');
  try {
    const seal = sealOf(path);
    const { offset, length } = part ?? { offset: 0, length: (await file.stat()).size };
    const isLong = length >= LONG_BYTES && pieceBytes >= LONG_BYTES;
    if (seal && isLong) yield* readAhead({ descriptor: file.fd, key: seal.key }, pieceBytes, { offset, length });
    else yield* readHere(file, seal, pieceBytes, { offset, length });
  } finally {
    await file.close();
  }
}

async function* readHere(file: FileHandle, seal: Seal | undefined, pieceBytes: number, { offset, length }: Part) {
  const run = seal?.run();
  const buffer = Buffer.allocUnsafe(Math.min(pieceBytes, length));
  for (let at = offset; at < offset + length; ) {
    const { bytesRead } = await file.read(buffer, 0, Math.min(pieceBytes, offset + length - at), at);
    if (bytesRead === 0) return;
    const piece = buffer.subarray(0, bytesRead);
    yield run?.turn(piece, at) ?? piece;
    at += bytesRead;
  }
}

interface Part {
  readonly offset: number;
  readonly length: number;
}
