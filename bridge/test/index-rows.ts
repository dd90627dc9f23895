import type { Identifier } from '../ingest/order/answer-searches.ts';
import { ExportIndex } from '../ingest/order/export-index.ts';

/** One line of an export as far as its index is concerned. */
export interface IndexedRow {
  /** `Type/id`. */
  readonly key: string;
  readonly references?: readonly string[];
  readonly identifiers?: readonly Identifier[];
  readonly lastUpdated?: string;
  /** Bytes of the line. Default 100. */
  readonly length?: number;
}

/** An index over these lines, as the first pass leaves it: row n is `rows[n]`. */
export function indexRows(rows: readonly IndexedRow[]): ExportIndex {
  const index = new ExportIndex();
  let offset = 0;
  for (const [row, { key, references = [], identifiers = [], lastUpdated = '', length = 100 }] of rows.entries()) {
    const [resourceType = '', ...id] = key.split('/');
    index.add({
      file: 0,
      number: row + 1,
      offset,
      length,
      key: { resourceType, id: id.join('/') },
      lastUpdatedMs: Date.parse(lastUpdated),
      references,
      identifiers,
    });
    offset += length + 1;
  }
  index.resolveEdges();
  return index;
}
