import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MerkleTree } from './merkle-tree.ts';

function rootOf(entries: readonly string[]): string {
  const tree = new MerkleTree();
  for (const entry of entries) tree.add(entry);
  return tree.root();
}

/** RFC 6962, section 2.1, word for word. */
function treeHash(entries: readonly string[]): Buffer {
  const sha256 = (...parts: (string | Buffer)[]) => {
    const hash = createHash('sha256');
    for (const part of parts) hash.update(part);
    return hash.digest();
  };
  const [only = '', ...more] = entries;
  if (entries.length === 0) return sha256();
  if (more.length === 0) return sha256(Buffer.of(0), only);
  let split = 1;
  while (split * 2 < entries.length) split *= 2;
  return sha256(Buffer.of(1), treeHash(entries.slice(0, split)), treeHash(entries.slice(split)));
}

test('the root is the tree hash of RFC 6962, for any number of entries', () => {
  for (let size = 0; size < 70; size++) {
    const entries = Array.from({ length: size }, (_, n) => `line ${n}`);
    expect(rootOf(entries)).toBe(treeHash(entries).toString('hex'));
  }
});

test('a changed, added, removed or moved entry gives another root', () => {
  const entries = fc.uniqueArray(fc.string(), { minLength: 2, maxLength: 40 });
  fc.assert(
    fc.property(entries, fc.nat(), (list, seed) => {
      const at = seed % list.length;
      const swapped = [...list.slice(1), ...list.slice(0, 1)];
      const changed = list.map((entry, n) => (n === at ? `${entry}!` : entry));
      const roots = [list, swapped, changed, list.toSpliced(at, 1), [...list, '']].map(rootOf);
      expect(new Set(roots).size).toBe(roots.length);
    }),
  );
});
