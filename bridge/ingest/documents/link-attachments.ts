import { SOURCE_DOCUMENT_EXTENSION, SOURCE_URL_EXTENSION } from '../../contract/identifiers.ts';
import type { Place } from '../scan/read-bytes.ts';
import type { JsonObject } from '../walk-references.ts';
import { contentOf, type DocumentContent } from './document-content.ts';
import { findAttachments } from './find-attachments.ts';
import type { LargeDocument, LargeDocuments } from './large-strings.ts';

/** An Attachment of a prepared resource. */
export interface AttachmentLink {
  readonly attachment: JsonObject;
  /** What it said when it came from the source. */
  readonly said: Readonly<JsonObject>;
  /** Its data, when that was left in the file: `said.data` is only the mark that stands for it. */
  readonly large?: LargeDocument | undefined;
}

/** Bytes that an attachment stands for, and where they are. */
export interface AttachedDocument {
  readonly link: AttachmentLink;
  readonly content: DocumentContent;
  /** The Binary row that holds them; undefined for data inside the attachment. */
  readonly row: number | undefined;
  /** Where their base64 lies, when the line of that row is too long to be held. */
  readonly data?: Place | undefined;
}

/** Inline base64 of more characters than this is moved out: Medplum would store it twice, in every version. */
const MAX_INLINE_CHARS = 32 * 1024;

/** `large`: the data that was left in the file, by the mark that stands for it. Changes marks that are none of ours. */
export function collectAttachments(resource: JsonObject, large?: LargeDocuments): AttachmentLink[] {
  return findAttachments(resource).map((attachment) => {
    dropForeignMark(attachment);
    const { data } = attachment;
    return {
      attachment,
      said: { ...attachment },
      large: typeof data === 'string' ? large?.get(data) : undefined,
    };
  });
}

/** An export that came out of another bridge's store says where that one has the bytes. Read back, it would be taken for ours. */
function dropForeignMark(attachment: JsonObject): void {
  const { extension, ...rest } = attachment;
  const own = extensionsOf(attachment).filter((one) => !isOurs(one, SOURCE_DOCUMENT_EXTENSION));
  if (own.length === extensionsOf(attachment).length) return;
  replace(attachment, own.length > 0 ? { ...rest, extension: own } : rest);
}

/**
 * Brings attachments into their symbolic form, in place: what has bytes names them by hash, a URL that leads out of the
 * export is parked in an extension, since Medplum would try to fetch it. `find` gives the Binary row of a URL with its
 * content; `own` is the hash of what the attachment itself holds besides. Returns those whose bytes must be in the store
 * before the resource is.
 */
export function symbolizeAttachments(
  links: readonly AttachmentLink[],
  find: (url: string, own: string | undefined) => Omit<AttachedDocument, 'link'> | undefined,
): AttachedDocument[] {
  return links.flatMap((link): AttachedDocument[] => {
    restore(link);
    const { url, data } = link.said;
    const stored = typeof url === 'string' && url !== '' ? find(url, ownHash(link)) : undefined;
    const document = stored ? { link, ...stored } : inlineDocument(link, data);
    if (document) symbolize(document);
    else if (typeof url === 'string' && url !== '') park(link.attachment, url);
    return document ? [document] : [];
  });
}

/** Points the attachment at the stored bytes. */
export function placeDocument({ link, content }: AttachedDocument, binaryId: string): void {
  const { attachment, said } = link;
  const source = typeof said.url === 'string' ? [{ url: 'url', valueString: said.url }] : [];
  const parts = [{ url: 'sha256', valueString: content.sha256 }, ...source];
  attachment.url = `Binary/${binaryId}`;
  attachment.extension = [...extensionsOf(attachment), { url: SOURCE_DOCUMENT_EXTENSION, extension: parts }];
}

/** The reverse, on a stored resource: its attachments in the symbolic form that their hash was taken over. */
export function symbolizeStored(resource: JsonObject): void {
  for (const attachment of findAttachments(resource)) {
    const ours = extensionsOf(attachment).find((extension) => isOurs(extension, SOURCE_DOCUMENT_EXTENSION));
    const sha256 = ours && partsOf(ours).find((part) => part.url === 'sha256')?.valueString;
    if (typeof sha256 !== 'string') continue;
    attachment.url = symbolOf(sha256);
    attachment.extension = extensionsOf(attachment).filter((extension) => extension !== ours);
  }
}

