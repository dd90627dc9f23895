import type { ImportProgress } from '../../contract/import-report.ts';
import { PermanentError } from '../../errors.ts';
import { fileSize } from '../../spool/open-file.ts';
import { contentAt, contentOf } from '../documents/document-content.ts';
import type { Documents } from '../documents/documents.ts';
import { MAX_LINE_BYTES, type Piece, readPiece, unwrapBundle } from '../scan/read-pieces.ts';
import type { Unreadable } from '../scan/read-resource.ts';
import { type Line, scanLines } from '../scan/scan-lines.ts';
import type { Tally } from '../tally.ts';
import { isObject, type JsonObject, walkReferences } from '../walk-references.ts';
import { soughtIdentifiers } from './answer-searches.ts';
import { ExportIndex } from './export-index.ts';

/** A file whose first lines all fail to read is no export, but a file taken by mistake. */
const FIRST_LINES = 50;

export interface IndexRequest {
  readonly files: readonly string[];
  readonly tally: Tally;
  /** Filled with what the Binary lines hold. */
  readonly documents: Documents;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined;
}

/**
 * First pass: reads every line once and keeps only where it lies, its key and what it refers to. Lines that hold no
 * resource are settled here, as are repeats of a key.
 * Throws PermanentError `not-jsonl` for files that hold no FHIR at all, `empty-export` for files without a line.
 */
export async function indexExport(request: IndexRequest): Promise<ExportIndex> {
  const index = new ExportIndex();
  const total = await totalBytes(request.files);
  let doneBefore = 0;
  for (const [file, path] of request.files.entries()) {
    for await (const lines of scanLines(path, MAX_LINE_BYTES, request.signal)) {
      for (const line of lines) await indexLine(index, request, file, line);
      refuseOtherFiles(index, request.tally, FIRST_LINES);
      const last = lines.at(-1);
      if (last) request.onProgress?.({ phase: 'scan', done: doneBefore + last.offset + last.length, total });
    }
    doneBefore += await fileSize(path);
  }
  if (request.tally.lines === 0) throw new PermanentError('empty-export', 'the export holds no line: nothing to load');
  refuseOtherFiles(index, request.tally, 1);
  index.resolveEdges();
  return index;
}

/** Codes of what is left out by a written policy (docs/decisions/0004 and 0006). */
const SKIPPED: ReadonlySet<Unreadable['code']> = new Set([
  'acts-in-server',
  'bundle-unwrapped',
  'entry-without-resource',
  'operation-outcome',
]);

async function indexLine(index: ExportIndex, request: IndexRequest, file: number, line: Line): Promise<void> {
  const path = request.files[file] ?? '';
  const piece = await readPiece(path, line);
  await indexPiece(index, request, file, piece);
  if ('key' in piece.source || piece.source.code !== 'bundle-unwrapped') return;
  for await (const entry of unwrapBundle(path, line)) {
    request.signal?.throwIfAborted();
    await indexPiece(index, request, file, entry);
  }
}

async function indexPiece(index: ExportIndex, request: IndexRequest, file: number, piece: Piece): Promise<void> {
  const { tally } = request;
  const { source, fullUrl, line } = piece;
  tally.lines++;
  if (!('key' in source)) {
    const disposition = SKIPPED.has(source.code) ? 'skipped' : 'quarantined';
    tally.settleProblem({ line: line.number, file, disposition, ...source });
    return;
  }
  tally.receive(source.key.resourceType);
  const { number, offset, length } = line;
  const { key, resource } = source;
  const said = {
    lastUpdatedMs: lastUpdatedMs(resource),
    references: referenceTexts(resource),
    identifiers: soughtIdentifiers(resource),
  };
  const shaded = index.add({ file, number, offset, length, key, ...said, fullUrl });
  if (shaded !== -1) tally.settleDuplicate();
  const row = index.size - 1;
  if (key.resourceType === 'Binary' && shaded !== row) await indexDocument(index, request.documents, row, piece);
}

async function indexDocument(index: ExportIndex, documents: Documents, row: number, piece: Piece): Promise<void> {
  const { source, large } = piece;
  if (!('key' in source)) return;
  const { key, resource } = source;
  const { contentType, data } = resource;
  const place = typeof data === 'string' ? large.get(data) : undefined;
  const content = place ? await contentAt(place) : typeof data === 'string' ? contentOf(data) : 'empty-document';
  documents.setRow(row, {
    id: key.id,
    content,
    contentType: typeof contentType === 'string' ? contentType : undefined,
    data: place,
  });
  for (const url of originUrls(key.id, resource)) index.nameDocument(url, row);
}

/**
 * Where the bytes of a Binary came from: Fasten synthesises a Binary for what is no JSON, with the request's URL in
 * `meta.source` and, in base64, as its id (fasten-connect facts, 10.2).
 */
function originUrls(id: string, { meta }: JsonObject): string[] {
  const decoded = Buffer.from(id, 'base64').toString();
  const source = isObject(meta) ? meta.source : undefined;
  return [source, decoded].filter((url) => typeof url === 'string' && /^https?:\/\//.test(url)) as string[];
}

function referenceTexts(resource: JsonObject): Set<string> {
  const texts = new Set<string>();
  walkReferences(resource, (holder) => texts.add(holder.reference));
  return texts;
}

function lastUpdatedMs(resource: JsonObject): number {
  const meta = resource.meta;
  const lastUpdated = isObject(meta) ? meta.lastUpdated : undefined;
  return typeof lastUpdated === 'string' ? Date.parse(lastUpdated) : Number.NaN;
}

/** Refuses what is no export before anything is written. */
function refuseOtherFiles(index: ExportIndex, tally: Tally, afterLines: number): void {
  if (index.size > 0 || tally.lines < afterLines) return;
  throw new PermanentError(
    'not-jsonl',
    `none of the first ${tally.lines} lines is a FHIR resource: the export must be JSONL, one resource with an id a line`,
  );
}

async function totalBytes(files: readonly string[]): Promise<number> {
  const sizes = await Promise.all(files.map(fileSize));
  return sizes.reduce((sum, size) => sum + size, 0);
}
