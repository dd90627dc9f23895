import type { MedplumClient } from '@medplum/core';
import type { VanishedEntry } from '../../contract/ledger-entry.ts';
import { uploadBinary } from '../../medplum/binaries/upload-binary.ts';
import { listEntries, type Settled } from './list-entries.ts';
import { MerkleTree } from './merkle-tree.ts';

const ENTRIES_A_CHUNK = 500;

/** A ledger that is stored: `Binary/<id>`, and the root over its lines (hex). */
export interface StoredLedger {
  readonly reference: string;
  readonly merkleRoot: string;
}

/**
 * Streams the ledger of a settled export into a Binary: NDJSON, one entry a line, then one for each vanished key. The entries of its Merkle tree are these
 * lines without their line ends, so the root covers each line's hash, disposition and target.
 * `patient` is the `Patient/<id>` whose compartment guards it.
 */
export async function writeLedger(
  medplum: MedplumClient,
  settled: Settled,
  patient: string | undefined,
): Promise<StoredLedger> {
  let tree = new MerkleTree();
  const open = (): AsyncIterable<Uint8Array> => {
    tree = new MerkleTree();
    return ledgerText(settled, tree);
  };
  const { signal } = settled;
  const id = await uploadBinary(medplum, { open, contentType: 'application/x-ndjson', patient, signal });
  return { reference: `Binary/${id}`, merkleRoot: tree.root() };
}

async function* ledgerText(settled: Settled, tree: MerkleTree): AsyncGenerator<Buffer> {
  for await (const entries of listEntries(settled)) {
    if (entries.length > 0) yield added(tree, entries);
  }
  let entries: VanishedEntry[] = [];
  for await (const entry of settled.earlier?.vanishedEntries() ?? []) {
    if (entries.push(entry) < ENTRIES_A_CHUNK) continue;
    yield added(tree, entries);
    entries = [];
  }
  if (entries.length > 0) yield added(tree, entries);
}

function added(tree: MerkleTree, entries: readonly object[]): Buffer {
  const lines = entries.map((entry) => JSON.stringify(entry));
  for (const line of lines) tree.add(line);
  return Buffer.from(`${lines.join('\n')}\n`);
}
