import { Buffer } from 'node:buffer';
import type { MedplumClient } from '@medplum/core';
import type { Attachment, DocumentReference } from '@medplum/fhirtypes';

/** No C-CDA that is converted has more (see `XML_LIMITS`); UTF-16 takes two bytes a character. */
export const MAX_BYTES = 6_000_000;

/** A file that may be C-CDA. */
export interface Candidate {
  readonly attachment: Attachment;
  /** Somebody says that it is: if it is not, that is told. */
  readonly isSaidToBe: boolean;
}

/** LOINC: summary of an episode, the type of a CCD. */
const SUMMARY = '34133-9';

/** The attachments of a document that may be C-CDA, by what they call themselves: sources misspell it in many ways. */
export function findAttachments({ content, type }: DocumentReference): Candidate[] {
  const isSummary = type?.coding?.some(({ code }) => code === SUMMARY) ?? false;
  return content.flatMap(({ attachment, format }) => {
    const contentType = attachment.contentType ?? '';
    if (!/xml|cda/i.test(contentType)) return [];
    return [{ attachment, isSaidToBe: isSummary || /cda|hl7-v3/i.test(`${contentType} ${format?.code}`) }];
  });
}

/**
 * The bytes of an attachment: its own, or those of its Binary, read piece by piece so that a large one ends early.
 *
 * @returns Undefined when it names no Binary of this server: nothing is fetched from elsewhere.
 * @throws When the Binary cannot be read.
 */
export async function readAttachment(
  medplum: MedplumClient,
  { data, url }: Attachment,
): Promise<Uint8Array | 'too-large' | undefined> {
  if (data) return data.length * 0.75 > MAX_BYTES ? 'too-large' : Buffer.from(data, 'base64');
  const id = binaryOf(url, medplum.getBaseUrl());
  return id === undefined ? undefined : readBinary(medplum, id);
}

const UUID = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/;

/** `Binary/<id>` as it is stored, or the presigned link that Medplum makes of it when it is read, the Binary's id first. */
function binaryOf(url: string | undefined, baseUrl: string): string | undefined {
  const [, stored] = /^Binary\/([\w-]+)$/.exec(url ?? '') ?? [];
  if (stored) return stored;
  if (!url || !/[?&](Signature|X-Amz-Signature|token)=/i.test(url)) return undefined;
  return UUID.exec(new URL(url, baseUrl).pathname)?.[0];
}

async function readBinary(medplum: MedplumClient, id: string): Promise<Uint8Array | 'too-large' | undefined> {
  const response = await fetch(medplum.fhirUrl('Binary', id).toString(), {
    headers: { Authorization: `Bearer ${medplum.getAccessToken()}`, Accept: '*/*' },
  });
  if (response.status === 404 || response.status === 410) return undefined;
  if (!response.ok || !response.body) throw new Error(`a Binary was answered with status ${response.status}`);
  const pieces: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop ends the download.
  for await (const piece of response.body) {
    size += piece.length;
    if (size > MAX_BYTES) return 'too-large';
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
