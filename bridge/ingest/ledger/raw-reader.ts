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

  /** SHA-256 (hex) of the next bytes; of fewer when the file ends before. */
  async hash(length: number): Promise<string> {
    const sha256 = createHash('sha256');
    await this.#take(length, (bytes) => sha256.update(bytes));
    return sha256.digest('hex');
  }

  /** Skips bytes that belong to no line. False when one of them says something. */
  async skip(length: number): Promise<boolean> {
    let isBlank = true;
    await this.#take(length, (bytes, at) => {
      isBlank &&= bytes.every((byte, number) => BLANK.has(byte) || byte === BOM[at + number]);
    });
    return isBlank;
  }

  /** SHA-256 (hex) of all bytes, once they are read. */
  whole(): string {
    return this.#whole.digest('hex');
  }

  async #take(length: number, see: (bytes: Buffer, at: number) => void): Promise<void> {
    for (let left = length; left > 0; ) {
      if (this.#chunk.length === 0) {
        const next = await this.#chunks.next();
        if (next.done) return;
        this.#chunk = next.value;
        continue;
      }
      const bytes = this.#chunk.subarray(0, left);
      this.#chunk = this.#chunk.subarray(bytes.length);
      this.#whole.update(bytes);
      see(bytes, this.position);
      this.position += bytes.length;
      left -= bytes.length;
    }
  }
}
