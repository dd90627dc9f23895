import { type MedplumClient, OperationOutcomeError } from '@medplum/core';
import type { Attachment, OperationOutcome } from '@medplum/fhirtypes';
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

/** @param told - The content type that the source claims, which counts where the bytes do not tell. */
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

/**
 * Medplum signs links to Binaries for an hour. What a page has held for longer is asked for anew by its id, which Medplum
 * allows to whoever may see it.
 */
async function download(medplum: MedplumClient, url: string): Promise<Uint8Array<ArrayBuffer>> {
  const response = await medplum.downloadResponse(url);
  if (response.ok) return new Uint8Array(await response.arrayBuffer());
  const [, id] = SIGNED_BINARY.exec(url) ?? [];
  const anew = id === undefined ? response : await medplum.downloadResponse(medplum.fhirUrl('Binary', id));
  if (!anew.ok) throw new OperationOutcomeError(outcomeOf(anew.status));
  return new Uint8Array(await anew.arrayBuffer());
}

/** `<storage>/binary/<id>/<version>?<signature>`: the path as medplum-server makes it. */
const SIGNED_BINARY = /\/([0-9a-f-]{36})\/[0-9a-f-]{36}\?/;

function outcomeOf(status: number): OperationOutcome {
  const code = status === 401 ? 'login' : status === 429 ? 'throttled' : status < 500 ? 'not-found' : 'transient';
  return { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code }] };
}

function fromBase64(data: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(data), (char) => char.charCodeAt(0));
}
