import { createHash } from 'node:crypto';
import { tryGetDataType } from '@medplum/core';
import { SOURCE_TEXT_EXTENSION } from '../../contract/identifiers.ts';
import { addExtension, MAX_TEXT_LENGTH } from '../repair/keep-source.ts';
import { namePath } from '../repair/name-path.ts';
import type { Repair } from '../repair/repair-run.ts';
import type { Place } from '../scan/read-bytes.ts';
import type { LargeStrings } from '../scan/read-long-line.ts';
import { readText, streamText } from '../scan/read-text.ts';
import type { Json, JsonObject } from '../walk-references.ts';
import { contentAt, type DocumentContent } from './document-content.ts';
import { findAttachments } from './find-attachments.ts';

/** A document that lies in the file as a JSON string. */
export interface LargeDocument {
  readonly place: Place;
  readonly content: DocumentContent;
  /** True for a text that is the document itself, false for base64. */
  readonly isText: boolean;
}

/** Documents that were left in the file, by the mark that stands for each in the resource. */
export type LargeDocuments = ReadonlyMap<string, LargeDocument>;

/** What is put back into one resource at most; a larger one could not be stored anyway. */
const MAX_PUT_BACK_CHARS = 48 << 20;
const RULE = 'long-text-to-document';

/**
 * Decides about each string that was left out of a long line's resource, in place. The data of an attachment stays where
 * it is and is uploaded from there; any other string is put back; what is longer than a FHIR string may be becomes a
 * document of its own, named by an extension of the resource, and is gone from its element.
 * Undefined when what must be put back is more than can be held, or there is no room for the extension.
 */
export async function settleLargeStrings(
  resource: JsonObject,
  large: LargeStrings,
): Promise<{ readonly documents: LargeDocuments; readonly repairs: readonly Repair[] } | undefined> {
  const documents = await findDocuments(resource, large);
  const repairs: Repair[] = [];
  const isMarked = (text: string): Place | undefined => (documents.has(text) ? undefined : large.get(text));
  let chars = 0;
  for (const spot of spotsOf(resource, String(resource.resourceType), isMarked)) {
    const text = await readText(spot.place, MAX_TEXT_LENGTH);
    chars += text?.length ?? 0;
    if (chars > MAX_PUT_BACK_CHARS || (text === undefined && !hasExtensions(resource))) return undefined;
    if (text !== undefined) {
      spot.put(text);
      continue;
    }
    documents.set(spot.mark, await textDocument(spot.place));
    moveToDocument(resource, spot);
    repairs.push({ rule: RULE, path: spot.path });
  }
  return { documents, repairs };
}

/** Base64 that cannot be decoded is a text like any other. */
async function findDocuments(resource: JsonObject, large: LargeStrings): Promise<Map<string, LargeDocument>> {
  const documents = new Map<string, LargeDocument>();
  for (const { data } of findAttachments(resource)) {
    const place = typeof data === 'string' ? large.get(data) : undefined;
    const content = place && (await contentAt(place));
    if (typeof data === 'string' && place && typeof content === 'object')
      documents.set(data, { place, content, isText: false });
  }
  return documents;
}

async function textDocument(place: Place): Promise<LargeDocument> {
  const sha256 = createHash('sha256');
  let bytes = 0;
  for await (const text of streamText(place)) {
    const piece = Buffer.from(text);
    sha256.update(piece);
    bytes += piece.length;
  }
  return { place, content: { sha256: sha256.digest('hex'), bytes }, isText: true };
}

/** A place in the resource at which a mark stands. */
interface MarkedSpot {
  readonly mark: string;
  readonly place: Place;
  readonly path: string;
  readonly isNarrative: boolean;
  put(text: string): void;
  takeAway(): void;
}

function spotsOf(value: Json | undefined, path: string, isMarked: (text: string) => Place | undefined): MarkedSpot[] {
  if (typeof value !== 'object' || value === null) return [];
  const isList = Array.isArray(value);
  return Object.entries(value).flatMap(([key, inner]): MarkedSpot[] => {
    const innerPath = isList ? `${path}[${key}]` : namePath(path, key);
    const place = typeof inner === 'string' ? isMarked(inner) : undefined;
    if (typeof inner !== 'string') return spotsOf(inner, innerPath, isMarked);
    if (!place) return [];
    const holder = value as JsonObject;
    return [
      {
        mark: inner,
        place,
        path: innerPath,
        isNarrative: key === 'div' && path.endsWith('.text'),
        put: (text) => {
          holder[key] = text;
        },
        // A list keeps its places until the repair has looked at it.
        takeAway: () => {
          if (isList) holder[key] = null;
          else delete holder[key];
        },
      },
    ];
  });
}

function moveToDocument(resource: JsonObject, { mark, path, isNarrative, takeAway }: MarkedSpot): void {
  takeAway();
  const contentType = isNarrative ? 'application/xhtml+xml' : 'text/plain';
  const valueAttachment = { contentType, data: mark, title: path };
  addExtension(resource, { url: SOURCE_TEXT_EXTENSION, valueAttachment });
}

function hasExtensions({ resourceType }: JsonObject): boolean {
  return Object.hasOwn(tryGetDataType(String(resourceType))?.elements ?? {}, 'extension');
}
