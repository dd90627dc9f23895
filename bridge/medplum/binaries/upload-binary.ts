import type { MedplumClient } from '@medplum/core';
import { retryRead } from '../client/retry-read.ts';
import { postBinary } from './post-binary.ts';

export interface BinaryUpload {
  /** Gives the bytes anew for every try: what was read for a lost reply is used up. Text is sent as UTF-8. */
  readonly open: () => AsyncIterable<Uint8Array | string>;
  readonly contentType: string;
  /** `Patient/<id>` whose compartment guards the presigned links of the Binary. */
  readonly patient?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

const CHUNK_BYTES = 64 * 1024;

/** A content type that the server takes: one type and subtype, parameters left out; anything else is bytes. */
const MEDIA_TYPE = /^\s*([a-z0-9!#$&^_.+-]{1,127}\/[a-z0-9!#$&^_.+-]{1,127})\s*(?:;|$)/i;

/**
 * Stores bytes as they come, without holding them, and gives the id of the Binary. A try whose reply was lost may leave a
 * Binary that nobody knows; the next one makes another (Medplum cannot search Binary).
 * Throws LostReplyError when the server stays away, OperationOutcomeError when it refuses the type.
 */
export async function uploadBinary(medplum: MedplumClient, upload: BinaryUpload): Promise<string> {
  const { contentType, patient, signal } = upload;
  const post = { contentType: plainMediaType(contentType), patient, signal };
  return retryRead(() => postBinary(medplum, largeChunks(upload.open()), post), signal);
}

/** A write to the socket costs the same for a line as for a thousand. */
async function* largeChunks(pieces: AsyncIterable<Uint8Array | string>): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of pieces) {
    const chunk = typeof piece === 'string' ? Buffer.from(piece) : piece;
    held.push(chunk);
    bytes += chunk.length;
    if (bytes < CHUNK_BYTES) continue;
    yield joined(held);
    [held, bytes] = [[], 0];
  }
  if (bytes > 0) yield joined(held);
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const [only] = chunks;
  return only && chunks.length === 1 ? only : Buffer.concat(chunks);
}

/** Content types that Medplum refuses for what they are (its storage/utils.ts); their bytes are stored all the same. */
const REFUSED = new Set([
  'application/java-archive',
  'application/x-msdownload',
  'application/x-sh',
  'application/vnd.apple.installer+xml',
  'application/vnd.microsoft.portable-executable',
]);

/** `application/pdf; qs=0.001` is a PDF; what is no content type, or one that the server refuses, is bytes. */
export function plainMediaType(contentType: string): string {
  const type = MEDIA_TYPE.exec(contentType)?.[1]?.toLowerCase();
  return type && !REFUSED.has(type) ? type : 'application/octet-stream';
}
