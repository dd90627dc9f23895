import type { MedplumClient } from '@medplum/core';
import type { Attachment } from '@medplum/fhirtypes';
import { type DocumentKind, recogniseDocument } from './recognise-document.ts';

/** A document that is here. */
export interface OpenedDocument {
  readonly kind: DocumentKind;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Content type as it was recognised. */
  readonly type: string;
}

/**
 * Fetches what an attachment stands for.
 *
 * @returns Undefined when the source sent no content.
 */
export async function readDocument(
  medplum: MedplumClient,
  { url, data, contentType }: Attachment,
): Promise<OpenedDocument | undefined> {
  const bytes = data ? fromBase64(data) : url ? await download(medplum, url) : undefined;
  return bytes && openDocument(bytes, contentType);
}

export function openDocument(bytes: Uint8Array<ArrayBuffer>, told: string | undefined): OpenedDocument {
  return { ...recogniseDocument(bytes, told), bytes };
}

/** In the encoding that an XML declaration or the bytes themselves tell; old notes are Windows-1252. */
export function decodeText(bytes: Uint8Array): string {
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 200));
  const told = /encoding=["']([\w-]+)["']/.exec(head)?.[1];
  try {
    return new TextDecoder(told ?? 'utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

async function download(medplum: MedplumClient, url: string): Promise<Uint8Array<ArrayBuffer>> {
  const blob = await medplum.download(url);
  return new Uint8Array(await blob.arrayBuffer());
}

function fromBase64(data: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(data), (char) => char.charCodeAt(0));
}
