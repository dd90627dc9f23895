import { openFileSync, type SyncFile } from '../../spool/open-file.ts';
import type { ExportIndex } from '../order/export-index.ts';

/**
 * Reads single lines of the spool by their place. Synchronous on purpose: the first pass has just read the file, so a line
 * comes out of the page cache in microseconds, ten times quicker than through the thread pool.
 */
export class SpoolReader {
  readonly #files: SyncFile[];

  constructor(files: readonly string[]) {
    this.#files = files.map((file) => openFileSync(file));
  }

  /** The bytes of a row's line. Throws when the file is no longer what it was. */
  read(index: ExportIndex, row: number): Buffer {
    const { file, offset, length } = index.place(row);
    const opened = this.#files[file];
    if (opened === undefined) throw new RangeError(`file ${file} of ${this.#files.length}`);
    return opened.read(offset, length);
  }

  close(): void {
    for (const file of this.#files) file.close();
  }
}
