import { type Cipheriv, createCipheriv, type KeyObject } from 'node:crypto';

const ALGORITHM = 'aes-256-ctr';
const BLOCK_BYTES = 16;
const SKIPPED = Buffer.alloc(BLOCK_BYTES);
/** Larger ones are no quicker, and each comes in memory of its own. */
const PIECE_BYTES = 64 * 1024;

/** Encrypts what is not, and decrypts what is. Bytes that lie one behind the other are quickest. */
export interface SealRun {
  /** The same bytes turned. */
  turned(bytes: Uint8Array, position: number): Buffer;
  /** Turns them where they lie, and gives them. */
  turn(bytes: Buffer, position: number): Buffer;
}

/** Begins a run of bytes at any place of a file with this key. */
export function runFrom(key: KeyObject): SealRun {
  let cipher: Cipheriv | undefined;
  let next = -1;
  const turned = (bytes: Uint8Array, position: number): Buffer => {
    if (cipher === undefined || position !== next) cipher = cipherAt(key, position);
    next = position + bytes.length;
    return cipher.update(bytes);
  };
  return {
    turned,
    turn: (bytes, position) => {
      for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
        turned(bytes.subarray(at, at + PIECE_BYTES), position + at).copy(bytes, at);
      }
      return bytes;
    },
  };
}

/** The counter is the number of the block, so that any byte can be had by its place alone. */
function cipherAt(key: KeyObject, position: number): Cipheriv {
  const counter = Buffer.alloc(BLOCK_BYTES);
  counter.writeBigUInt64BE(BigInt(Math.floor(position / BLOCK_BYTES)), BLOCK_BYTES - 8);
  const cipher = createCipheriv(ALGORITHM, key, counter);
  cipher.update(SKIPPED.subarray(0, position % BLOCK_BYTES));
  return cipher;
}
