import type { ExportIndex } from '../export-index.ts';
import { readBytes } from '../read-bytes.ts';
import { readLongLine } from '../read-long-line.ts';
import { MAX_LINE_BYTES } from '../read-pieces.ts';
import { readResource, type SourceResource } from '../read-resource.ts';
import { subjectRows } from './subject-rows.ts';

/**
 * Reads the Patients whose records the export holds, see `subjectRows`; those that cannot be read are left out. A photo
 * makes a Patient's line long, and is left out too.
 */
export async function* readSubjects(spooled: {
  readonly index: ExportIndex;
  readonly files: readonly string[];
}): AsyncGenerator<SourceResource> {
  const { index, files } = spooled;
  for (const row of subjectRows(index)) {
    const { file, offset, length } = index.place(row);
    const place = { file: files[file] ?? '', offset, length };
    const givenId = index.idOf(row);
    const isLong = length > MAX_LINE_BYTES;
    const source = isLong ? (await readLongLine(place, givenId)).source : readResource(readBytes(place), givenId);
    if ('key' in source) yield source;
  }
}
