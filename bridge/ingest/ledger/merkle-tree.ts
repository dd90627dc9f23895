import { hash } from 'node:crypto';

const LEAF = Buffer.of(0x00);
const NODE = Buffer.of(0x01);

/**
 * The root over a list of entries, taken as they come: the Merkle Tree Hash of RFC 6962, section 2.1, over SHA-256. A leaf
 * is SHA-256(0x00 || entry), a node SHA-256(0x01 || left || right), and of n entries the left subtree holds the largest
 * power of two below n; no entries give SHA-256 of nothing. Holds one hash for each bit of the number of entries.
 */
export class MerkleTree {
  /** Roots of the full subtrees so far, the largest first. */
  readonly #roots: Buffer[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Takes the next entry: text counts as its UTF-8 bytes. */
  add(entry: string): void {
    this.#roots.push(digest(LEAF, Buffer.from(entry)));
    this.#size++;
    for (let pairs = this.#size; pairs % 2 === 0; pairs /= 2) this.#join();
  }

  /** The root of what was added so far, hex. Adding may go on. */
  root(): string {
    const [last, ...larger] = this.#roots.toReversed();
    if (!last) return hash('sha256', '');
    return larger.reduce((right, left) => digest(NODE, left, right), last).toString('hex');
  }

  #join(): void {
    const [left, right] = this.#roots.splice(-2);
    if (left && right) this.#roots.push(digest(NODE, left, right));
  }
}

function digest(...parts: readonly Buffer[]): Buffer {
  return hash('sha256', Buffer.concat(parts), 'buffer');
}
