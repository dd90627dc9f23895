import type { MedplumClient } from '@medplum/core';
import { uploadBinary } from '../../medplum/binaries/upload-binary.ts';
import { type Place, readBytes } from '../scan/read-bytes.ts';
import { readLongLine } from '../scan/read-long-line.ts';
import { MAX_LINE_BYTES } from '../scan/read-pieces.ts';
import { readResource } from '../scan/read-resource.ts';
import { streamText } from '../scan/read-text.ts';
import type { Json } from '../walk-references.ts';
import { decodeBase64 } from './base64.ts';
import type { ContentFault, DocumentContent } from './document-content.ts';
import type { AttachedDocument } from './link-attachments.ts';

/** Remembers uploads over a crash, by SHA-256 of the bytes: Medplum cannot search Binary. */
export interface UploadJournal {
  /** Id of the Binary that holds these bytes, if it is known. */
  find(sha256: string): Promise<string | undefined>;
  add(sha256: string, binaryId: string): Promise<void>;
}

/** What an upload needs to know of its surroundings. */
export interface UploadTarget {
  readonly medplum: MedplumClient;
  /** `Patient/<id>` that guards the bytes, if it is known already. */
  readonly patient: string | undefined;
  readonly placeOf: (row: number) => Place;
  readonly signal?: AbortSignal | undefined;
}

/** Stores a document's bytes and gives the id of their Binary. */
export type Upload = (document: AttachedDocument, contentType: string, target: UploadTarget) => Promise<string>;

/** A Binary line of the export. */
export interface DocumentRow {
  /** The source's id. */
  readonly id: string;
  readonly content: DocumentContent | ContentFault;
  readonly contentType: string | undefined;
  /** Where its base64 lies, when its line is too long to be read as a whole. */
  readonly data?: Place | undefined;
}

/** The documents of one export: what each Binary line holds, who carries it, and where its bytes are stored. */
export class Documents {
  readonly #rows = new Map<number, DocumentRow>();
  readonly #carriers = new Map<number, Set<number>>();
  readonly #discarded = new Set<number>();
  /** Equal bytes are stored once: by hash, the Binary's id, or the upload that will give it. */
  readonly #stored = new Map<string, Promise<string>>();
  readonly #uploaded = new Set<string>();
  readonly #journal: UploadJournal | undefined;

  readonly #upload: Upload;

  constructor(journal?: UploadJournal, upload: Upload = uploadDocument) {
    this.#journal = journal;
    this.#upload = upload;
  }

  setRow(row: number, document: DocumentRow): void {
    this.#rows.set(row, document);
  }

  /** Binary rows in order of the export. */
  rows(): IterableIterator<[number, DocumentRow]> {
    return this.#rows.entries();
  }

  contentOf(row: number): DocumentContent | undefined {
    const content = this.#rows.get(row)?.content;
    return typeof content === 'string' ? undefined : content;
  }

  /** Where the base64 of a long Binary line lies. */
  dataOf(row: number): Place | undefined {
    return this.#rows.get(row)?.data;
  }

  /** Notes that a row's attachment names a Binary row. */
  carry(documentRow: number, carrier: number): void {
    const carriers = this.#carriers.get(documentRow) ?? new Set();
    this.#carriers.set(documentRow, carriers.add(carrier));
  }

  carriersOf(documentRow: number): Iterable<number> {
    return this.#carriers.get(documentRow) ?? [];
  }

  /** Notes that somebody deleted a resource which carried a Binary row, and so the document. */
  discard(documentRow: number): void {
    this.#discarded.add(documentRow);
  }

  isDiscarded(documentRow: number): boolean {
    return this.#discarded.has(documentRow);
  }

  /** Whether this run stored these bytes. */
  isUploaded(sha256: string): boolean {
    return this.#uploaded.has(sha256);
  }

  /** Id of the Binary that holds the document's bytes; uploads them when nobody has. */
  store(document: AttachedDocument, target: UploadTarget): Promise<string> {
    const { sha256 } = document.content;
    const known = this.#stored.get(sha256);
    if (known !== undefined) return known;
    const storing = this.#store(document, target);
    this.#stored.set(sha256, storing);
    // A failed upload is tried again by the next carrier; whoever waits for this one sees its failure.
    storing.catch(() => {
      this.#stored.delete(sha256);
    });
    return storing;
  }

  async #store(document: AttachedDocument, target: UploadTarget): Promise<string> {
    const { sha256 } = document.content;
    const known = await this.#journal?.find(sha256);
    if (known && (await exists(target.medplum, known))) return known;
    const id = await this.#upload(document, this.#contentTypeOf(document), target);
    await this.#journal?.add(sha256, id);
    this.#uploaded.add(sha256);
    return id;
  }

  #contentTypeOf({ link, row }: AttachedDocument): string {
    const { contentType } = link.said;
    const own = row === undefined ? undefined : this.#rows.get(row)?.contentType;
    return typeof contentType === 'string' ? contentType : (own ?? 'application/octet-stream');
  }
}

function uploadDocument(document: AttachedDocument, contentType: string, target: UploadTarget): Promise<string> {
  const { medplum, patient, signal } = target;
  return uploadBinary(medplum, { open: () => openBytes(document, target), contentType, patient, signal });
}

/** The bytes of a document, out of its text as the source sent it. */
function openBytes(document: AttachedDocument, target: UploadTarget): AsyncIterable<Uint8Array | string> {
  const text = textOf(document, target);
  return document.link.large?.isText ? text : decodeBase64(text);
}

function textOf({ link, row, data }: AttachedDocument, target: UploadTarget): AsyncIterable<string> {
  const place = row === undefined ? link.large?.place : data;
  if (place) return streamText(place);
  return row === undefined ? said(link.said.data) : dataOf(target.placeOf(row));
}

async function* said(data: Json | undefined): AsyncGenerator<string> {
  yield String(data ?? '');
}

/** The `data` of a Binary line in which it is no large string. */
async function* dataOf(place: Place): AsyncGenerator<string> {
  const isLong = place.length > MAX_LINE_BYTES;
  const source = isLong ? (await readLongLine(place, 'unnamed')).source : readResource(readBytes(place), 'unnamed');
  if ('key' in source && typeof source.resource.data === 'string') yield source.resource.data;
}

/** What the journal names may have been expunged since. */
async function exists(medplum: MedplumClient, id: string): Promise<boolean> {
  return medplum.readResource('Binary', id).then(
    () => true,
    () => false,
  );
}
