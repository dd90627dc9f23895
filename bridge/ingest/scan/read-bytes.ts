import { openFileSync, readPieces } from '../../spool/open-file.ts';

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
  const opened = openFileSync(file);
  try {
    return opened.read(offset, length);
  } finally {
    opened.close();
  }
}

/** The bytes of a stretch of any length, in pieces. Each is only valid until the next is asked for. */
export async function* streamBytes({ file, offset, length }: Place): AsyncGenerator<Buffer> {
  let read = 0;
  for await (const piece of readPieces(file, CHUNK_BYTES, { offset, length })) {
    read += piece.length;
    yield piece;
  }
  if (read < length) throw new Error('the spool file is shorter than it was');
}
