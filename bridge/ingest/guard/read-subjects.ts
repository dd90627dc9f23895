import type { ExportIndex } from '../export-index.ts';
import { readResource, type SourceResource } from '../read-resource.ts';
import { SpoolReader } from '../spool-reader.ts';
import { subjectRows } from './subject-rows.ts';

/** A photo makes a Patient large; beyond this the line is quarantined anyway and says nothing here. */
const MAX_PATIENT_BYTES = 16 << 20;

/** Reads the Patients whose records the export holds, see `subjectRows`; those that cannot be read are left out. */
export function readSubjects(spooled: { readonly index: ExportIndex; readonly files: readonly string[] }) {
  const { index, files } = spooled;
  const reader = new SpoolReader(files);
  try {
    return subjectRows(index)
      .filter((row) => index.place(row).length <= MAX_PATIENT_BYTES)
      .map((row) => readResource(reader.read(index, row)))
      .filter((source): source is SourceResource => 'key' in source);
  } finally {
    reader.close();
  }
}
