import { closeSync, openSync, readSync } from 'node:fs';
import { open } from 'node:fs/promises';

/** A stretch of a file. */
export interface Place {
  readonly file: string;
  readonly offset: number;
  /** In bytes. */
  readonly length: number;
}

const CHUNK_BYTES = 1 << 20;

/** The bytes of a short stretch. Synchronous on purpose: the file was just read, so they come out of the page cache. */
export function readBytes({ file, offset, length }: Place): Buffer {
  const descriptor = openSync(file, 'r');
  try {
    return readFully(descriptor, offset, length);
  } finally {
    closeSync(descriptor);
  }
}

/** Throws when the file is shorter than it was. */
export function readFully(descriptor: number, offset: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let read = 0; read < length; ) {
    const more = readSync(descriptor, bytes, read, length - read, offset + read);
    if (more === 0) throw new Error('the spool file is shorter than it was');
    read += more;
  }
  return bytes;
}

/** The bytes of a stretch of any length, in pieces. Each is only valid until the next is asked for. */
export async function* streamBytes({ file, offset, length }: Place): AsyncGenerator<Buffer> {
  const handle = await open(file, 'r');
  const buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, length));
  try {
    for (let at = 0; at < length; ) {
      const { bytesRead } = await handle.read(buffer, 0, Math.min(CHUNK_BYTES, length - at), offset + at);
      if (bytesRead === 0) throw new Error('the spool file is shorter than it was');
      yield buffer.subarray(0, bytesRead);
      at += bytesRead;
    }
  } finally {
    await handle.close();
  }
}
