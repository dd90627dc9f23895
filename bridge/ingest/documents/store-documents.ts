import { Readable } from 'node:stream';
import { boundPatient } from '../bind-patient.ts';
import type { LoadContext } from '../load-context.ts';
import type { Place } from '../scan/read-bytes.ts';
import type { PreparedResource } from '../shape/prepare-resource.ts';
import { type AttachedDocument, symbolizeAttachments } from './link-attachments.ts';

/** Requests that store documents at the same time; more would only wait for each other in the server. */
const UPLOADS_AT_ONCE = 4;

/**
 * The Binary row that an attachment's URL means, with what it holds; its carrier is noted. `own` is the hash of data that
 * stands in the attachment too: when that is something else, neither may go for the other, and nothing is found.
 */
export function findDocument(context: LoadContext, carrier: number, url: string, own?: string) {
  const row = context.index.rowOfDocument(url);
  const content = row === -1 ? undefined : context.documents.contentOf(row);
  if (!content || (own !== undefined && own !== content.sha256)) return undefined;
  context.documents.carry(row, carrier);
  return { row, content, data: context.documents.dataOf(row) };
}

/** Id of the Binary that holds the document's bytes, which are uploaded when nobody has. */
export function storeDocument(context: LoadContext, document: AttachedDocument): Promise<string> {
  const { documents, files, index, medplum, signal } = context;
  const placeOf = (row: number): Place => {
    const { file, offset, length } = index.place(row);
    return { file: files[file] ?? '', offset, length };
  };
  return documents.store(document, { medplum, patient: boundPatient(context), placeOf, signal });
}

/**
 * Uploads, a few at once, the documents of rows that will be created: one after another each would wait a round trip. Those
 * of stored rows wait until it is known that they are needed.
 */
export async function uploadAhead(context: LoadContext, created: readonly PreparedResource[]): Promise<void> {
  const documents = created.flatMap(({ row, attachments }) =>
    symbolizeAttachments(attachments, (url, own) => findDocument(context, row, url, own)),
  );
  if (documents.length < 2) return;
  const upload = async (document: AttachedDocument): Promise<void> => {
    await storeDocument(context, document);
  };
  await Readable.from(documents).forEach(upload, { concurrency: UPLOADS_AT_ONCE });
}