/** Where a stored resource has the bytes of a document: what names them in one of its attachments. */
export interface PlacedDocument {
  readonly url: JsonObject[string];
  readonly mark: JsonObject;
}

/** The documents that a stored resource carries, by the hash of their bytes. */
export function placedDocuments(resource: JsonObject): Map<string, PlacedDocument> {
  const placed = new Map<string, PlacedDocument>();
  for (const attachment of findAttachments(resource)) {
    const { mark, sha256 } = markOf(attachment) ?? {};
    if (mark && sha256) placed.set(sha256, { url: attachment.url, mark });
  }
  return placed;
}

/** The attachments of a resource that stand in symbolic form. */
export function symbolicAttachments(resource: JsonObject): { attachment: JsonObject; sha256: string }[] {
  return findAttachments(resource).flatMap((attachment) => {
    const [, sha256] = /^sha256:([0-9a-f]{64})$/.exec(String(attachment.url)) ?? [];
    return sha256 === undefined ? [] : [{ attachment, sha256 }];
  });
}

/** Points an attachment in symbolic form at bytes that are stored already. */
export function placeAgain(attachment: JsonObject, { url, mark }: PlacedDocument): void {
  attachment.url = url;
  attachment.extension = [...extensionsOf(attachment), mark];
}

/** Bytes of ours that a stored attachment leads to. */
export interface StoredDocument {
  readonly url: string | undefined;
  /** Of the bytes as they were stored. */
  readonly sha256: string;
}

/** The documents that a stored resource carries. */
export function storedDocuments(resource: JsonObject): StoredDocument[] {
  return findAttachments(resource).flatMap((attachment) => {
    const { sha256 } = markOf(attachment) ?? {};
    return sha256 ? [{ url: typeof attachment.url === 'string' ? attachment.url : undefined, sha256 }] : [];
  });
}

/** Our extension on a stored attachment, and the hash in it. */
function markOf(attachment: JsonObject): { readonly mark: JsonObject; readonly sha256: string } | undefined {
  const mark = extensionsOf(attachment).find((extension) => isOurs(extension, SOURCE_DOCUMENT_EXTENSION));
  const sha256 = mark && partsOf(mark).find((part) => part.url === 'sha256')?.valueString;
  return mark && typeof sha256 === 'string' ? { mark, sha256 } : undefined;
}

function ownHash({ large, said: { data } }: AttachmentLink): string | undefined {
  const content = large?.content ?? (typeof data === 'string' ? contentOf(data) : undefined);
  return typeof content === 'object' ? content.sha256 : undefined;
}

function inlineDocument(link: AttachmentLink, data: JsonObject[string]): AttachedDocument | undefined {
  if (link.large) return { link, content: link.large.content, row: undefined };
  if (typeof data !== 'string' || data.length <= MAX_INLINE_CHARS) return undefined;
  const content = contentOf(data);
  return typeof content === 'string' ? undefined : { link, content, row: undefined };
}

function symbolize({ link, content }: AttachedDocument): void {
  delete link.attachment.data;
  link.attachment.url = symbolOf(content.sha256);
}

function park(attachment: JsonObject, url: string): void {
  delete attachment.url;
  attachment.extension = [...extensionsOf(attachment), { url: SOURCE_URL_EXTENSION, valueString: url }];
}

function restore({ attachment, said }: AttachmentLink): void {
  replace(attachment, said);
}

function replace(attachment: JsonObject, content: Readonly<JsonObject>): void {
  for (const name of Object.keys(attachment)) delete attachment[name];
  Object.assign(attachment, content);
}

function symbolOf(sha256: string): string {
  return `sha256:${sha256}`;
}

function extensionsOf(attachment: JsonObject): JsonObject[] {
  return Array.isArray(attachment.extension) ? (attachment.extension as JsonObject[]) : [];
}

function isOurs(extension: JsonObject, url: string): boolean {
  return extension.url === url;
}

function partsOf(extension: JsonObject): JsonObject[] {
  return Array.isArray(extension.extension) ? (extension.extension as JsonObject[]) : [];
}
