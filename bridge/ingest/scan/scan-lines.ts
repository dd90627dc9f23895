import { readPieces } from '../../spool/open-file.ts';

/** One line of the spool, without its line ending. */
export interface Line {
  /** 1-based, blank lines counted, so that it is the number an editor shows. */
  readonly number: number;
  /** Byte offset of the first byte in the file. */
  readonly offset: number;
  /** Length in bytes, without the line ending. */
  readonly length: number;
  /** The bytes; undefined when the line is longer than `maxLineBytes`. Only valid until the next batch is asked for. */
  readonly bytes: Buffer | undefined;
}

const LF = 0x0a;
const CR = 0x0d;
const CHUNK_BYTES = 1 << 20;
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Reads a file as lines, in batches, at constant memory: a line longer than `maxLineBytes` is measured, never held.
 * Splits on 0x0A only, so that UTF-8 is never cut; takes CRLF, a BOM, blank lines (left out, but numbered) and a missing
 * last line ending. `signal` stops it between two chunks.
 */
export async function* scanLines(file: string, maxLineBytes: number, signal?: AbortSignal): AsyncGenerator<Line[]> {
  signal?.throwIfAborted();
  const splitter = new LineSplitter(maxLineBytes);
  for await (const chunk of readPieces(file, CHUNK_BYTES)) {
    yield splitter.push(chunk);
    signal?.throwIfAborted();
  }
  yield splitter.end();
}

class LineSplitter {
  readonly #maxLineBytes: number;
  /** The begun line's pieces from earlier chunks; dropped as soon as it is longer than allowed. */
  #pieces: Buffer[] = [];
  #begunBytes = 0;
  #lastByte: number | undefined;
  #lineStart = 0;
  #number = 1;

  constructor(maxLineBytes: number) {
    this.#maxLineBytes = maxLineBytes;
  }

  push(chunk: Buffer): Line[] {
    const lines: Line[] = [];
    let start = this.#skipMark(chunk);
    for (let end = chunk.indexOf(LF, start); end !== -1; end = chunk.indexOf(LF, start)) {
      this.#finish(chunk.subarray(start, end), lines);
      this.#lineStart += 1;
      this.#number += 1;
      start = end + 1;
    }
    this.#hold(chunk.subarray(start));
    return lines;
  }

  end(): Line[] {
    const lines: Line[] = [];
    this.#finish(Buffer.alloc(0), lines);
    return lines;
  }

  /** The file's first bytes are no part of its first line when they are a BOM. */
  #skipMark(chunk: Buffer): number {
    const isStart = this.#lineStart === 0 && this.#begunBytes === 0;
    if (!isStart || !chunk.subarray(0, BOM.length).equals(BOM)) return 0;
    this.#lineStart = BOM.length;
    return BOM.length;
  }

  /** Keeps a copy: the chunk's memory is used again. One byte more than allowed, which may be the CR of the ending. */
  #hold(rest: Buffer): void {
    this.#begunBytes += rest.length;
    this.#lastByte = rest.at(-1) ?? this.#lastByte;
    if (this.#begunBytes > this.#maxLineBytes + 1) this.#pieces = [];
    else if (rest.length > 0) this.#pieces.push(Buffer.from(rest));
  }

  #finish(tail: Buffer, lines: Line[]): void {
    const rawLength = this.#begunBytes + tail.length;
    const length = (tail.at(-1) ?? this.#lastByte) === CR ? rawLength - 1 : rawLength;
    const bytes = length > this.#maxLineBytes ? undefined : this.#bytes(tail).subarray(0, length);
    if (!bytes || !isBlank(bytes)) lines.push({ number: this.#number, offset: this.#lineStart, length, bytes });
    this.#lineStart += rawLength;
    this.#begunBytes = 0;
    this.#lastByte = undefined;
    this.#pieces = [];
  }

  #bytes(tail: Buffer): Buffer {
    return this.#pieces.length === 0 ? tail : Buffer.concat([...this.#pieces, tail]);
  }
}

function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === CR);
}
