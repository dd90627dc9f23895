import { createHash } from 'node:crypto';

/** Line endings and what a blank line may hold. */
const BLANK = new Set([0x0a, 0x0d, 0x20, 0x09]);
const BOM = [0xef, 0xbb, 0xbf];

/** Reads a file that comes in chunks, from its beginning to its end, piece by piece. */
export class RawReader {
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #whole = createHash('sha256');
  #chunk: Buffer = Buffer.alloc(0);
  /** Bytes that were read. */
  position = 0;

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** Reads up to `end`, or to the end of the file when that comes before. */
  async read(end: number, see: (bytes: Buffer, at: number) => void): Promise<void> {
    while (this.position < end) {
      if (this.#chunk.length === 0) {
        const next = await this.#chunks.next();
        if (next.done) return;
        this.#chunk = next.value;
        continue;
      }
      const bytes = this.#chunk.subarray(0, end - this.position);
      this.#chunk = this.#chunk.subarray(bytes.length);
      this.#whole.update(bytes);
      see(bytes, this.position);
      this.position += bytes.length;
    }
  }

  /** Reads up to `end` bytes that belong to no line. False when one of them says something. */
  async skip(end: number): Promise<boolean> {
    let isBlank = true;
    await this.read(end, (bytes, at) => {
      isBlank &&= bytes.every((byte, number) => BLANK.has(byte) || byte === BOM[at + number]);
    });
    return isBlank;
  }

  /** SHA-256 (hex) of all bytes, once they are read. */
  whole(): string {
    return this.#whole.digest('hex');
  }
}
