import { createHash } from 'node:crypto';
import type { Place } from '../scan/read-bytes.ts';
import { streamText } from '../scan/read-text.ts';
import { Base64Decoder, NotBase64 } from './base64.ts';

/** What a document's bytes are, without them. */
export interface DocumentContent {
  /** SHA-256 (hex) of the decoded bytes. */
  readonly sha256: string;
  readonly bytes: number;
}

/** Why a Binary has no bytes that could be stored. */
export type ContentFault = 'empty-document' | 'invalid-base64';

/** Hashes base64 text that comes in pieces. */
class ContentHasher {
  readonly #decoder = new Base64Decoder();
  readonly #hash = createHash('sha256');
  #bytes = 0;
  #isBase64 = true;

  push(text: string): void {
    this.#decode(() => this.#decoder.push(text));
  }

  end(): DocumentContent | ContentFault {
    this.#decode(() => this.#decoder.end());
    if (!this.#isBase64) return 'invalid-base64';
    return this.#bytes === 0 ? 'empty-document' : { sha256: this.#hash.digest('hex'), bytes: this.#bytes };
  }

  #decode(decode: () => Buffer): void {
    if (!this.#isBase64) return;
    try {
      const bytes = decode();
      this.#hash.update(bytes);
      this.#bytes += bytes.length;
    } catch (error) {
      if (!(error instanceof NotBase64)) throw error;
      this.#isBase64 = false;
    }
  }
}

/** The content of base64 text that is at hand. */
export function contentOf(base64: string): DocumentContent | ContentFault {
  const hasher = new ContentHasher();
  hasher.push(base64);
  return hasher.end();
}

/** The content of a base64 text that lies in a file. */
export async function contentAt(place: Place): Promise<DocumentContent | ContentFault> {
  const hasher = new ContentHasher();
  try {
    for await (const text of streamText(place)) hasher.push(text);
  } catch (error) {
    // Of a decoder that met what is no UTF-8; a disk's fault is no fault of the line.
    if (!(error instanceof TypeError)) throw error;
    return 'invalid-base64';
  }
  return hasher.end();
}
