import type { ExportIndex } from '../order/export-index.ts';
import { readBytes } from '../scan/read-bytes.ts';
import { readLongLine } from '../scan/read-long-line.ts';
import { MAX_LINE_BYTES } from '../scan/read-pieces.ts';
import { readResource, type SourceResource } from '../scan/read-resource.ts';
import { subjectRows } from './subject-rows.ts';

/** An export on disk. */
export interface SpooledExport {
  readonly index: ExportIndex;
  /** The spool files of the index. */
  readonly files: readonly string[];
}

/** Reads the Patients whose records the export holds, see `subjectRows`; those that cannot be read are left out. */
export async function* readSubjects(spooled: SpooledExport): AsyncGenerator<SourceResource> {
  for (const row of subjectRows(spooled.index)) {
    const source = await readPatient(spooled, row);
    if (source) yield source;
  }
}

/** Reads the Patient of a row; undefined when it cannot be read. A photo makes a Patient's line long, and is left out. */
export async function readPatient({ index, files }: SpooledExport, row: number): Promise<SourceResource | undefined> {
  const { file, offset, length } = index.place(row);
  const place = { file: files[file] ?? '', offset, length };
  const givenId = index.idOf(row);
  const isLong = length > MAX_LINE_BYTES;
  const source = isLong ? (await readLongLine(place, givenId)).source : readResource(readBytes(place), givenId);
  return 'key' in source ? source : undefined;
}
