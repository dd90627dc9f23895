import { type LargeDocuments, settleLargeStrings } from '../documents/large-strings.ts';
import type { ExportIndex } from '../order/export-index.ts';
import type { Repair } from '../repair/repair-run.ts';
import { readLongLine } from './read-long-line.ts';
import { MAX_LINE_BYTES } from './read-pieces.ts';
import { readResource, type SourceResource } from './read-resource.ts';
import type { SpoolReader } from './spool-reader.ts';

/** A row's resource as its source wrote it, but for long texts that became documents. */
export interface RowSource {
  readonly source: SourceResource;
  /** The line as it came, where it is short enough to be held. */
  readonly bytes: Buffer | undefined;
  /** What was left in the file, to be uploaded from there. */
  readonly documents: LargeDocuments;
  readonly repairs: readonly Repair[];
}

const NONE = { documents: new Map(), repairs: [] };

/** Reads a row that was indexed. `too-large` when its parts, documents apart, are more than can be held or stored. */
export async function readRow(
  files: readonly string[],
  index: ExportIndex,
  reader: SpoolReader,
  row: number,
): Promise<RowSource | 'too-large'> {
  const { file, offset, length } = index.place(row);
  const givenId = index.idOf(row);
  if (length <= MAX_LINE_BYTES) {
    const bytes = reader.read(index, row);
    const source = readResource(bytes, givenId);
    if (!('key' in source)) throw changed();
    return { source, bytes, ...NONE };
  }
  const { source, large } = await readLongLine({ file: files[file] ?? '', offset, length }, givenId);
  if (!('key' in source)) throw changed();
  const settled = await settleLargeStrings(source.resource, large);
  return settled ? { source, bytes: undefined, ...settled } : 'too-large';
}

function changed(): Error {
  return new Error('a line of the spool is no longer what it was');
}
